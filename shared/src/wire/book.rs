//! The order book, as REST tells it.

use serde::{Deserialize, Serialize};

use super::stream::OrderbookSnapshot;
use crate::market::Ticker;
use crate::sort::places;
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

impl Orderbook {
    /// Returns the bids for YES, the best first.
    pub fn bids(&self) -> impl Iterator<Item = LevelText> {
        best_first(&self.yes_dollars).into_iter()
    }

    /// Returns what YES is offered at, the best first: a bid for NO is an offer of YES at the complement.
    pub fn offers(&self) -> impl Iterator<Item = LevelText> {
        best_first(&self.no_dollars).into_iter().map(|level| LevelText(level.0.complement(), level.1))
    }
}

/// Returns bids with the highest first, in whatever order they came.
fn best_first(bids: &[LevelText]) -> Vec<LevelText> {
    let price = |place: usize| bids.get(place).map(|level| level.0);
    let order = places(bids.len(), &|a, b| price(a) > price(b));
    order.into_iter().filter_map(|place| bids.get(place).copied()).collect()
}

/// The answer to `GET /markets/{ticker}/orderbook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookAnswer {
    /// The book.
    pub orderbook_fp: Orderbook,
}

/// A contract's book among those of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookOf {
    /// The contract.
    pub ticker: Ticker,
    /// Its book.
    pub orderbook_fp: Orderbook,
}

impl OrderbookOf {
    /// Returns the book as a subscription that asks for YES prices tells it: NO at the price of YES at which it is offered.
    pub fn at_yes_prices(&self) -> OrderbookSnapshot {
        let complement = |level: &LevelText| LevelText(level.0.complement(), level.1);
        OrderbookSnapshot {
            market_ticker: self.ticker.clone(),
            market_id: None,
            clock: None,
            yes_dollars_fp: self.orderbook_fp.yes_dollars.clone(),
            no_dollars_fp: self.orderbook_fp.no_dollars.iter().map(complement).collect(),
        }
    }
}

/// The answer to `GET /markets/orderbooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbooksAnswer {
    /// By contract.
    pub orderbooks: Vec<OrderbookOf>,
}
