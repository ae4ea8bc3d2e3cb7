//! What is known of a contract besides its trades.

use super::{EventTicker, FeeMultiplier, FeeType, Side, Ticker};
use crate::units::Timestamp;

/// A contract: the event it is of, how it settled, and what it charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The contract.
    pub ticker: Ticker,
    /// Its event.
    pub event_ticker: EventTicker,
    /// The outcome it settled to; none while it is open.
    pub result: Option<Side>,
    /// The kind of fee, where the file says so.
    pub fee_type: Option<FeeType>,
    /// The multiplier of the fee, where the file says so.
    pub fee_multiplier: Option<FeeMultiplier>,
    /// When trading in it ends or ended, where the file says so.
    pub close_time: Option<Timestamp>,
}
