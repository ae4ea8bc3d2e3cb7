//! How a desk is to trade, and what.

use crate::backtest::Config;
use crate::market::{EventTicker, Ticker};
use crate::quoting::Terms;
use crate::units::{Quantity, Timestamp};

/// How a desk is to trade.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How it quotes. What a backtest assumes of its exchange is not asked here.
    pub config: Config,
    /// How long an order lives that nobody looks after, in seconds of the desk's clock.
    pub order_ttl_s: i64,
    /// How many contracts of the desk's orders may be filled within 15 seconds before the exchange takes all of them back.
    pub group_limit: Quantity,
    /// Whether people may change how it quotes while it runs: not where that was armed.
    pub can_change: bool,
}

/// What is traded: an event and its contracts, as the exchange lists them.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event.
    pub event: EventTicker,
    /// Its contracts, in the order of their places.
    pub contracts: Vec<Listed>,
}

/// A contract as the exchange lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The contract.
    pub ticker: Ticker,
    /// Whose it is, in words.
    pub name: String,
    /// What it is quoted on.
    pub terms: Terms,
    /// When trading ends.
    pub closes: Timestamp,
}

impl Event {
    /// Returns whether a contract is one of its.
    pub fn has(&self, ticker: &Ticker) -> bool {
        self.contracts.iter().any(|contract| contract.ticker == *ticker)
    }
}
