//! A day of the Gregorian calendar.

use core::fmt;
use core::str::FromStr;

use super::{Timestamp, serde_as_text};
use crate::Invalid;
use crate::invalid::quoted;

/// A day of the proleptic Gregorian calendar, in UTC, of the years 0 to 9999.
///
/// Text is `2026-06-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// The days from 1970-01-01 to a civil date; `month` from 1 to 12, `day` from 1.
///
/// The calendar repeats every 400 years (146 097 days). Counting years from 1 March puts the leap day at
/// a year's end, so that the days before a month are `(153 m + 2) / 5` for m months after March (E. M.
/// Reingold and N. Dershowitz, "Calendrical Calculations", chapter 2, derive it).
const fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let months_after_march = (month + 9) % 12;
    let day_of_year = (153 * months_after_march + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    // 719 468 days lie between 0000-03-01 and 1970-01-01.
    cycle * 146_097 + day_of_cycle - 719_468
}

/// The number of days in a month; `month` from 1 to 12.
const fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    /// 0000-01-01.
    pub const MIN: Self = Self::literal(0, 1, 1);
    /// 9999-12-31.
    pub const MAX: Self = Self::literal(9999, 12, 31);

    /// Returns the date of a year, a month from 1 and a day from 1.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `date` if the calendar has no such day or the year is not 0 to 9999.
    pub fn new(year: i32, month: i32, day: i32) -> Result<Self, Invalid> {
        if (0..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
        {
            Ok(Self::literal(year, month, day))
        } else {
            Err(Invalid::new("date", format!("there is no day {year:04}-{month:02}-{day:02}")))
        }
    }

    /// Returns a date known to be real when the code was written.
    pub(crate) const fn literal(year: i32, month: i32, day: i32) -> Self {
        Self { days: days_from_civil(year, month, day) }
    }

    /// Returns the date that is `days` days after 1970-01-01, or `None` outside the years 0 to 9999.
    pub const fn from_unix_days(days: i32) -> Option<Self> {
        if Self::MIN.days <= days && days <= Self::MAX.days { Some(Self { days }) } else { None }
    }

    /// Returns the date of a [`Timestamp`], whose range is whole days of this type.
    pub(super) const fn in_range(days: i64) -> Self {
        Self { days: days as i32 }
    }

    /// Returns the number of days since 1970-01-01.
    pub const fn unix_days(self) -> i32 {
        self.days
    }

    /// Returns the year, the month from 1 and the day of the month from 1.
    pub const fn year_month_day(self) -> (i32, i32, i32) {
        let days = self.days + 719_468;
        let cycle = days.div_euclid(146_097);
        let day_of_cycle = days.rem_euclid(146_097);
        // Takes out the leap days: one in 1460 days, but for one in 36 524, and the cycle's last.
        let year_of_cycle =
            (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let months_after_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * months_after_march + 2) / 5 + 1;
        let month = if months_after_march < 10 { months_after_march + 3 } else { months_after_march - 9 };
        let year = cycle * 400 + year_of_cycle + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    /// Returns the date `days` days later (earlier if negative), or `None` outside the years 0 to 9999.
    pub fn checked_add_days(self, days: i32) -> Option<Self> {
        Self::from_unix_days(self.days.checked_add(days)?)
    }

    /// Returns the date `days` days later (earlier if negative), or the first or last there is.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        let days = self.days.saturating_add(days);
        if days < Self::MIN.days {
            Self::MIN
        } else if days > Self::MAX.days {
            Self::MAX
        } else {
            Self { days }
        }
    }

    /// Returns the number of days from `earlier` to this date, negative if `earlier` is the later one.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.days - earlier.days
    }

    /// Returns the instant at which this day begins in UTC.
    pub const fn midnight(self) -> Timestamp {
        Timestamp::within(self, 0)
    }

    /// Returns the last microsecond of this day in UTC.
    pub const fn last_instant(self) -> Timestamp {
        Timestamp::within(self, 24 * 60 * 60_000_000 - 1)
    }

    /// Returns the instant at a minute of this day known to be real when the code was written.
    pub(crate) const fn literal_minute(self, hour: i64, minute: i64) -> Timestamp {
        Timestamp::within(self, (hour * 60 + minute) * 60_000_000)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = Invalid;

    /// Parses `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `date` and quoting the text if it is not such a date.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse_date(text).map_err(|why| Invalid::new("date", format!("{} {why}", quoted(text))))
    }
}

serde_as_text!(Date, "a date like 2026-06-01 as a string");

/// Parses `YYYY-MM-DD`, or tells what is wrong with it.
pub(super) fn parse_date(text: &str) -> Result<Date, &'static str> {
    const SHAPE: &str = "does not have a date like 2026-06-01";
    let (year, rest) = text.split_once('-').ok_or(SHAPE)?;
    let (month, day) = rest.split_once('-').ok_or(SHAPE)?;
    let year = digits(year, 4).ok_or(SHAPE)?;
    let month = digits(month, 2).ok_or(SHAPE)?;
    let day = digits(day, 2).ok_or(SHAPE)?;
    Date::new(year, month, day).map_err(|_| "names a day that does not exist")
}

/// Returns the number written in exactly `length` decimal digits (at most nine).
pub(super) fn digits(text: &str, length: usize) -> Option<i32> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
