//! When nothing may be quoted at all.

use serde::{Deserialize, Serialize};

use super::{Bounds, Closures, Day, LossFrom};
use crate::units::{Cash, Timestamp};

/// What halts all quoting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Halt {
    /// The day's loss, until the next 00:00 UTC.
    DailyLoss,
    /// A balance below the floor, while it is there.
    Floor,
    /// What quoting rests on is not known to be so, until it is: [`Gate::closures`](super::Gate::closures) says what.
    Closed,
    /// Somebody's word, until it is taken back.
    Paused,
    /// What may move the event's artists was seen, until the time that was said.
    Catalyst,
}

/// The account's day, and what halts it.
///
/// The loss of a day counts from the equity at 00:00 UTC, the last one that was known before, or from the highest one since.
/// A loss of the limit halts until the next 00:00 UTC, whatever happens in between; a balance below the floor halts while it
/// is there. A day on which nothing changes has lost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halts {
    /// When the day ends that `start` is the first equity of.
    day_ends: Timestamp,
    start: Cash,
    /// The highest equity of the day.
    high: Cash,
    equity: Cash,
    /// The balance that was last found wanting, or the last one before.
    balance: Cash,
    below_floor: bool,
    lost_until: Option<Timestamp>,
    /// The greatest loss of the day that halted, in thousandths.
    lost: i64,
    pulled_until: Option<Timestamp>,
    paused: bool,
    pub(super) closures: Closures,
}

impl Halts {
    /// Returns what halts an account that has `equity` and has lost nothing yet: nothing.
    pub(super) const fn new(equity: Cash) -> Self {
        Self {
            day_ends: Timestamp::MIN,
            start: equity,
            high: equity,
            equity,
            balance: equity,
            below_floor: false,
            lost_until: None,
            lost: 0,
            pulled_until: None,
            paused: false,
            closures: Closures::NONE,
        }
    }

    pub(super) const fn begin(&mut self, equity: Cash) {
        (self.start, self.high, self.equity) = (equity, equity, equity);
    }

    /// Takes over whether a day's loss halts: what prices of the past made of what is held now has lost nothing.
    pub(super) fn carry_halt(&mut self, day: Option<&Day>) {
        (self.lost_until, self.lost) = day.map_or((None, 0), |day| (day.lost_until, day.lost));
    }

    /// Goes on with a day that began before; its equities are above `base`.
    pub(super) fn carry_day(&mut self, day: &Day, base: Cash) {
        let above =
            |sum: Cash| Cash::from_microdollars(base.microdollars().saturating_add(sum.microdollars()));
        (self.day_ends, self.start) = (day.ends, above(day.start));
        self.high = self.high.max(above(day.high));
    }

    /// Returns the day, its equities as what they are above `base`.
    pub(super) const fn day(&self, base: Cash) -> Day {
        let base = base.microdollars();
        Day {
            ends: self.day_ends,
            start: Cash::from_microdollars(self.start.microdollars().saturating_sub(base)),
            high: Cash::from_microdollars(self.high.microdollars().saturating_sub(base)),
            lost_until: self.lost_until,
            lost: self.lost,
        }
    }

    #[inline]
    pub(super) fn observe(&mut self, now: Timestamp, balance: Cash, equity: Cash, bounds: &Bounds) {
        if now >= self.day_ends {
            let tomorrow = now.date().checked_add_days(1);
            self.day_ends = tomorrow.map_or(Timestamp::MAX, |date| date.midnight());
            (self.start, self.high) = (self.equity, self.equity);
        }
        self.equity = equity;
        self.high = self.high.max(equity);
        self.balance = balance;
        self.below_floor = balance < bounds.floor;
        let from = self.from(bounds);
        if equity < from {
            let from = i128::from(from.microdollars());
            let loss = from - i128::from(equity.microdollars());
            // Without any equity at the start of the day, any loss is beyond every limit.
            if loss * 1_000 >= from * i128::from(bounds.max_loss) {
                self.lost_until = Some(self.day_ends);
                // Of nothing, all of it.
                let lost = if from > 0 { loss * 1_000 / from } else { 1_000 };
                self.lost = i64::try_from(lost).unwrap_or(i64::MAX);
            }
        }
    }

    /// Returns the equity that the loss counts from.
    #[inline]
    const fn from(&self, bounds: &Bounds) -> Cash {
        match bounds.loss_from {
            LossFrom::Midnight => self.start,
            LossFrom::HighWater => self.high,
        }
    }

    #[inline]
    pub(super) fn passes(&mut self, balance: Cash, equity: Cash, bounds: &Bounds) -> bool {
        let passes = equity >= self.from(bounds) && balance >= bounds.floor;
        if passes {
            self.equity = equity;
            self.high = self.high.max(equity);
        }
        passes
    }

    /// Returns the loss that halted last, in thousandths of the equity that it counts from, rounded down.
    pub(super) const fn lost(&self) -> i64 {
        self.lost
    }

    /// Returns the balance that the floor was last compared with.
    pub(super) const fn balance(&self) -> Cash {
        self.balance
    }

    pub(super) fn pull(&mut self, until: Timestamp) {
        self.pulled_until = Some(self.pulled_until.map_or(until, |known| known.max(until)));
    }

    pub(super) fn pulled(&self, now: Timestamp) -> Option<Timestamp> {
        self.pulled_until.filter(|until| now < *until)
    }

    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Returns until when the day's loss halts, if it does at `now`.
    #[inline]
    pub(super) fn lost_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.lost_until.filter(|until| now < *until)
    }

    /// Returns whether the balance is below the floor.
    #[inline]
    pub(super) const fn below_floor(&self) -> bool {
        self.below_floor
    }

    #[inline]
    pub(super) fn at(&self, now: Timestamp) -> Option<Halt> {
        if self.lost_until(now).is_some() {
            Some(Halt::DailyLoss)
        } else if self.below_floor {
            Some(Halt::Floor)
        } else if !self.closures.is_empty() {
            Some(Halt::Closed)
        } else if self.paused {
            Some(Halt::Paused)
        } else {
            self.pulled(now).map(|_| Halt::Catalyst)
        }
    }

    /// Returns what halts at `now` beside a pause.
    pub(super) fn unpaused_at(&self, now: Timestamp) -> Option<Halt> {
        Self { paused: false, ..*self }.at(now)
    }

    pub(super) fn look_again(&self, now: Timestamp) -> Timestamp {
        self.resumes(now).map_or(self.day_ends, |ends| ends.min(self.day_ends))
    }

    pub(super) fn resumes(&self, now: Timestamp) -> Option<Timestamp> {
        [self.lost_until, self.pulled_until].into_iter().flatten().filter(|until| *until > now).min()
    }
}
