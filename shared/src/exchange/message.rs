//! Orders, and what is heard of them.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::market::{Action, TradeId};
use crate::units::{Cash, Price, Quantity};

/// Our own number of an order: unique within a desk, given before the exchange has heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(pub u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an exchange is asked to do with one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCommand {
    /// The contract's place.
    pub contract: usize,
    /// Whether the order buys or sells YES.
    pub action: Action,
    /// Which order.
    pub order: OrderId,
    /// What to do.
    pub request: Request,
}

/// What to do with an order. All orders are limit orders that must rest: post-only, good until cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Rest a new one.
    Place {
        /// The YES price.
        price: Price,
        /// How many contracts.
        count: Quantity,
    },
    /// Move it, or let it trade more or less.
    Amend {
        /// The YES price.
        price: Price,
        /// How many contracts it may trade in all, those that it has traded included: a fill that we have not yet heard
        /// of can't make it trade more than that.
        total: Quantity,
    },
    /// Take it out of the book.
    Cancel,
}

/// What an exchange tells of one of our orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderReport {
    /// It traded.
    Fill(Fill),
    /// A command was answered, or was not.
    Answer {
        /// The contract's place.
        contract: usize,
        /// Whether the order buys or sells YES.
        action: Action,
        /// Which order.
        order: OrderId,
        /// The answer.
        verdict: Verdict,
    },
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The order rests as it was asked to, or trades as it comes.
    Resting,
    /// The order is out of the book, whatever it has traded before.
    Gone,
    /// The command changed nothing: the order is as it was before it, and one that was to be placed never was.
    Rejected,
    /// No answer came. What became of the command is not known until the exchange is asked what rests.
    Unknown,
}

/// One of our orders traded, in full or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The contract's place.
    pub contract: usize,
    /// Which order.
    pub order: OrderId,
    /// Whether we bought or sold YES.
    pub action: Action,
    /// The YES price that the order had.
    pub quoted: Price,
    /// The YES price that it traded at.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
    /// What the exchange charged.
    pub fee: Cash,
    /// The public trade that this is, where the exchange names it.
    pub trade: Option<TradeId>,
}
