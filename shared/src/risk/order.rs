//! What the gate is asked, and what it has let through.

use serde::{Deserialize, Serialize};

use super::{Book, Closures};
use crate::market::{Action, Position};
use crate::units::{Price, Quantity};

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To rest as a quote: nothing that halts or closes lets it pass.
    Quote,
    /// To rest because a person asks for it: a pause of the quotes is no word about it, and what else halts or closes lets only
    /// what brings the position nearer to zero pass.
    Hand,
    /// To bring a position nearer to zero because a person asks for it: no limit but the order size holds it back, and no halt.
    Reduce,
}

/// An order that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The contract's place in the event.
    pub contract: usize,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it buys or sells YES.
    pub action: Action,
    /// The YES price.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
}

/// What rests of ours where an order is to go, which takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rests {
    /// Nothing: to place an order takes a message.
    #[default]
    Nothing,
    /// So many contracts at that price: any other order takes a message.
    Order(Price, Quantity),
    /// An answer must come first: nothing is sent now.
    Busy,
}

/// What is known of where an order is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// What is held of the contract.
    pub position: Position,
    /// What else may still fill on the order's side: orders that this one doesn't take the place of.
    pub others: Quantity,
    /// What this one takes the place of.
    pub rests: Rests,
    /// The price of our own order on the other side that is wanted or rests beside this one.
    pub opposite: Option<Price>,
    /// The best of the other people's orders.
    pub book: Book,
    /// For what nothing of the contract is quoted.
    pub closures: Closures,
}

/// A price and a number of contracts that may rest: it passed every limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    pub(super) price: Price,
    pub(super) count: Quantity,
}

impl Cleared {
    /// Returns the YES price.
    pub const fn price(self) -> Price {
        self.price
    }

    /// Returns how many contracts.
    pub const fn count(self) -> Quantity {
        self.count
    }

    /// Returns what is left of it once so many contracts have traded, if anything is.
    pub(crate) fn less(self, traded: Quantity) -> Option<Self> {
        let count = self.count.checked_sub(traded).filter(|left| !left.is_zero())?;
        Some(Self { count, ..self })
    }
}
