//! How much may be asked: an account's token buckets, and what requests cost.

use serde::{Deserialize, Serialize};

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketLimit {
    /// In tokens a second.
    pub refill_rate: u64,
    /// In tokens.
    pub bucket_capacity: u64,
}

/// Why an account may ask more than others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageGrant {
    /// Which exchange it is for: `event_contract` or `margined`.
    pub exchange_instance: String,
    /// The tier that it gives.
    pub level: String,
    /// When it ends, in seconds since 1970; nothing where it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_ts: Option<i64>,
    /// `volume` where it was traded for, `manual` where it was given.
    pub source: String,
}

/// The answer to `GET /account/limits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimits {
    /// The tier: `basic`.
    pub usage_tier: String,
    /// What questions are paid from.
    pub read: BucketLimit,
    /// What orders, changes and cancellations are paid from.
    pub write: BucketLimit,
    /// Where the tier comes from.
    #[serde(default)]
    pub grants: Vec<UsageGrant>,
}

/// What a request costs that doesn't cost the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointCost {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// Its path, with parameters as `:order_id`.
    pub path: String,
    /// In tokens; of a batch, for each of its items.
    pub cost: u64,
}

/// The answer to `GET /account/endpoint_costs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointCosts {
    /// What everything else costs, in tokens.
    pub default_cost: u64,
    /// What costs something else.
    pub endpoint_costs: Vec<EndpointCost>,
}

/// The answer to `GET /api_keys`, as far as a desk needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    /// The account's keys.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// Until when the account has said where it is, in seconds since 1970: after that its keys trade no contract of sports,
    /// elections and entertainment. Nothing where it never has.
    #[serde(default)]
    pub api_key_region_expiration_ts: Option<i64>,
}

/// A key of the account, as far as a desk needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub api_key_id: String,
    /// What it may: `read`, `write`, or parts of these such as `write::trade`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The one subaccount that it is kept to, if it is.
    #[serde(default)]
    pub subaccount: Option<i64>,
}

impl ApiKey {
    /// Returns whether it may place orders and take them back (`write`, or its part for trading).
    #[must_use]
    pub fn may_trade(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "write" || scope == "write::trade")
    }
}
