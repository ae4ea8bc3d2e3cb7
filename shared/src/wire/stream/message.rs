//! What the frames of books and public trades say.

use serde::{Deserialize, Serialize};

use super::amount::{amount, levels};
use crate::Invalid;
use crate::market::{self, Side, Ticker};
use crate::units::{Price, Quantity};
use crate::wire::{BookSide, LevelText, Millis, Rfc3339, Seconds, SignedCount};

/// All of a book. A side that is empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookSnapshot {
    /// The contract.
    pub market_ticker: Ticker,
    /// The exchange's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_id: Option<String>,
    /// The exchange's clock of the contract: the book has all changes up to it. The same on every connection; it skips
    /// numbers, and frames of mid 2026 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<u64>,
    /// Bids for YES.
    #[serde(default, deserialize_with = "levels", skip_serializing_if = "Vec::is_empty")]
    pub yes_dollars_fp: Vec<LevelText>,
    /// Bids for NO: at NO prices, or at YES prices where the subscription asked for those.
    #[serde(default, deserialize_with = "levels", skip_serializing_if = "Vec::is_empty")]
    pub no_dollars_fp: Vec<LevelText>,
}

/// A change of a book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookDelta {
    /// The contract.
    pub market_ticker: Ticker,
    /// The exchange's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_id: Option<String>,
    /// The exchange's clock of the contract at this change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<u64>,
    /// The price, of the side or of YES as in the snapshot.
    #[serde(deserialize_with = "amount")]
    pub price_dollars: Price,
    /// By how much what is bid there changed.
    #[serde(deserialize_with = "amount")]
    pub delta_fp: SignedCount,
    /// Whose bids.
    pub side: Side,
    /// Our own id of the order that changed it, if it was ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// Deprecated: when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<Rfc3339>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts_ms: Option<Millis>,
}

/// A public trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeMessage {
    /// The exchange's id.
    pub trade_id: String,
    /// The contract.
    pub market_ticker: Ticker,
    /// The price of YES.
    #[serde(deserialize_with = "amount")]
    pub yes_price_dollars: Price,
    /// The price of NO.
    #[serde(deserialize_with = "amount")]
    pub no_price_dollars: Price,
    /// How many contracts.
    #[serde(deserialize_with = "amount")]
    pub count_fp: Quantity,
    /// Deprecated: the outcome that the taker took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_side: Option<Side>,
    /// The outcome that the taker took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_outcome_side: Option<Side>,
    /// The same in words of the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_book_side: Option<BookSide>,
    /// Whether it was matched off the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_block_trade: Option<bool>,
    /// When, in whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<Seconds>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts_ms: Option<Millis>,
}

impl TradeMessage {
    /// Returns it as a print.
    ///
    /// # Errors
    ///
    /// Names `trade_id` if it is empty, and `ts_ms` if no time is said.
    pub fn print(&self) -> Result<market::Trade, Invalid> {
        let at = self.ts_ms.map(|at| at.0).or(self.ts.map(|at| at.0));
        Ok(market::Trade {
            ticker: self.market_ticker.clone(),
            at: at.ok_or_else(|| Invalid::new("ts_ms", "is missing"))?,
            price: self.yes_price_dollars,
            count: self.count_fp,
            taker_side: self.taker_outcome_side.or(self.taker_side),
            is_block: self.is_block_trade == Some(true),
            id: Some(self.trade_id.parse()?),
        })
    }
}

/// The best prices of a contract, and what was traded of it. Of a side that is empty the size is zero, whatever its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickerMessage {
    /// The exchange's id of the contract. It is always sent; recorders leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_id: Option<String>,
    /// The contract.
    pub market_ticker: Ticker,
    /// The price of the last trade; zero where there was none.
    #[serde(deserialize_with = "amount")]
    pub price_dollars: Price,
    /// The best bid for YES.
    #[serde(deserialize_with = "amount")]
    pub yes_bid_dollars: Price,
    /// The best offer of YES.
    #[serde(deserialize_with = "amount")]
    pub yes_ask_dollars: Price,
    /// How many contracts have changed hands.
    #[serde(deserialize_with = "amount")]
    pub volume_fp: Quantity,
    /// How many are held.
    #[serde(deserialize_with = "amount")]
    pub open_interest_fp: Quantity,
    /// For how much contracts have changed hands at their YES prices, in whole dollars.
    pub dollar_volume: i64,
    /// What those that are held may pay, in whole dollars.
    pub dollar_open_interest: i64,
    /// How many contracts are bid for.
    #[serde(deserialize_with = "amount")]
    pub yes_bid_size_fp: Quantity,
    /// How many are offered.
    #[serde(deserialize_with = "amount")]
    pub yes_ask_size_fp: Quantity,
    /// How many the last trade was of.
    #[serde(deserialize_with = "amount")]
    pub last_trade_size_fp: Quantity,
    /// Deprecated: when, in whole seconds.
    pub ts: Seconds,
    /// When.
    pub ts_ms: Millis,
    /// Deprecated: when, to the millisecond.
    pub time: Rfc3339,
}
