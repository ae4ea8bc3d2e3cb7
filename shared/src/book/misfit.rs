//! What doesn't fit a book.

use crate::error::{Fault, Kind};
use crate::market::{Side, Ticker};
use crate::units::{Price, Quantity};
use crate::wire::SignedCount;

/// Why what was told of a book can't be: something before it was lost. The book is to be asked for again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// More was taken away than there was.
    #[error(
        "{ticker}: at {price}, where {there} are bid for {side}, a change of {change} leaves less than nothing"
    )]
    BelowZero {
        /// The contract.
        ticker: Ticker,
        /// Whose bids.
        side: Side,
        /// The price, as it was told.
        price: Price,
        /// What was there.
        there: Quantity,
        /// The change.
        change: SignedCount,
    },
    /// More is there than a quantity can be.
    #[error(
        "{ticker}: at {price}, where {there} are bid for {side}, a change of {change} leaves too much to count"
    )]
    TooMuch {
        /// The contract.
        ticker: Ticker,
        /// Whose bids.
        side: Side,
        /// The price, as it was told.
        price: Price,
        /// What was there.
        there: Quantity,
        /// The change.
        change: SignedCount,
    },
    /// A snapshot tells a price twice.
    #[error("{ticker}: a book has two levels at {price} of bids for {side}")]
    Twice {
        /// The contract.
        ticker: Ticker,
        /// Whose bids.
        side: Side,
        /// The price, as it was told.
        price: Price,
    },
}

impl Fault for Misfit {
    fn kind(&self) -> Kind {
        Kind::Input
    }
}
