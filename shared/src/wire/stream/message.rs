//! What the frames of the channels say.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::market::{self, Action, Side, Ticker};
use crate::units::{Cash, Price, Quantity};
use crate::wire::{BookSide, LevelText, MarketResult, Millis, OrderStatus, Rfc3339, Seconds, SignedCount};

/// All of a book. A side that is empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderbookSnapshot {
    /// The contract.
    pub market_ticker: Ticker,
    /// The exchange's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_id: Option<String>,
    /// Bids for YES.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yes_dollars_fp: Vec<LevelText>,
    /// Bids for NO: at NO prices, or at YES prices where the subscription asked for those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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
    /// The price, of the side or of YES as in the snapshot.
    pub price_dollars: Price,
    /// By how much what is bid there changed.
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
    pub yes_price_dollars: Price,
    /// The price of NO.
    pub no_price_dollars: Price,
    /// How many contracts.
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

/// A fill of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillMessage {
    /// The public trade's id.
    pub trade_id: String,
    /// The order's id.
    pub order_id: String,
    /// Our own id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// The contract.
    pub market_ticker: Ticker,
    /// Whether the order took.
    pub is_taker: bool,
    /// Deprecated: the outcome that was traded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Deprecated: whether it was bought or sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Deprecated: the outcome that was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchased_side: Option<Side>,
    /// The outcome that was taken on.
    pub outcome_side: Side,
    /// The same in words of the book.
    pub book_side: BookSide,
    /// The YES price.
    pub yes_price_dollars: Price,
    /// How many contracts.
    pub count_fp: Quantity,
    /// What it was charged.
    pub fee_cost: Cash,
    /// What is held of the contract after it.
    pub post_position_fp: SignedCount,
    /// When, in whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<Seconds>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts_ms: Option<Millis>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// An order of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserOrder {
    /// The exchange's id.
    pub order_id: String,
    /// Whose it is.
    pub user_id: String,
    /// Our own id.
    pub client_order_id: String,
    /// The contract.
    pub ticker: Ticker,
    /// Where it stands.
    pub status: OrderStatus,
    /// Deprecated: the outcome that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Deprecated: whether that is YES.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_yes: Option<bool>,
    /// The outcome that it wants.
    pub outcome_side: Side,
    /// The same in words of the book.
    pub book_side: BookSide,
    /// Its YES price.
    pub yes_price_dollars: Price,
    /// How many contracts it was for at first.
    pub initial_count_fp: Quantity,
    /// How many were filled.
    pub fill_count_fp: Quantity,
    /// How many rest.
    pub remaining_count_fp: Quantity,
    /// What its contracts cost, as taker.
    pub taker_fill_cost_dollars: Cash,
    /// The same as maker.
    pub maker_fill_cost_dollars: Cash,
    /// Fees as taker.
    pub taker_fees_dollars: Cash,
    /// Fees as maker.
    pub maker_fees_dollars: Cash,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Rfc3339>,
    /// The same in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ts_ms: Option<Millis>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_ts_ms: Option<Millis>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_ts_ms: Option<Millis>,
    /// Why it last changed: `Trade`, `ExpiryCancel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_reason: Option<String>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// Something that happened to a contract. That it opens or closes at its time is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketLifecycle {
    /// The contract.
    pub market_ticker: Ticker,
    /// What: `activated`, `deactivated`, `determined`, `settled`, and words that decide nothing here.
    pub event_type: String,
    /// How it settles, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<MarketResult>,
    /// What a YES contract pays, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_value: Option<Price>,
    /// When its outcome was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determination_ts: Option<Seconds>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_ts: Option<Seconds>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}
