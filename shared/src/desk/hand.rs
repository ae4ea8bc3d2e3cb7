//! What a person asks of orders by hand, and what is said to it.

use serde::{Deserialize, Serialize};

use crate::market::{Action, Ticker};
use crate::units::{Price, Quantity};

/// What a person asks by hand of one side of a contract, on which there is room for one such order.
/// The body of `POST /api/desk/hand`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// The contract.
    pub ticker: Ticker,
    /// Whether the order buys or sells YES.
    pub action: Action,
    /// What is asked.
    pub what: HandWhat,
    /// It is only to be said what would come of it.
    #[serde(default)]
    pub only_says: bool,
}

/// What is asked of an order by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandWhat {
    /// Rest a new one.
    Place {
        /// The YES price.
        price: Price,
        /// How many contracts.
        count: Quantity,
    },
    /// Move the one that rests.
    Move {
        /// The YES price.
        price: Price,
        /// How many contracts are to be left of it.
        count: Quantity,
    },
    /// Take it back.
    Cancel,
}

/// Why nothing is done of what a person asks by hand. What rests stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotByHand {
    /// The desk neither quotes nor is paused.
    #[error("The desk takes orders by hand while it quotes or is paused, and it does neither.")]
    Idle,
    /// It trades no such contract.
    #[error("The desk doesn't trade {0}.")]
    Unknown(Ticker),
    /// There is an order by hand on that side already.
    #[error("One order by hand rests on a side, and there is one at ${0}: move it, or take it back.")]
    Taken(Price),
    /// There is none on that side.
    #[error("No order by hand is there on that side.")]
    Nothing,
    /// It isn't let through, for this reason.
    #[error("Not let through: {0}.")]
    Unplaced(String),
}
