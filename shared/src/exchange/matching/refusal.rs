//! Why the exchange does not do what it was asked.

use crate::Invalid;
use crate::error::{Fault, Kind};
use crate::units::Cash;

/// Why an order, a cancellation or a payment was refused. What was there before is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No account has this number.
    #[error("there is no such account")]
    NoSuchAccount,
    /// No contract has this place.
    #[error("there is no such contract")]
    NoSuchMarket,
    /// The account has no resting order of this number: it never had, or it is gone.
    #[error("no such order rests")]
    NoSuchOrder,
    /// The contract is paused, closed or settled.
    #[error("the contract can't be traded now")]
    Inactive,
    /// The price is not on the contract's grid.
    #[error("{0}")]
    OffGrid(Invalid),
    /// The number of contracts is none, or more than one order may have.
    #[error("an order is for 0.01 to {} contracts", super::orders::MOST)]
    Count,
    /// The order was to rest, and would have traded at once.
    #[error("a post-only order would cross the book")]
    PostOnlyCross,
    /// The order was to be filled whole, and can't be.
    #[error("not enough rests to fill it whole")]
    FillOrKill,
    /// The order was to end before it began, or an order that doesn't rest was to end later.
    #[error("the order can't end then")]
    Expiry,
    /// The account can't pay for it.
    #[error("it needs {needed} more than the account has free")]
    Balance {
        /// What is missing.
        needed: Cash,
    },
    /// An amount is too large to be held.
    #[error("{0}")]
    TooMuch(Invalid),
}

impl Fault for Refusal {
    fn kind(&self) -> Kind {
        match self {
            Self::OffGrid(_) | Self::Count | Self::Expiry | Self::TooMuch(_) => Kind::Input,
            Self::NoSuchAccount
            | Self::NoSuchMarket
            | Self::NoSuchOrder
            | Self::Inactive
            | Self::PostOnlyCross
            | Self::FillOrKill
            | Self::Balance { .. } => Kind::Precondition,
        }
    }
}

/// Returns the refusal of an amount that doesn't fit its type.
pub(super) fn too_much(what: &'static str) -> Refusal {
    Refusal::TooMuch(Invalid::new(what, "is too large to be held"))
}
