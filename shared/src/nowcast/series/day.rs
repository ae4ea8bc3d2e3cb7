//! A publication day: the date a listener count carries.

use core::fmt;

use crate::Invalid;

/// One day of the proleptic Gregorian calendar, as the count of days from 1970-01-01.
///
/// Listener counts are published once a day, so a horizon is a whole number of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// Returns the day `days` after 1970-01-01 (before it when negative).
    pub const fn from_epoch_days(days: i32) -> Self {
        Self(days)
    }

    /// Returns the number of days since 1970-01-01.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// Returns the day `days` later, or earlier when negative.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns how many days `self` is after `earlier`; negative when it is before.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the day of a calendar date.
    ///
    /// The day count of a civil date, with years starting in March so that the leap day is the last:
    /// H. Hinnant, "chrono-compatible low-level date algorithms" (2013), `days_from_civil`.
    ///
    /// # Errors
    ///
    /// When there is no such date, or its year is outside 1 to 9999.
    pub fn from_date(year: i32, month: u32, day: u32) -> Result<Self, Invalid> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
            return Err(Invalid::new("date", format!("there is no {year:04}-{month:02}-{day:02}")));
        }
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted / 400;
        let year_of_era = shifted - era * 400;
        let (month, day) = (month.cast_signed(), day.cast_signed());
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Ok(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// Returns the day of `text`: `YYYY-MM-DD`, alone or followed by `T` or a space and a time of day.
    ///
    /// The date is taken as it is written, whatever zone the time is in: it is the date the count carries.
    ///
    /// # Errors
    ///
    /// When `text` doesn't start with such a date.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new("date", format!("must start with YYYY-MM-DD, got {text:?}"));
        let date = text.get(..10).ok_or_else(bad)?;
        if !matches!(text.as_bytes().get(10), None | Some(b'T' | b' ')) {
            return Err(bad());
        }
        let mut parts = date.split('-');
        let mut number = |width: usize| {
            let part = parts.next().filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|p| p.parse::<u32>().ok()).ok_or_else(bad)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        Self::from_date(year.cast_signed(), month, day)
    }
}

impl fmt::Display for Day {
    /// Writes the date as `YYYY-MM-DD` (`civil_from_days` of the same source as [`Day::from_date`]).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_dates() {
        assert_eq!(Day::parse("1970-01-01").unwrap().epoch_days(), 0);
        assert_eq!(Day::parse("2000-03-01").unwrap().epoch_days(), 11_017);
        assert_eq!(Day::parse("2026-02-12T19:01:19Z").unwrap(), Day::parse("2026-02-12 00:00").unwrap());
        assert_eq!(Day::parse("2024-03-01").unwrap().since(Day::parse("2024-02-28").unwrap()), 2);
    }

    #[test]
    fn dates_that_do_not_exist() {
        for text in
            ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "24-04-30", "2024-4-30", "2024-04-30x"]
        {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_dates_read_back(days in -700_000..2_900_000i32) {
            let day = Day::from_epoch_days(days);
            prop_assert_eq!(Day::parse(&day.to_string()).unwrap(), day);
        }
    }
}
