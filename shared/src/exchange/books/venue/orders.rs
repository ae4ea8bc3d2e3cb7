//! What our commands do.

use super::charged::traded;
use super::{BookVenue, Lasts};
use crate::Invalid;
use crate::exchange::books::ladders::{half_of, side_of};
use crate::exchange::books::queue::QueueModel;
use crate::exchange::books::resting::Resting;
use crate::exchange::{OrderCommand, OrderId, OrderReport, Request, Verdict};
use crate::fees::Role;
use crate::units::{Price, Quantity};

impl<Q: QueueModel> BookVenue<Q> {
    /// Carries out a command that has arrived, of an order that must rest, and pushes what became of it.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    pub fn execute(
        &mut self,
        at: i64,
        command: &OrderCommand,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        self.arrive(at, command, Lasts::PostOnly, reports)
    }

    /// Carries out a command as [`execute`](Self::execute) does; an order that it places lasts so long.
    ///
    /// # Errors
    ///
    /// Names what of a fill can't be charged.
    pub fn arrive(
        &mut self,
        at: i64,
        command: &OrderCommand,
        lasts: Lasts,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let OrderCommand { contract, action, order, request } = *command;
        let half = half_of(contract, action);
        let verdict = if half < self.ours.len() {
            match request {
                Request::Place { price, count } => {
                    self.place(at, half, (order, price, count), lasts, reports)?
                }
                Request::Amend { price, total } => self.amend(half, order, price, total),
                Request::Cancel => self.cancel(half, order),
            }
        } else {
            Verdict::Rejected
        };
        reports.push(OrderReport::Answer { contract, action, order, verdict });
        Ok(())
    }

    /// Returns whether an order at a level would trade at once.
    fn crosses(&self, half: usize, level: usize) -> bool {
        let best = self.books.best_level(half ^ 1);
        best > 0 && best + level >= self.books.dollar()
    }

    fn place(
        &mut self,
        at: i64,
        half: usize,
        (order, price, count): (OrderId, Price, Quantity),
        lasts: Lasts,
        reports: &mut Vec<OrderReport>,
    ) -> Result<Verdict, Invalid> {
        let Some(level) = self.books.level_of(side_of(half), price).filter(|_| !count.is_zero()) else {
            return Ok(Verdict::Rejected);
        };
        if self.ours[half].iter().any(|ours| ours.order == order) {
            return Ok(Verdict::Rejected);
        }
        let before = self.queue.before(self.books.at_level(half, level));
        let mut resting = Resting::new(order, level, count.hundredths(), before);
        if self.crosses(half, level) {
            if lasts == Lasts::PostOnly {
                return Ok(Verdict::Rejected);
            }
            self.take(at, half, &mut resting, reports)?;
        }
        if resting.left == 0 || lasts == Lasts::Immediate {
            return Ok(Verdict::Gone);
        }
        self.insert(half, resting);
        Ok(Verdict::Resting)
    }

    fn insert(&mut self, half: usize, resting: Resting<Q::Memory>) {
        let ours = &mut self.ours[half];
        let place = ours.partition_point(|other| other.level >= resting.level);
        ours.insert(place, resting);
        self.best[half] = ours.first().map_or(0, |ours| ours.level);
    }

    /// Lets an order take what stands on the other side, the best first, at prices of those that rest there.
    fn take(
        &mut self,
        at: i64,
        half: usize,
        order: &mut Resting<Q::Memory>,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let other = half ^ 1;
        let mut level = self.books.best_level(other);
        while level > 0 && level + usize::from(order.level) >= self.books.dollar() && order.left > 0 {
            let gone = self.taken.iter().find(|taken| (taken.0, taken.1) == (other, level));
            let there = self.books.at_level(other, level) - gone.map_or(0, |taken| taken.2);
            let count = there.min(order.left);
            if count > 0 {
                match self.taken.iter_mut().find(|taken| (taken.0, taken.1) == (other, level)) {
                    Some(taken) => taken.2 += count,
                    None => self.taken.push((other, level, count)),
                }
                let price = self.books.price_of(side_of(other), level);
                traded(&self.books, &self.charges, (at, half, Role::Taker, price), order, count, reports)?;
            }
            level = self.books.below(other, level);
        }
        Ok(())
    }

    fn amend(&mut self, half: usize, order: OrderId, price: Price, total: Quantity) -> Verdict {
        let Some(place) = self.ours[half].iter().position(|ours| ours.order == order) else {
            return Verdict::Rejected;
        };
        let Some(level) = self.books.level_of(side_of(half), price) else { return Verdict::Rejected };
        let left = total.hundredths() - self.ours[half][place].traded;
        if left <= 0 {
            return self.cancel(half, order);
        }
        let moves = usize::from(self.ours[half][place].level) != level;
        if moves && self.crosses(half, level) {
            return Verdict::Rejected;
        }
        // It keeps its place in the queue unless it moves or grows.
        if moves || left > self.ours[half][place].left {
            let mut resting = self.ours[half].remove(place);
            resting.requeue(level, self.queue.before(self.books.at_level(half, level)));
            resting.left = left;
            if moves {
                // An order that moves is charged as a new one.
                resting.fees = None;
            }
            self.insert(half, resting);
        } else {
            self.ours[half][place].left = left;
        }
        Verdict::Resting
    }

    pub(super) fn cancel(&mut self, half: usize, order: OrderId) -> Verdict {
        let Some(place) = self.ours[half].iter().position(|ours| ours.order == order) else {
            return Verdict::Rejected;
        };
        self.ours[half].remove(place);
        self.best[half] = self.ours[half].first().map_or(0, |ours| ours.level);
        Verdict::Gone
    }
}
