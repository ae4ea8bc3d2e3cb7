//! The exchange: the tape's books, and our orders in them.

mod live;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod live_tests;
mod recent;

pub use live::Live;

use super::ladders::{Ladders, half_of, side_of};
use super::queue::QueueModel;
use super::resting::Resting;
use super::tape::BookTape;
use crate::Invalid;
use crate::exchange::{Charge, Fill, OrderCommand, OrderId, OrderReport, Request, Verdict};
use crate::fees::Role;
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

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
    fn filled(self, traded: i64, left: i64) -> i64 {
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
        let mut resting = Resting::new(order, level, count.hundredths(), self.books.at_level(half, level));
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
            resting.requeue(level, self.books.at_level(half, level));
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

    fn cancel(&mut self, half: usize, order: OrderId) -> Verdict {
        let Some(place) = self.ours[half].iter().position(|ours| ours.order == order) else {
            return Verdict::Rejected;
        };
        self.ours[half].remove(place);
        self.best[half] = self.ours[half].first().map_or(0, |ours| ours.level);
        Verdict::Gone
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

/// Fills an order that rested, at its own price.
#[cold]
fn fill<M: Default>(
    books: &Ladders,
    charges: &[Charge],
    at: i64,
    half: usize,
    ours: &mut Resting<M>,
    count: i64,
    reports: &mut Vec<OrderReport>,
) -> Result<(), Invalid> {
    let price = books.price_of(side_of(half), usize::from(ours.level));
    traded(books, charges, (at, half, Role::Maker, price), ours, count, reports)
}

/// Charges what an order has just traded at a price, and says so.
fn traded<M: Default>(
    books: &Ladders,
    charges: &[Charge],
    (at, half, role, price): (i64, usize, Role, Price),
    ours: &mut Resting<M>,
    count: i64,
    reports: &mut Vec<OrderReport>,
) -> Result<(), Invalid> {
    let (contract, action) = (half / 2, side_of(half));
    let quoted = books.price_of(action, usize::from(ours.level));
    ours.fill(count);
    let count = Quantity::from_hundredths(count)?;
    let unknown = || Invalid::new("contract", format!("{contract} is none of the exchange's"));
    let charge = charges.get(contract).ok_or_else(unknown)?;
    let fee = charge.of(&mut ours.fees, Timestamp::from_micros(at)?, (role, action), price, count)?;
    let (order, trade) = (ours.order, None);
    reports.push(OrderReport::Fill(Fill { contract, order, action, quoted, price, count, fee, trade }));
    Ok(())
}
