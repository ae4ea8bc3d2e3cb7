//! What a fetch is of.

use core::fmt;

use serde::{Deserialize, Serialize};
use shared::market::{EventTicker, Ticker};
use shared::units::Timestamp;

/// What is asked for: the same question after an interruption goes on where it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The series whose events are wanted, all of them but for `events`.
    pub(crate) series: Vec<Series>,
    /// Only these events; their series need not be named.
    pub(crate) events: Vec<EventTicker>,
    /// What was at this instant or later.
    pub(crate) from: Option<Timestamp>,
    /// What was before this instant.
    pub(crate) to: Option<Timestamp>,
    /// How many minutes a candle is long; no candles are wanted without.
    pub(crate) candles: Option<Minutes>,
}

/// The ticker of a series, which is a part of paths too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Series(Ticker);

impl Series {
    /// Returns the text.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl core::str::FromStr for Series {
    type Err = shared::Invalid;

    /// Takes what tickers are made of: letters, digits, `-`, `.` and `_`.
    fn from_str(text: &str) -> Result<Self, shared::Invalid> {
        text.parse().map(Self)
    }
}

impl TryFrom<String> for Series {
    type Error = shared::Invalid;

    fn try_from(text: String) -> Result<Self, shared::Invalid> {
        text.parse()
    }
}

impl From<Series> for String {
    fn from(series: Series) -> Self {
        series.0.to_string()
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long a candle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Minutes {
    #[serde(rename = "1")]
    One,
    #[serde(rename = "60")]
    Sixty,
}

impl Minutes {
    /// Returns how many it is.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::One => 1,
            Self::Sixty => 60,
        }
    }

    /// Returns the length in microseconds.
    pub(super) fn micros(self) -> i64 {
        i64::from(self.number()) * 60_000_000
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&str> = self.series.iter().map(Series::as_str).collect();
        names.extend(self.events.iter().map(EventTicker::as_str));
        f.write_str(&names.join(", "))?;
        if let Some(from) = self.from {
            write!(f, " from {from}")?;
        }
        if let Some(to) = self.to {
            write!(f, " to {to}")?;
        }
        Ok(())
    }
}
