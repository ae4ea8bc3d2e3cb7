//! What is asked of a contract's past.

use anyhow::{Context as _, ensure};
use shared::market::Ticker;
use shared::units::{Date, Timestamp};

use crate::history::Series;

/// A contract, a time, and into how many buckets that is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(super) series: Series,
    pub(super) ticker: Ticker,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
    pub(super) buckets: BucketCount,
}

/// A number of buckets: one for each pixel of a wide screen, and some more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BucketCount(u16);

impl BucketCount {
    /// The most.
    pub(crate) const MOST: u16 = 10_000;

    /// Returns the number.
    pub(crate) const fn number(self) -> u16 {
        self.0
    }
}

impl Default for BucketCount {
    fn default() -> Self {
        Self(1_000)
    }
}

impl core::str::FromStr for BucketCount {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let number = text.parse().ok().filter(|number| (1..=Self::MOST).contains(number));
        number.map(Self).with_context(|| format!("must be a number from 1 to {}", Self::MOST))
    }
}

impl Asked {
    /// Returns a question: of the ticks at `from` or later, and before `to`; where one is left out, from the first or to the
    /// last tick.
    ///
    /// # Errors
    ///
    /// Says that no time is between the two.
    pub(crate) fn new(
        series: Series,
        ticker: Ticker,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
        buckets: BucketCount,
    ) -> anyhow::Result<Self> {
        if let (Some(from), Some(to)) = (from, to) {
            ensure!(from < to, "from: {from} isn't before {to}");
        }
        Ok(Self { series, ticker, from, to, buckets })
    }

    /// Returns the bounds of the time in microseconds, as wide as can be where one is left out.
    pub(super) fn micros(&self) -> (i64, i64) {
        let most = self.to.map_or(i64::MAX, Timestamp::micros);
        (self.from.map_or(i64::MIN, Timestamp::micros), most)
    }

    /// Returns whether both bounds are said.
    pub(super) const fn is_whole(&self) -> bool {
        self.from.is_some() && self.to.is_some()
    }
}

/// Returns the series of a contract by Kalshi's naming: all before the first `-`.
///
/// # Errors
///
/// Says that nothing can be a series there.
pub(crate) fn series_of(ticker: &Ticker) -> anyhow::Result<Series> {
    let (series, _) = ticker.as_str().split_once('-').with_context(|| format!("{ticker} names no series"))?;
    series.parse().with_context(|| format!("{ticker} names no series"))
}

/// Reads a time, or the day that begins at one.
///
/// # Errors
///
/// Says that it is neither.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let day = |text: &str| text.parse::<Date>().map(Date::midnight);
    text.parse().or_else(|error: shared::Invalid| day(text).map_err(|_| error.to_string()))
}
