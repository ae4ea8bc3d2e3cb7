//! One print.

use super::{Side, Ticker};
use crate::units::{Price, Quantity, Timestamp};

/// One public trade of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// The contract.
    pub ticker: Ticker,
    /// When it was matched.
    pub at: Timestamp,
    /// The price of YES.
    pub price: Price,
    /// How many contracts changed hands.
    pub count: Quantity,
    /// The outcome the taker took, where the tape says so: `Yes` lifted an ask, `No` hit a bid.
    pub taker_side: Option<Side>,
}

impl Trade {
    /// Returns the instant it belongs to: the millisecond, which is what the exchange's stream tells.
    pub fn instant(&self) -> Timestamp {
        const MILLISECOND: i64 = 1_000;
        // The first instant of the calendar is a whole millisecond: nothing falls before it.
        self.at.checked_add_micros(-self.at.micros().rem_euclid(MILLISECOND)).unwrap_or(self.at)
    }
}
