//! What the frames of our own account say.

use serde::{Deserialize, Serialize};

use crate::market::{Action, Side, Ticker};
use crate::units::{Cash, Price, Quantity};
use crate::wire::{BookSide, Millis, OrderStatus, Rfc3339, Seconds, SelfTradePrevention, SignedCount};

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
    /// The part of the account; 0 is the one that everybody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount: Option<i64>,
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
    /// Deprecated: the same as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_time: Option<Rfc3339>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_ts_ms: Option<Millis>,
    /// Deprecated: the same as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Rfc3339>,
    /// The group that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_group_id: Option<String>,
    /// What becomes of it where it meets another one of its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_trade_prevention_type: Option<SelfTradePrevention>,
    /// Why it last changed: `Trade`, `ExpiryCancel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_reason: Option<String>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
    /// The part of the account; 0 is the one that everybody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount_number: Option<i64>,
}

/// What is held of a contract, after it has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionMessage {
    /// Whose it is.
    pub user_id: String,
    /// The contract.
    pub market_ticker: Ticker,
    /// Net YES contracts.
    pub position_fp: SignedCount,
    /// What the position has cost, fees apart.
    pub position_cost_dollars: Cash,
    /// What was made on what is no longer held, fees apart.
    pub realized_pnl_dollars: Cash,
    /// What was charged in this contract.
    pub fees_paid_dollars: Cash,
    /// What was charged for what is held now.
    pub position_fee_cost_dollars: Cash,
    /// How many contracts were traded.
    pub volume_fp: Quantity,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount: Option<i64>,
}

/// Something that happened to a group of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupUpdate {
    /// What: `created`, `triggered`, `reset`, `deleted` or `limit_updated`.
    pub event_type: String,
    /// The exchange's id of the group.
    pub order_group_id: String,
    /// How many contracts its orders may trade within 15 s, where it is new or was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contracts_limit_fp: Option<Quantity>,
    /// When.
    pub ts_ms: Millis,
}
