//! A contract's book as it is heard, with orders of ours in it.

use std::collections::VecDeque;

use super::super::ladders::{Ladders, half_of, side_of};
use super::super::queue::QueueModel;
use super::recent::{Recent, Step};
use super::{BookVenue, Lasts, Rules, Standing, fill};
use crate::Invalid;
use crate::exchange::{Charge, OrderCommand, OrderId, OrderReport, Request};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// How long before a trade's own message its decrease may have been told, in microseconds, and in how many events: as a tape
/// has it.
const NEAR: i64 = 1_000_000;
const EVENTS: usize = 64;

/// The book of one contract, told as it happens, and orders of ours in it by the same rules as on a tape.
///
/// A tape has each trade before the decrease that it made, whichever was told first. Here nothing that comes later is
/// known: a decrease whose trade is told after it is taken for somebody who gave up, and once the trade is told, what was told
/// of an order's place since is told again in the right order.
///
/// What trades with ours is not there any more until its level changes, like what we take.
#[derive(Debug, Clone)]
pub struct Live<Q: QueueModel> {
    venue: BookVenue<Q>,
    /// How many events were told.
    events: u64,
    latest: VecDeque<Latest>,
    watched: Vec<Recent<Q::Memory>>,
}

/// A change that was told lately.
#[derive(Debug, Clone, Copy)]
struct Latest {
    number: u64,
    heard: i64,
    half: usize,
    level: usize,
    /// By how many hundredths less rested after it.
    less: i64,
    is_explained: bool,
}

impl<Q: QueueModel> Live<Q> {
    /// Returns an empty book. Fills in it are charged nothing: that is for whoever keeps the account.
    pub fn new(queue: Q, rules: Rules) -> Self {
        let venue = BookVenue {
            queue,
            rules,
            charges: vec![Charge::Flat(Cash::ZERO)],
            books: Ladders::new(1, 1),
            ours: vec![Vec::new(); 2],
            best: vec![0; 2],
            taken: Vec::new(),
        };
        Self { venue, events: 0, latest: VecDeque::with_capacity(EVENTS), watched: Vec::new() }
    }

    /// Returns the book, without our orders and with what they have taken.
    pub const fn book(&self) -> &Ladders {
        &self.venue.books
    }

    /// Returns where an order of ours stands, if it rests.
    pub fn standing(&self, action: Action, order: OrderId) -> Option<Standing> {
        self.venue.standing(0, action, order)
    }

    /// Returns how much of what the others have at a YES price is left, ours neither counted nor taken.
    pub fn left(&self, side: Action, price: Price) -> Quantity {
        let level = self.venue.books.level_of(side, price);
        let left = level.map_or(0, |level| self.left_at(half_of(0, side), level));
        Quantity::saturating(left)
    }

    fn left_at(&self, half: usize, level: usize) -> i64 {
        let gone = self.venue.taken.iter().find(|taken| (taken.0, taken.1) == (half, level));
        self.venue.books.at_level(half, level) - gone.map_or(0, |taken| taken.2)
    }

    /// Returns what an order at a YES price would meet at once, the best first.
    pub fn meets(&self, action: Action, price: Price) -> impl Iterator<Item = (Price, Quantity)> {
        let books = &self.venue.books;
        let (half, level) = (half_of(0, action), books.level_of(action, price).unwrap_or(0));
        books
            .levels(0, side_of(half ^ 1))
            .take_while(move |(other, _)| match action {
                Action::Buy => level > 0 && *other <= price,
                Action::Sell => level > 0 && *other >= price,
            })
            .map(move |(other, _)| (other, self.left(side_of(half ^ 1), other)))
            .filter(|(_, left)| !left.is_zero())
    }

    /// Takes in how much rests at a YES price from now on, and pushes fills of ours. Of what a snapshot tells it isn't known
    /// what happened since the last event.
    ///
    /// # Errors
    ///
    /// Names a price of nothing or a dollar.
    pub fn level(
        &mut self,
        at: Timestamp,
        (side, price, size): (Action, Price, Quantity),
        is_snapshot: bool,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let (half, level) = self.place_of(side, price)?;
        let (at, size) = (at.micros(), size.hundredths());
        let before = self.venue.books.set(half, level, size);
        let number = self.count(at, (half, level), before - size, is_snapshot);
        for ours in &self.venue.ours[half] {
            if usize::from(ours.level) == level {
                let step = Step::Level { before, now: size, is_snapshot };
                watched(&mut self.watched, ours.order, |recent| {
                    recent.push(&self.venue.queue, (number, at, at - NEAR), step);
                });
            }
        }
        let told = reports.len();
        self.venue.change(at, half, level, (before, size, is_snapshot), reports)?;
        self.note_fills(number, at, reports.get(told..).unwrap_or_default());
        self.meet();
        Ok(())
    }

    /// Takes in all of a book, as a snapshot tells it at YES prices, and pushes fills of ours.
    ///
    /// # Errors
    ///
    /// As [`level`](Self::level); what was told before the odd price is taken in.
    pub fn snapshot(
        &mut self,
        at: Timestamp,
        levels: &[(Action, Price, Quantity)],
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        for side in [Action::Buy, Action::Sell] {
            let is_told = |price| levels.iter().any(|told| (told.0, told.1) == (side, price));
            let gone: Vec<Price> =
                self.book().levels(0, side).map(|level| level.0).filter(|price| !is_told(*price)).collect();
            for price in gone {
                self.level(at, (side, price, Quantity::ZERO), true, reports)?;
            }
        }
        for told in levels {
            if self.book().at(0, told.0, told.1) != told.2 {
                self.level(at, *told, true, reports)?;
            }
        }
        Ok(())
    }

    /// Takes in that so much was traded with what rests on a side at a YES price, and pushes fills of ours.
    ///
    /// # Errors
    ///
    /// Names a price of nothing or a dollar.
    pub fn trade(
        &mut self,
        at: Timestamp,
        (side, price, count): (Action, Price, Quantity),
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let (half, level) = self.place_of(side, price)?;
        let (at, count) = (at.micros(), count.hundredths());
        let made = self.decrease(at, (half, level), count);
        let number = self.count(at, (half, level), 0, true);
        let Self { venue, watched: all, .. } = self;
        let mut left = count;
        for ours in &mut venue.ours[half] {
            let own = usize::from(ours.level);
            if own < level {
                break;
            }
            let Some(recent) = all.iter_mut().find(|recent| recent.order() == ours.order) else { continue };
            if made.is_some_and(|made| made < recent.since) {
                continue;
            }
            let (heard, step) = ((number, at, at - NEAR), Step::Trade { count, left });
            let filled = if own > level {
                let filled = venue.rules.through.filled(left, ours.left);
                recent.push(&venue.queue, heard, Step::Filled(filled));
                filled
            } else if let Some(made) = made {
                recent.put_before(&venue.queue, ours, made, step)
            } else {
                recent.push(&venue.queue, heard, step);
                ours.trade(count, left)
            };
            if filled > 0 {
                left = (left - filled).max(0);
                fill(&venue.books, &venue.charges, at, half, ours, filled, reports)?;
            }
        }
        self.venue.sweep(half);
        self.forget();
        Ok(())
    }

    /// Lets an order come in that takes what it [meets](Self::meets), and pushes its fills; the rest of it rests, if it may.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be counted.
    pub fn place(
        &mut self,
        at: Timestamp,
        (action, price, count): (Action, Price, Quantity),
        order: OrderId,
        rests: bool,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let request = Request::Place { price, count };
        let command = OrderCommand { contract: 0, action, order, request };
        let lasts = if rests { Lasts::Limit } else { Lasts::Immediate };
        self.venue.arrive(at.micros(), &command, lasts, reports)?;
        reports.pop_if(|report| matches!(report, OrderReport::Answer { .. }));
        let resting = self.venue.ours[half_of(0, action)].iter().find(|ours| ours.order == order);
        if let Some(resting) = resting {
            self.watched.push(Recent::new(self.events + 1, resting.clone()));
        }
        self.meet();
        Ok(())
    }

    /// Makes an order smaller, so that so much is left of it: it keeps its place.
    pub fn shrink(&mut self, action: Action, order: OrderId, to: Quantity) {
        let ours = self.venue.ours[half_of(0, action)].iter_mut().find(|ours| ours.order == order);
        if let Some(ours) = ours {
            let by = (ours.left - to.hundredths()).max(0);
            ours.left -= by;
            watched(&mut self.watched, order, |recent| recent.shrink(by));
        }
        self.venue.sweep(half_of(0, action));
        self.forget();
    }

    /// Takes an order out of the book, if it is there.
    pub fn cancel(&mut self, action: Action, order: OrderId) {
        self.venue.cancel(half_of(0, action), order);
        self.forget();
    }

    fn place_of(&self, side: Action, price: Price) -> Result<(usize, usize), Invalid> {
        let none = || Invalid::new("price", "must be between nothing and a dollar");
        Ok((half_of(0, side), self.venue.books.level_of(side, price).ok_or_else(none)?))
    }

    /// Numbers an event.
    fn count(&mut self, heard: i64, (half, level): (usize, usize), less: i64, is_explained: bool) -> u64 {
        self.events += 1;
        if self.latest.len() == EVENTS {
            self.latest.pop_front();
        }
        let number = self.events;
        self.latest.push_back(Latest { number, heard, half, level, less, is_explained });
        number
    }

    /// Takes the decrease that a trade made, if it was told already: the last change at that price that no other trade
    /// explains, if it is of just as much.
    fn decrease(&mut self, heard: i64, place: (usize, usize), count: i64) -> Option<u64> {
        let mut near = self.latest.iter_mut().rev().take_while(|latest| heard - latest.heard <= NEAR);
        let last = near.find(|latest| (latest.half, latest.level) == place && !latest.is_explained)?;
        if last.less != count {
            return None;
        }
        last.is_explained = true;
        Some(last.number)
    }

    /// Takes note of fills that don't come of trades at the orders' own prices.
    fn note_fills(&mut self, number: u64, at: i64, reports: &[OrderReport]) {
        for report in reports {
            if let OrderReport::Fill(filled) = report {
                let step = Step::Filled(filled.count.hundredths());
                watched(&mut self.watched, filled.order, |recent| {
                    recent.push(&self.venue.queue, (number, at, at - NEAR), step);
                });
            }
        }
        self.forget();
    }

    /// Forgets orders that don't rest any more.
    fn forget(&mut self) {
        let Self { venue, watched, .. } = self;
        watched.retain(|recent| venue.ours.iter().flatten().any(|ours| ours.order == recent.order()));
    }

    /// Takes away what stands at prices that orders of ours reach: it has traded with them, or somebody before.
    fn meet(&mut self) {
        let venue = &mut self.venue;
        for half in 0..2 {
            let (best, other) = (usize::from(venue.best[half]), half ^ 1);
            let mut level = venue.books.best_level(other);
            while best > 0 && level > 0 && level + best >= venue.books.dollar() {
                let there = venue.books.at_level(other, level);
                match venue.taken.iter_mut().find(|taken| (taken.0, taken.1) == (other, level)) {
                    Some(taken) => taken.2 = there,
                    None => venue.taken.push((other, level, there)),
                }
                level = venue.books.below(other, level);
            }
        }
    }
}

/// Does something with what is watched of an order, if it is.
fn watched<M: Default + Clone>(all: &mut [Recent<M>], order: OrderId, mut then: impl FnMut(&mut Recent<M>)) {
    all.iter_mut().filter(|recent| recent.order() == order).for_each(&mut then);
}
