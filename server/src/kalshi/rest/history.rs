//! What was: trades and candles, on the live tier and behind its cutoff.

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{
    Candlestick, CandlesticksAnswer, HistoricalCandlesticks, HistoricalCutoff, Trade, TradesPage,
};

use super::pages::borrowed;
use super::{Client, Cursor, Failure, Part};

/// Where a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// What is no older than the [cutoff](Client::historical_cutoff).
    Live,
    /// What is older.
    Historical,
}

impl Tier {
    /// Returns the path of this tier.
    pub(super) const fn path<'a>(self, live: &'a [&'a str], historical: &'a [&'a str]) -> &'a [&'a str] {
        match self {
            Self::Live => live,
            Self::Historical => historical,
        }
    }
}

/// Where trades are, on either tier.
pub(super) const TRADES: [&str; 2] = ["markets", "trades"];
pub(super) const HISTORICAL_TRADES: [&str; 2] = ["historical", "trades"];

/// Which trades are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TradesAsked<'a> {
    /// Of one contract.
    pub(crate) ticker: Option<&'a Ticker>,
    /// From this second on. Whether Kalshi counts the second itself isn't said.
    pub(crate) min_ts: Option<i64>,
    /// Until this second, with the same doubt.
    pub(crate) max_ts: Option<i64>,
}

impl TradesAsked<'_> {
    /// Returns it as a query.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let ticker = self.ticker.map(|ticker| ("ticker", ticker.to_string()));
        let (min_ts, max_ts) = (self.min_ts.map(|at| ("min_ts", at)), self.max_ts.map(|at| ("max_ts", at)));
        let times = min_ts.into_iter().chain(max_ts).map(|(name, at)| (name, at.to_string()));
        ticker.into_iter().chain(times).collect()
    }
}

/// How long a candle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Minute,
    Hour,
    Day,
}

impl Period {
    /// Returns how many minutes it has.
    pub(crate) const fn minutes(self) -> i64 {
        match self {
            Self::Minute => 1,
            Self::Hour => 60,
            Self::Day => 1_440,
        }
    }
}

impl Client {
    /// Returns where the live tier ends. It moves: it is asked for each time.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn historical_cutoff(&self) -> Result<HistoricalCutoff, Failure> {
        self.get(&["historical", "cutoff"], &[]).await
    }

    /// Returns a page of public trades, the newest first, those off the book included. Whether trades that are made
    /// meanwhile move what comes behind a cursor isn't said: one that is on two pages has the same id on both.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn trades_part(
        &self,
        tier: Tier,
        asked: TradesAsked<'_>,
        from: Option<&Cursor>,
    ) -> Result<Part<Trade>, Failure> {
        let path = tier.path(&TRADES, &HISTORICAL_TRADES);
        self.part::<TradesPage>(path, &borrowed(&asked.query()), from).await
    }

    /// Returns the candles of a contract that end from `first` to `last`, in order of time; quiet periods are left out. The live
    /// tier wants to know the series too, and answers ten thousand of them at most.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn candlesticks(
        &self,
        tier: Tier,
        series: &str,
        ticker: &Ticker,
        (first, last): (Timestamp, Timestamp),
        period: Period,
    ) -> Result<Vec<Candlestick>, Failure> {
        let second = |at: Timestamp| at.micros().div_euclid(1_000_000).to_string();
        let (start, end, minutes) = (second(first), second(last), period.minutes().to_string());
        let query =
            [("start_ts", start.as_str()), ("end_ts", end.as_str()), ("period_interval", minutes.as_str())];
        match tier {
            Tier::Live => {
                let path = ["series", series, "markets", ticker.as_str(), "candlesticks"];
                self.get::<CandlesticksAnswer>(&path, &query).await.map(|answer| answer.candlesticks)
            }
            Tier::Historical => {
                let path = ["historical", "markets", ticker.as_str(), "candlesticks"];
                let answer = self.get::<HistoricalCandlesticks>(&path, &query).await?;
                Ok(answer.candlesticks.into_iter().map(Candlestick::from).collect())
            }
        }
    }
}
