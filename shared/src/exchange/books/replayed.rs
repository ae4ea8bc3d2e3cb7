//! A recorded tape as an exchange that a loop drives.

use super::queue::Queue;
use super::tape::BookTape;
use super::venue::{BookVenue, Rules};
use crate::Invalid;
use crate::exchange::{Charge, Fill, OrderCommand, OrderReport, Print, Venue};
use crate::units::Timestamp;

/// An exchange whose books are a tape's: they change as time passes, and orders of ours wait in them.
#[derive(Debug, Clone)]
pub struct Replayed<'a> {
    tape: &'a BookTape,
    /// The place of the next event.
    next: usize,
    venue: BookVenue<Queue>,
}

impl<'a> Replayed<'a> {
    /// Returns the exchange before the tape's first event, whose fills are charged so, by the contract's place.
    ///
    /// # Errors
    ///
    /// As [`BookVenue::new`].
    pub fn new(tape: &'a BookTape, queue: Queue, charges: Vec<Charge>) -> Result<Self, Invalid> {
        Ok(Self { tape, next: 0, venue: BookVenue::new(tape, queue, Rules::default(), charges)? })
    }
}

impl Venue for Replayed<'_> {
    fn advance(&mut self, until: i64, reports: &mut Vec<OrderReport>) -> Result<Option<i64>, Invalid> {
        while let Some(&at) = self.tape.at.get(self.next).filter(|at| **at <= until) {
            self.venue.event(self.tape, self.next, reports)?;
            self.next += 1;
            if !reports.is_empty() {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn happened(&self) -> usize {
        self.next
    }

    fn execute(
        &mut self,
        now: Timestamp,
        command: &OrderCommand,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        self.venue.execute(now.micros(), command, reports)
    }

    /// Nothing: the trades are the tape's.
    fn prints(
        &mut self,
        _: Timestamp,
        _: usize,
        _: &[Print],
        _: usize,
        _: &mut Vec<(usize, Fill)>,
    ) -> Result<(), Invalid> {
        Ok(())
    }

    fn close(&mut self, contract: usize, reports: &mut Vec<OrderReport>) {
        self.venue.close(contract, reports);
    }
}
