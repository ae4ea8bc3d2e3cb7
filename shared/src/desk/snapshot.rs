//! What a page needs to find out by itself what other settings would come to.

use serde::{Deserialize, Serialize};

use super::run::Desk;
use crate::Invalid;
use crate::backtest::Config;
use crate::engine::{Error, Maker, Previewed};
use crate::market::Ticker;
use crate::pack::{self, Misfit};
use crate::quoting::Quotes;
use crate::units::Timestamp;

/// What a desk knows and decides on, at an instant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of the settings.
    pub version: u64,
    /// The settings, as text of a [`Config`].
    pub config: String,
    /// When it was.
    pub at: Timestamp,
    /// The contracts, by place.
    pub tickers: Vec<Ticker>,
    /// What makes the event's market.
    maker: Maker,
}

impl Desk {
    /// Returns what it knows and decides on at `now`, once it trades: a copy, which is written into bytes elsewhere.
    pub fn snapshot(&self, now: Timestamp) -> Option<Snapshot> {
        let trading = self.trading()?;
        Some(Snapshot {
            version: self.changes().version,
            config: self.config().text(),
            at: now.max(trading.now),
            tickers: trading.contracts.iter().map(|contract| contract.ticker.clone()).collect(),
            maker: trading.maker()?.clone(),
        })
    }
}

impl Snapshot {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Says what of it can't be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Misfit> {
        pack::to_bytes(self)
    }

    /// Reads what [`Snapshot::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// Names `snapshot` if the bytes are none of this version, or its parts don't fit each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        let unfit = |why: String| Invalid::new("snapshot", why);
        let snapshot: Self = pack::from_bytes(bytes).map_err(|misfit| unfit(misfit.to_string()))?;
        snapshot.maker.check(snapshot.tickers.len())?;
        Ok(snapshot)
    }

    /// Returns what rests, or is to, of a contract by place.
    pub fn quotes(&self, place: usize) -> Quotes {
        self.maker.quotes(place)
    }

    /// Returns what would rest of each contract, bid and ask, under other settings.
    ///
    /// # Errors
    ///
    /// As [`Maker::preview`].
    pub fn preview(&self, config: &Config) -> Result<Vec<[Previewed; 2]>, Error> {
        self.maker.preview(self.at, &config.parameters())
    }
}
