//! What is said to an exchange and what it answers, and exchanges to say it to.
//!
//! An [`OrderCommand`] is on its way until the exchange answers with an [`OrderReport`]; how long that takes is kept apart
//! ([`Latency`], [`Wire`]) from what the exchange does with it ([`Venue`]). [`PrintVenue`] is an exchange of which only the
//! public prints are known: four [`FillModel`]s, from pessimistic to optimistic, say when a resting order trades. [`books`] is one of which
//! the books are known.

pub mod books;
mod charge;
mod fill_model;
pub mod matching;
mod message;
mod prints;
mod settings;
mod wire;

pub use charge::Charge;
pub use fill_model::FillModel;
pub use message::{Fill, OrderCommand, OrderId, OrderReport, Request, Verdict};
pub use prints::{PrintVenue, PrintVenueSettings};
pub use settings::Assumptions;
pub use wire::{Latency, Wire};

use crate::Invalid;
use crate::market::Side;
use crate::units::{Price, Quantity, Timestamp};

/// A public print, as an exchange makes it known. Which contract and when is said beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// The YES price.
    pub price: Price,
    /// How many contracts changed hands in the book: none for a block trade, which was arranged off it.
    pub count: Quantity,
    /// The outcome that the taker took, where it is known.
    pub taker: Option<Side>,
}

/// An exchange at the far end of the wire.
///
/// Who drives it says what arrives and when, in order of time; it answers at once. Contracts are named by their place in
/// the list that it was made for.
pub trait Venue {
    /// Lets what is recorded of the market happen up to a time in microseconds, included, and pushes the fills of the first
    /// of it that trades with us; returns when that was. It goes on from there when it is asked again.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    #[inline]
    fn advance(&mut self, _until: i64, _reports: &mut Vec<OrderReport>) -> Result<Option<i64>, Invalid> {
        Ok(None)
    }

    /// Returns how much of what is recorded has happened, in events.
    #[inline]
    fn happened(&self) -> usize {
        0
    }

    /// Carries out a command that has arrived, and pushes what became of it.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    fn execute(
        &mut self,
        now: Timestamp,
        command: &OrderCommand,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid>;

    /// Lets a contract's public prints of one instant meet what rests, and pushes each fill of ours with the place of the
    /// print among them. `first` numbers the first of them on a tape, so that what is left to chance depends on nothing
    /// that came before.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    fn prints(
        &mut self,
        now: Timestamp,
        contract: usize,
        prints: &[Print],
        first: usize,
        fills: &mut Vec<(usize, Fill)>,
    ) -> Result<(), Invalid>;

    /// Takes a contract's orders out of the book, as it has settled or closed, and pushes what became of them.
    fn close(&mut self, contract: usize, reports: &mut Vec<OrderReport>);
}
