//! An instant.

use core::fmt;
use core::str::FromStr;

use super::date::{digits, parse_date};
use super::{Date, serde_as_text};
use crate::Invalid;
use crate::invalid::quoted;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// An instant in UTC to the microsecond, of the years 0 to 9999, without leap seconds.
///
/// Prints as RFC 3339 with microseconds, `2026-02-01T19:00:49.408374Z`, which also sorts as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first microsecond of the year 0.
    pub const MIN: Self = Self(Date::MIN.unix_days() as i64 * MICROS_PER_DAY);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self((Date::MAX.unix_days() as i64 + 1) * MICROS_PER_DAY - 1);

    /// Returns the instant `micros` microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `timestamp` outside the years 0 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, Invalid> {
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(Invalid::new("timestamp", format!("{micros} microseconds lie outside the years 0 to 9999")))
        }
    }

    /// Returns the instant `micros` microseconds after a day began; at most a day.
    pub(super) const fn within(date: Date, micros: i64) -> Self {
        Self(date.unix_days() as i64 * MICROS_PER_DAY + micros)
    }

    /// Returns the number of microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the day in UTC.
    pub const fn date(self) -> Date {
        Date::in_range(self.0.div_euclid(MICROS_PER_DAY))
    }

    /// Returns the millisecond that the instant is in: its first microsecond.
    #[must_use]
    #[inline]
    pub const fn floor_to_millisecond(self) -> Self {
        // The calendar begins with a whole millisecond: nothing falls before it.
        Self(self.0 - self.0.rem_euclid(1_000))
    }

    /// Returns the instant `micros` microseconds later (earlier if negative), or `None` outside the years
    /// 0 to 9999.
    pub fn checked_add_micros(self, micros: i64) -> Option<Self> {
        Self::from_micros(self.0.checked_add(micros)?).ok()
    }

    /// Returns the microseconds from `earlier` to this instant, negative if `earlier` is the later one.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        // Ten thousand years of microseconds are 3.2e17: the difference of two can't overflow.
        self.0 - earlier.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(MICROS_PER_DAY);
        let (seconds, micros) = (of_day / MICROS_PER_SECOND, of_day % MICROS_PER_SECOND);
        write!(
            f,
            "{}T{:02}:{:02}:{:02}.{micros:06}Z",
            self.date(),
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    /// Parses RFC 3339 with `T` or a space between date and time; without a zone it is UTC.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `timestamp` and quoting the text if it is not such a time, is a leap
    /// second, or is finer than a microsecond.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse(text).map_err(|why| Invalid::new("timestamp", format!("{} {why}", quoted(text))))
    }
}

serde_as_text!(Timestamp, "a time like 2026-02-01T19:00:49.408374Z as a string");

/// Parses an instant, or tells what is wrong with the text.
///
/// Written out instead of taken from a calendar crate: tapes carry exactly this one grammar, a missing zone
/// is UTC here and an error or local time elsewhere, and a digit below the microsecond must be refused, not
/// dropped. It is also small, and the browser's bundle is budgeted: a module that only parses and prints
/// times is 37 kB of WebAssembly with this and 225 kB with jiff 0.2 (`opt-level = "z"`, fat LTO).
fn parse(text: &str) -> Result<Timestamp, &'static str> {
    const SHAPE: &str = "is not a time like 2026-02-01T19:00:49.408374Z";
    let (date, rest) = text.split_at_checked(10).ok_or(SHAPE)?;
    let date = parse_date(date)?;
    let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(SHAPE)?;
    let (clock, rest) = rest.split_at_checked(8).ok_or(SHAPE)?;
    let seconds = seconds_of_day(clock).ok_or(SHAPE)??;
    let (micros, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (fraction_micros(&rest[..end])?, &rest[end..])
        }
        None => (0, rest),
    };
    let offset = offset_seconds(zone)?;
    let micros = (i64::from(seconds) - i64::from(offset)) * MICROS_PER_SECOND + i64::from(micros);
    date.midnight().checked_add_micros(micros).ok_or("lies outside the years 0 to 9999")
}

/// Reads `hh:mm:ss`; `None` if it hasn't that shape.
fn seconds_of_day(clock: &str) -> Option<Result<i32, &'static str>> {
    let (hour, rest) = clock.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    Some(match (hour, minute, second) {
        (0..=23, 0..=59, 0..=59) => Ok(hour * 3_600 + minute * 60 + second),
        (0..=23, 0..=59, 60) => Err("is a leap second, which this clock does not have"),
        _ => Err("has a time of day that does not exist"),
    })
}

/// Reads the digits after the point of the seconds, as microseconds.
fn fraction_micros(fraction: &str) -> Result<i32, &'static str> {
    let (kept, beyond) = fraction.split_at(fraction.len().min(6));
    if kept.is_empty() {
        return Err("has no digit after the point of its seconds");
    }
    if beyond.bytes().any(|b| b != b'0') {
        return Err("is finer than a microsecond");
    }
    let scale = [100_000, 10_000, 1_000, 100, 10, 1][kept.len() - 1];
    digits(kept, kept.len()).map(|value| value * scale).ok_or("has a fraction that is not digits")
}

/// Reads a zone as seconds east of UTC: nothing, `Z`, or an offset like `-05:00`.
fn offset_seconds(zone: &str) -> Result<i32, &'static str> {
    const SHAPE: &str = "ends in something that is not a zone like Z or -05:00";
    let (sign, offset) = match zone.as_bytes().first() {
        None => return Ok(0),
        Some(b'Z' | b'z') if zone.len() == 1 => return Ok(0),
        Some(b'+') => (1, &zone[1..]),
        Some(b'-') => (-1, &zone[1..]),
        Some(_) => return Err(SHAPE),
    };
    let (hours, minutes) = offset.split_once(':').ok_or(SHAPE)?;
    match (digits(hours, 2), digits(minutes, 2)) {
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(sign * (hours * 3_600 + minutes * 60)),
        _ => Err(SHAPE),
    }
}
