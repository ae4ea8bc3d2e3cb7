//! Several orders in one request, and an order made smaller.

use serde::{Deserialize, Serialize};

use super::{CreateOrder, Dollars, ErrorBody, Millis};
use crate::market::Ticker;
use crate::units::Quantity;

/// The body of `POST /portfolio/events/orders/batched`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCreate {
    /// The orders, in the order in which they are taken in.
    pub orders: Vec<CreateOrder>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCreated {
    /// The exchange's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Our own.
    #[serde(default)]
    pub client_order_id: Option<String>,
    /// How many contracts were filled on arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_count: Option<Quantity>,
    /// How many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_count: Option<Quantity>,
    /// The mean YES price of those that were filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fill_price: Option<Dollars>,
    /// The mean fee of those, a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_fee_paid: Option<Dollars>,
    /// When it was taken in.
    #[serde(default)]
    pub ts_ms: Option<Millis>,
    /// Why it was not.
    #[serde(default)]
    pub error: Option<ErrorBody>,
}

/// The answer to it: as many as were sent, in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCreateAnswer {
    /// What became of each.
    pub orders: Vec<BatchCreated>,
}

/// An order to be taken back with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCancelOrder {
    /// The exchange's id.
    pub order_id: String,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount: Option<i64>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
    /// The contract, by which the part of the exchange is found where it isn't told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_ticker: Option<Ticker>,
}

/// The body of `DELETE /portfolio/events/orders/batched`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCancel {
    /// The orders.
    pub orders: Vec<BatchCancelOrder>,
}

/// What became of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCancelled {
    /// The exchange's id.
    pub order_id: String,
    /// Our own.
    #[serde(default)]
    pub client_order_id: Option<String>,
    /// How many contracts were left; none where it was not taken back.
    pub reduced_by: Quantity,
    /// When it was taken back.
    #[serde(default)]
    pub ts_ms: Option<Millis>,
    /// Why it was not.
    #[serde(default)]
    pub error: Option<ErrorBody>,
}

/// The answer to it: as many as were sent, in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCancelAnswer {
    /// What became of each.
    pub orders: Vec<BatchCancelled>,
}

/// The body of `POST /portfolio/events/orders/{order_id}/decrease`: one of the two counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecreaseOrder {
    /// How many contracts less are to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduce_by: Option<Quantity>,
    /// How many contracts are to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduce_to: Option<Quantity>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
    /// The contract, by which the part of the exchange is found where it isn't told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_ticker: Option<Ticker>,
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecreaseOrderAnswer {
    /// The exchange's id.
    pub order_id: String,
    /// Our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    /// How many contracts rest.
    pub remaining_count: Quantity,
    /// When it was made smaller.
    pub ts_ms: Millis,
}

/// The answer to `GET /portfolio/orders/{order_id}/queue_position`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePosition {
    /// How many contracts trade before it.
    pub queue_position_fp: Quantity,
}

/// An order's place in the queue of its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderQueuePosition {
    /// The exchange's id.
    pub order_id: String,
    /// The contract.
    pub market_ticker: Ticker,
    /// How many contracts trade before it.
    pub queue_position_fp: Quantity,
}

/// The answer to `GET /portfolio/orders/queue_positions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePositions {
    /// The orders that rest.
    pub queue_positions: Vec<OrderQueuePosition>,
}
