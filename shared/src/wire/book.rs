//! The order book, as REST tells it.

use serde::{Deserialize, Serialize};

use crate::market::Ticker;
use crate::units::{Price, Quantity};

/// A price and what is bid there: `["0.4700","3.00"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelText(pub Price, pub Quantity);

/// The bids for each outcome, each at its own price and the best one last; an offer of YES is a bid for NO at the
/// complement. Both must be there, and may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orderbook {
    /// Bids for YES, in rising order.
    pub yes_dollars: Vec<LevelText>,
    /// Bids for NO, in rising order of the NO price.
    pub no_dollars: Vec<LevelText>,
}

/// The answer to `GET /markets/{ticker}/orderbook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookAnswer {
    /// The book.
    pub orderbook_fp: Orderbook,
    /// The contract, where books of several are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticker: Option<Ticker>,
}
