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
    /// All trading is paused: orders can be taken back alone.
    #[error("trading is paused")]
    TradingPaused,
    /// The whole exchange is paused: not even that can be done.
    #[error("the exchange is paused")]
    ExchangePaused,
    /// Only an order that doesn't rest and needn't be filled whole can be one that reduces a position alone.
    #[error("an order that is to reduce a position alone must be immediate-or-cancel")]
    ReduceOnly,
    /// An order was to be decreased to more than is left of it.
    #[error("a decrease can't leave more than there is")]
    Increase,
    /// The account has no order group of this number.
    #[error("there is no such order group")]
    NoSuchGroup,
    /// The group was triggered and has not been reset.
    #[error("the order group has been triggered")]
    GroupTriggered,
    /// The account has as many orders resting as it may have.
    #[error("an account has at most {} resting orders", super::orders::MOST_RESTING)]
    TooManyOrders,
    /// A group's limit is out of range.
    #[error("an order group's limit is 1 to {} contracts", super::group::MOST_LIMIT)]
    GroupLimit,
    /// The account has as many groups as it may have.
    #[error("an account has at most {} order groups", super::group::MOST_GROUPS)]
    TooManyGroups,
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
            Self::OffGrid(_)
            | Self::Count
            | Self::Expiry
            | Self::ReduceOnly
            | Self::Increase
            | Self::GroupLimit
            | Self::TooMuch(_) => Kind::Input,
            Self::NoSuchAccount
            | Self::NoSuchMarket
            | Self::NoSuchOrder
            | Self::Inactive
            | Self::TradingPaused
            | Self::ExchangePaused
            | Self::NoSuchGroup
            | Self::GroupTriggered
            | Self::TooManyOrders
            | Self::TooManyGroups
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
