//! What is known of a contract besides its trades.

use super::{EventTicker, FeeMultiplier, FeeType, Side, Ticker};
use crate::units::{Price, Timestamp};

/// A contract: the event it is of, how it settled, and what it charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The contract.
    pub ticker: Ticker,
    /// Its event, whatever its ticker looks like.
    pub event_ticker: EventTicker,
    /// The outcome it settled to; none while it is open, and where it settled to neither side.
    pub result: Option<Side>,
    /// What YES was paid where it settled to neither side, as in a tie.
    pub settlement_value: Option<Price>,
    /// Whether at most one contract of its event pays, where the file says so.
    pub mutually_exclusive: Option<bool>,
    /// The kind of fee, where the file says so.
    pub fee_type: Option<FeeType>,
    /// The multiplier of the fee, where the file says so.
    pub fee_multiplier: Option<FeeMultiplier>,
    /// When trading in it ends or ended, where the file says so.
    pub close_time: Option<Timestamp>,
}

impl Contract {
    /// Returns what YES was paid, where the contract has settled.
    pub fn pays(&self) -> Option<Price> {
        match self.result {
            Some(Side::Yes) => Some(Price::ONE),
            Some(Side::No) => Some(Price::ZERO),
            None => self.settlement_value,
        }
    }
}

/// Returns whether at most one contract of `event` pays, by what is `known` of contracts: unless one of them says otherwise.
///
/// How they settled is not asked: what a strategy does must not depend on it. [`doubts`](super::doubts()) says so instead.
pub fn is_exclusive(event: &EventTicker, known: &[Contract]) -> bool {
    known.iter().all(|known| known.mutually_exclusive != Some(false) || known.event_ticker != *event)
}
