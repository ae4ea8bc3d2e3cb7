//! Contracts, as the exchange lists them.

use super::Refusal;
use super::book::Book;
use crate::fees::FeeSchedule;
use crate::market::PriceGrid;
use crate::units::{Price, Quantity, Timestamp};

/// A contract to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The prices that are accepted.
    pub grid: PriceGrid,
    /// What fills are charged.
    pub fees: FeeSchedule,
    /// When trading ends by itself.
    pub closes: Option<Timestamp>,
}

/// Whether a contract can be traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketStatus {
    /// It can.
    Open,
    /// Not now. What rests stays, and can be cancelled.
    Paused,
    /// Not any more, and nothing rests.
    Closed,
    /// It has paid this a YES contract.
    Settled(Price),
}

/// A listed contract and its book.
#[derive(Debug, Clone)]
pub struct Market {
    pub(super) listing: Listing,
    pub(super) status: MarketStatus,
    pub(super) book: Book,
    pub(super) last: Option<Price>,
    pub(super) volume: Quantity,
}

impl Market {
    /// Returns a contract that nobody has traded yet.
    pub(super) fn new(listing: Listing) -> Self {
        let book = Book::new(&listing.grid);
        Self { listing, status: MarketStatus::Open, book, last: None, volume: Quantity::ZERO }
    }

    /// Refuses a price that is not on the grid.
    #[inline]
    pub(super) fn check(&self, price: Price) -> Result<(), Refusal> {
        if self.book.accepts(price) {
            return Ok(());
        }
        self.listing.grid.check(price).map_err(Refusal::OffGrid)
    }

    /// Returns what it was listed as.
    pub const fn listing(&self) -> &Listing {
        &self.listing
    }

    /// Returns whether it can be traded.
    pub const fn status(&self) -> MarketStatus {
        self.status
    }

    /// Returns its book.
    pub const fn book(&self) -> &Book {
        &self.book
    }

    /// Returns the price of the last trade, of YES.
    pub const fn last(&self) -> Option<Price> {
        self.last
    }

    /// Returns how many contracts have changed hands.
    pub const fn volume(&self) -> Quantity {
        self.volume
    }
}
