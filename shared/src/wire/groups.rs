//! Groups of orders, which are cancelled together when too much of them is filled at once.

use serde::{Deserialize, Serialize};

use crate::units::Quantity;

/// The body of `POST /portfolio/order_groups/create` and, without a part, of `PUT …/limit`: at least one of the two limits,
/// and the same if there are both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GroupLimit {
    /// How many contracts may be filled within 15 seconds, in whole ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contracts_limit: Option<i64>,
    /// The same, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contracts_limit_fp: Option<Quantity>,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount: Option<i64>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `POST /portfolio/order_groups/create`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCreated {
    /// The exchange's id.
    pub order_group_id: String,
    /// The part of the account.
    pub subaccount: i64,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// A group as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderGroup {
    /// The exchange's id.
    pub id: String,
    /// How many contracts may be filled within 15 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contracts_limit_fp: Option<Quantity>,
    /// Whether its orders are cancelled when that is exceeded.
    pub is_auto_cancel_enabled: bool,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `GET /portfolio/order_groups`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderGroups {
    /// The groups.
    #[serde(default)]
    pub order_groups: Vec<OrderGroup>,
}

/// The answer to `GET /portfolio/order_groups/{order_group_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderGroupAnswer {
    /// Whether its orders are cancelled when its limit is exceeded.
    pub is_auto_cancel_enabled: bool,
    /// The ids of its orders that rest.
    pub orders: Vec<String>,
    /// How many contracts may be filled within 15 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contracts_limit_fp: Option<Quantity>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}
