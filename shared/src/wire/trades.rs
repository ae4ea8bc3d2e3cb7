//! Public trades, as REST tells them.

use serde::{Deserialize, Serialize};

use super::{BookSide, Rfc3339};
use crate::Invalid;
use crate::market::{self, Side, Ticker};
use crate::units::{Price, Quantity};

/// A public trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// The exchange's id.
    pub trade_id: String,
    /// The contract.
    pub ticker: Ticker,
    /// How many contracts.
    pub count_fp: Quantity,
    /// The price of YES.
    pub yes_price_dollars: Price,
    /// The price of NO.
    pub no_price_dollars: Price,
    /// Deprecated: `taker_outcome_side` says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_side: Option<Side>,
    /// The outcome that the taker took; older answers say it by `taker_side` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_outcome_side: Option<Side>,
    /// The same in words of the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_book_side: Option<BookSide>,
    /// When it was matched.
    pub created_time: Rfc3339,
    /// Whether it was matched off the book: it fills nobody who rests there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_block_trade: Option<bool>,
}

impl Trade {
    /// Returns it as a print.
    ///
    /// # Errors
    ///
    /// Names `trade_id` if it is empty.
    pub fn print(&self) -> Result<market::Trade, Invalid> {
        Ok(market::Trade {
            ticker: self.ticker.clone(),
            at: self.created_time.0,
            price: self.yes_price_dollars,
            count: self.count_fp,
            taker_side: self.taker_outcome_side.or(self.taker_side),
            is_block: self.is_block_trade == Some(true),
            id: Some(self.trade_id.parse()?),
        })
    }
}

/// The answer to `GET /markets/trades`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradesPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The trades.
    pub trades: Vec<Trade>,
}
