//! How a desk is to trade, and what.

use serde::{Deserialize, Serialize};

use crate::attribution::Expectation;
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
    /// What fills are expected to be worth later, where a backtest says so.
    pub expects: Option<Expectation>,
    /// Whether it pauses where they are not.
    pub pauses_on_alarm: bool,
    /// What the run is called in the journal.
    pub label: Label,
}

/// What a run is, for those who read its journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    /// How far its hands reach: `demo`, `paper`, `live`.
    pub mode: String,
    /// The hash of all that decides what it does with money, as it is armed.
    pub configuration: String,
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
