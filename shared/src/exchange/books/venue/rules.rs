//! What is decided about the exchange besides the queue.

use crate::units::{Price, Quantity};

/// How much of our order trades when somebody traded, or wanted to, at a price beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// As much as was traded, or was offered: our order takes somebody's place, and brings nobody.
    Printed,
    /// All of it, as `hftbacktest` has it.
    Whole,
}

impl Through {
    /// Returns how much of an order with `left` trades where `traded` did, in hundredths of contracts.
    pub(super) fn filled(self, traded: i64, left: i64) -> i64 {
        match self {
            Self::Printed => traded.min(left),
            Self::Whole => left,
        }
    }
}

/// What is decided about the exchange besides the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How much trades when a price goes through ours.
    pub through: Through,
}

impl Default for Rules {
    fn default() -> Self {
        Self { through: Through::Printed }
    }
}

/// How long an order lasts that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// It rests, and is refused where it would trade at once.
    PostOnly,
    /// It takes what stands, and the rest of it rests.
    Limit,
    /// It takes what stands, and the rest of it is gone.
    Immediate,
}

/// Where an order of ours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The YES price.
    pub price: Price,
    /// How much of it is left.
    pub left: Quantity,
    /// What others have before it at its price, in millionths of a contract.
    pub ahead: i64,
    /// The same when it came to that price.
    pub joined: i64,
}
