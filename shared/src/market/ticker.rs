//! The names of contracts and events.

use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use crate::Invalid;
use crate::invalid::quoted;
use crate::units::{Date, serde_as_text};

/// The longest ticker accepted, in bytes; Kalshi's own stay below 100.
const MAX_BYTES: usize = 128;

/// Checks the characters Kalshi's tickers are made of: ASCII letters and digits, `-`, `.` and `_`.
fn check(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if text.len() > MAX_BYTES {
        return Err(Invalid::new(field, format!("{} is longer than {MAX_BYTES} characters", quoted(text))));
    }
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._".contains(*c)) {
        Some(c) => Err(Invalid::new(field, format!("{} contains {c:?}", quoted(text)))),
        None => Ok(()),
    }
}

/// The ticker of one contract, like `KXTOPMONTHLY-26FEB-BAD`. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticker(Arc<str>);

impl Ticker {
    /// Returns what stands for a ticker in a message that is refused.
    pub(crate) fn none() -> Self {
        Self("".into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a text is a ticker, as parsing it says.
    pub(crate) fn is_one(text: &str) -> bool {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(is_allowed)
    }

    /// Returns the event the ticker belongs to by Kalshi's naming: all before the last `-`.
    ///
    /// A market's own `event_ticker`, where there is one, is the authority.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `ticker` if it has no `-` with text before it.
    pub fn event(&self) -> Result<EventTicker, Invalid> {
        match self.0.rsplit_once('-') {
            Some((event, _)) if !event.is_empty() => Ok(EventTicker(event.into())),
            _ => Err(Invalid::new("ticker", format!("{} names no event: it has no '-'", quoted(&self.0)))),
        }
    }

    /// Returns the part after the last `-`, which tells an event's contracts apart: `BAD`.
    pub fn outcome(&self) -> &str {
        self.0.rsplit_once('-').map_or(&self.0, |(_, outcome)| outcome)
    }
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Ticker {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ticker {
    type Err = Invalid;

    /// Takes the ticker of a contract.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `ticker` if the text is empty, too long, or has a character that no
    /// ticker has.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        check("ticker", text)?;
        Ok(Self(text.into()))
    }
}

serde_as_text!(Ticker, "the ticker of a contract");

/// The ticker of one event, like `KXTOPMONTHLY-26FEB`. A clone shares the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTicker(Arc<str>);

impl EventTicker {
    /// Returns what stands for a ticker in a message that is refused.
    pub(crate) fn none() -> Self {
        Self("".into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

impl EventTicker {
    /// Returns the ticker of the KXTOPMONTHLY event that settles in the month of `settles`: `KXTOPMONTHLY-26FEB`.
    pub fn top_monthly(settles: Date) -> Self {
        let (year, month, _) = settles.year_month_day();
        let month = usize::try_from(month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("JAN");
        Self(format!("KXTOPMONTHLY-{:02}{month}", year.rem_euclid(100)).into())
    }

    /// Returns the last day of the month that the ticker names, `26FEB` in `KXTOPMONTHLY-26FEB`: the day whose
    /// count settles a monthly event. `None` where the ticker names no month.
    pub fn month_end(&self) -> Option<Date> {
        let (_, name) = self.0.rsplit_once('-')?;
        let (year, month) = (name.get(..2)?, name.get(2..)?);
        let year: i32 = year.parse().ok()?;
        let month = MONTHS.iter().position(|known| *known == month)? as i32 + 1;
        let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        Date::new(2000 + next_year, next_month, 1).ok()?.checked_add_days(-1)
    }
}

impl fmt::Display for EventTicker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EventTicker {
    type Err = Invalid;

    /// Takes the ticker of an event.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `event_ticker` if the text is empty, too long, or has a character that
    /// no ticker has.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        check("event_ticker", text)?;
        Ok(Self(text.into()))
    }
}

serde_as_text!(EventTicker, "the ticker of an event");
