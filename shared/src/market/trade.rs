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
