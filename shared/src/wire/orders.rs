//! Orders, as REST takes and tells them.

use serde::{Deserialize, Serialize};

use super::{BookSide, Dollars, Millis, OrderStatus, Rfc3339, Seconds, SelfTradePrevention, TimeInForce};
use crate::market::{Action, Side, Ticker};
use crate::units::{Cash, Price, Quantity};

/// The body of `POST /portfolio/events/orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateOrder {
    /// The contract.
    pub ticker: Ticker,
    /// Our own id. It makes a repetition harmless: an id is taken once, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// Whether YES is bought or sold.
    pub side: BookSide,
    /// How many contracts.
    pub count: Quantity,
    /// The YES price.
    pub price: Price,
    /// How long it lasts.
    pub time_in_force: TimeInForce,
    /// What becomes of it when it meets our own.
    pub self_trade_prevention_type: SelfTradePrevention,
    /// Whether it is refused rather than to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_only: Option<bool>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Seconds>,
    /// Whether it is cancelled when trading is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_order_on_pause: Option<bool>,
    /// Whether it may only make a position smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduce_only: Option<bool>,
    /// The group that it is cancelled with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_group_id: Option<String>,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount: Option<i64>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateOrderAnswer {
    /// The exchange's id.
    pub order_id: String,
    /// Our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// How many contracts were filled on arrival.
    pub fill_count: Quantity,
    /// How many are left.
    pub remaining_count: Quantity,
    /// The mean YES price of those that were filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fill_price: Option<Dollars>,
    /// The mean fee of those, a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fee_paid: Option<Dollars>,
    /// When it was taken in.
    pub ts_ms: Millis,
}

/// The answer to `DELETE /portfolio/events/orders/{order_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelOrderAnswer {
    /// The exchange's id.
    pub order_id: String,
    /// Our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// How many contracts were left.
    pub reduced_by: Quantity,
    /// When it was cancelled.
    pub ts_ms: Millis,
}

/// The body of `POST /portfolio/events/orders/{order_id}/amend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendOrder {
    /// The contract.
    pub ticker: Ticker,
    /// Whether YES is bought or sold.
    pub side: BookSide,
    /// The YES price from now on.
    pub price: Price,
    /// How many contracts it may trade in all, those that it has traded included.
    pub count: Quantity,
    /// Our own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// Our own id from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_client_order_id: Option<String>,
    /// When it ends from now on; zero takes its end away, and nothing keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Seconds>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendOrderAnswer {
    /// The exchange's id, which stays.
    pub order_id: String,
    /// Our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// How many contracts rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_count: Option<Quantity>,
    /// How many the change let trade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_count: Option<Quantity>,
    /// The mean YES price of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fill_price: Option<Dollars>,
    /// The mean fee of those, a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fee_paid: Option<Dollars>,
    /// When it was changed.
    pub ts_ms: Millis,
}

/// An order, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The exchange's id.
    pub order_id: String,
    /// Whose it is.
    pub user_id: String,
    /// Our own id; empty where it was placed without.
    pub client_order_id: String,
    /// The contract.
    pub ticker: Ticker,
    /// Deprecated: the outcome that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Deprecated: whether that outcome is bought or sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The outcome that it wants.
    pub outcome_side: Side,
    /// The same in words of the book.
    pub book_side: BookSide,
    /// `limit`, or `market` for an old one.
    pub r#type: String,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its YES price, not that of its fills.
    pub yes_price_dollars: Price,
    /// The complement.
    pub no_price_dollars: Price,
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
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Rfc3339>,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Rfc3339>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_time: Option<Rfc3339>,
    /// What becomes of it when it meets our own; old orders have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_trade_prevention_type: Option<String>,
    /// The group that it is cancelled with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_group_id: Option<String>,
    /// Whether it is cancelled when trading is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_order_on_pause: Option<bool>,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount_number: Option<i64>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `GET /portfolio/orders`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The orders.
    pub orders: Vec<Order>,
}

/// The answer to `GET /portfolio/orders/{order_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAnswer {
    /// The order.
    pub order: Order,
}
