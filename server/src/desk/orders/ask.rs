//! What is asked of the exchange, and what is answered.

use shared::engine::Record;
use shared::exchange::OrderId;
use shared::market::Action;
use shared::units::{Price, Quantity, Timestamp};
use shared::wire;

use crate::kalshi::Failure;

/// Something to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Job {
    pub(in crate::desk) place: usize,
    pub(in crate::desk) order: OrderId,
    pub(in crate::desk) action: Action,
    pub(in crate::desk) what: What,
}

/// What is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::desk) enum What {
    /// Rest a new order.
    Place { price: Price, count: Quantity },
    /// Move it.
    Amend { price: Price, total: Quantity },
    /// Take it back.
    Cancel,
    /// Move its expiry on.
    Renew,
    /// What became of it? Asked so many times before.
    Look { times: u32 },
}

/// What was answered.
#[derive(Debug)]
pub(in crate::desk) enum Outcome {
    Placed(wire::CreateOrderAnswer),
    Amended(wire::AmendOrderAnswer),
    Cancelled(wire::CancelOrderAnswer),
    /// The order as the exchange has it, if it has one.
    Found(Option<Box<wire::Order>>),
    Failed(Failure),
}

/// What follows from an answer.
#[derive(Debug, Default)]
pub(in crate::desk) struct Follows {
    /// What the engine is to be told.
    pub(in crate::desk) records: Vec<Record>,
    /// What a person should know.
    pub(in crate::desk) alert: Option<String>,
}

/// A job as it is sent.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Sent {
    pub(in crate::desk) job: Job,
    /// Our name for the order.
    pub(in crate::desk) name: String,
    /// The exchange's id of it, where that is known.
    pub(in crate::desk) id: Option<String>,
    /// The price and the contracts that it is to have in all.
    pub(in crate::desk) price: Price,
    pub(in crate::desk) total: Quantity,
    /// When it is to end by itself.
    pub(in crate::desk) expires: Timestamp,
}
