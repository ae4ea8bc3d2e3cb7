//! The exchange: the tape's books, and our orders in them.
//!
//! Here is what the tape's events do to our orders; `orders` has what our commands do, `rules` what is decided about the
//! exchange, `charged` what a fill is and costs; `live` lets orders wait in a book that is told as it happens.

mod charged;
mod live;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod live_tests;
mod orders;
mod recent;
mod rules;

pub use live::Live;
pub use rules::{Lasts, Rules, Standing, Through};

use self::charged::fill;
use super::ladders::{Ladders, half_of};
use super::queue::QueueModel;
use super::resting::Resting;
use super::tape::BookTape;
use crate::Invalid;
use crate::exchange::{Charge, OrderId, OrderReport, Verdict};
use crate::market::Action;
use crate::units::Quantity;

/// Replays a tape's events, one after the other, and lets orders of ours wait in its books.
///
/// Of the others nobody sees our orders: who would have traded with us trades, on the tape, with the next one. What we take
/// is not there any more until that level changes.
#[derive(Debug, Clone)]
pub struct BookVenue<Q: QueueModel> {
    queue: Q,
    rules: Rules,
    charges: Vec<Charge>,
    books: Ladders,
    /// Our orders by side, the best first, then whoever came first.
    ours: Vec<Vec<Resting<Q::Memory>>>,
    /// The best level of ours of each side; 0 where there is none.
    best: Vec<u16>,
    /// Sides and levels of which we have taken so many hundredths.
    taken: Vec<(usize, usize, i64)>,
}

impl<Q: QueueModel> BookVenue<Q> {
    /// Returns an exchange for a tape's contracts, whose fills are charged so, by place.
    ///
    /// # Errors
    ///
    /// Names `charges` unless there is one a contract.
    pub fn new(tape: &BookTape, queue: Q, rules: Rules, charges: Vec<Charge>) -> Result<Self, Invalid> {
        let contracts = tape.contracts();
        if charges.len() != contracts {
            return Err(Invalid::new("charges", "must be one a contract"));
        }
        Ok(Self {
            queue,
            rules,
            charges,
            books: tape.ladders(),
            ours: vec![Vec::new(); 2 * contracts],
            best: vec![0; 2 * contracts],
            taken: Vec::new(),
        })
    }

    /// Returns the books, without our orders.
    pub const fn books(&self) -> &Ladders {
        &self.books
    }

    /// Returns where an order of ours stands, if it rests.
    pub fn standing(&self, contract: usize, action: Action, order: OrderId) -> Option<Standing> {
        let resting = self.ours.get(half_of(contract, action))?.iter().find(|ours| ours.order == order)?;
        Some(Standing {
            price: self.books.price_of(action, usize::from(resting.level)),
            left: Quantity::saturating(resting.left),
            ahead: resting.ahead,
            joined: resting.joined,
        })
    }

    /// Lets an event of the tape happen, and pushes what became of orders of ours.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    #[inline]
    pub fn event(
        &mut self,
        tape: &BookTape,
        place: usize,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let (Some(row), Some(&size)) = (tape.rows.get(place), tape.sizes.get(place)) else { return Ok(()) };
        let (half, level) = (row.half(), row.level());
        if row.is_trade() {
            if usize::from(self.best[half]) < level {
                return Ok(());
            }
            return self.trade(tape.at[place], half, level, size, reports);
        }
        let before = self.books.set(half, level, size);
        let across = usize::from(self.best[half ^ 1]);
        if usize::from(self.best[half]) < level
            && across + level < self.books.dollar()
            && self.taken.is_empty()
        {
            return Ok(());
        }
        self.change(tape.at[place], half, level, (before, size, row.is_snapshot()), reports)
    }

    /// Takes in that a level has changed.
    #[inline]
    fn change(
        &mut self,
        at: i64,
        half: usize,
        level: usize,
        (before, size, is_snapshot): (i64, i64, bool),
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        self.taken.retain(|taken| (taken.0, taken.1) != (half, level));
        if usize::from(self.best[half]) >= level {
            for ours in &mut self.ours[half] {
                if usize::from(ours.level) == level {
                    ours.level(&self.queue, before, size, is_snapshot);
                }
            }
        }
        let other = half ^ 1;
        // Somebody comes who would have traded with us.
        if size > before && usize::from(self.best[other]) + level >= self.books.dollar() {
            self.cross(at, other, self.books.dollar() - level, size - before, reports)?;
        }
        Ok(())
    }

    /// Lets a trade with what rests at a level meet our orders there and at better ones.
    fn trade(
        &mut self,
        at: i64,
        half: usize,
        level: usize,
        count: i64,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let mut left = count;
        for ours in &mut self.ours[half] {
            let own = usize::from(ours.level);
            let filled = if own < level {
                break;
            } else if own > level {
                self.rules.through.filled(left, ours.left)
            } else {
                ours.trade(count, left)
            };
            if filled > 0 {
                left = (left - filled).max(0);
                fill(&self.books, &self.charges, at, half, ours, filled, reports)?;
            }
        }
        self.sweep(half);
        Ok(())
    }

    /// Lets so many hundredths that come to the other side meet our orders at a level or better.
    fn cross(
        &mut self,
        at: i64,
        half: usize,
        level: usize,
        count: i64,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let mut left = count;
        for ours in &mut self.ours[half] {
            if usize::from(ours.level) < level {
                break;
            }
            let filled = self.rules.through.filled(left, ours.left);
            if filled > 0 {
                left = (left - filled).max(0);
                fill(&self.books, &self.charges, at, half, ours, filled, reports)?;
            }
        }
        self.sweep(half);
        Ok(())
    }

    /// Takes orders out of which nothing is left.
    fn sweep(&mut self, half: usize) {
        self.ours[half].retain(|ours| ours.left > 0);
        self.best[half] = self.ours[half].first().map_or(0, |ours| ours.level);
    }

    /// Takes a contract's orders out of the book, as it has settled or closed, and pushes what became of them.
    pub fn close(&mut self, contract: usize, reports: &mut Vec<OrderReport>) {
        for action in [Action::Buy, Action::Sell] {
            let half = half_of(contract, action);
            let Some(ours) = self.ours.get_mut(half) else { return };
            for resting in ours.drain(..) {
                let (order, verdict) = (resting.order, Verdict::Gone);
                reports.push(OrderReport::Answer { contract, action, order, verdict });
            }
            self.best[half] = 0;
        }
    }
}
