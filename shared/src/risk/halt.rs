//! When nothing may be quoted at all.

use serde::{Deserialize, Serialize};

use super::{Bounds, Closures};
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
/// The loss of a day counts from the equity at 00:00 UTC: the last one that was known before. A loss beyond the limit
/// halts until the next 00:00 UTC, whatever happens in between; a balance below the floor halts while it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halts {
    /// When the day ends that `start` is the first equity of.
    day_ends: Timestamp,
    start: Cash,
    equity: Cash,
    below_floor: bool,
    lost_until: Option<Timestamp>,
    pulled_until: Option<Timestamp>,
    paused: bool,
    /// A snapshot from before there were any has none.
    #[serde(default)]
    pub(super) closures: Closures,
}

impl Halts {
    /// Returns what halts an account that has `equity` and has lost nothing yet: nothing.
    pub(super) const fn new(equity: Cash) -> Self {
        Self {
            day_ends: Timestamp::MIN,
            start: equity,
            equity,
            below_floor: false,
            lost_until: None,
            pulled_until: None,
            paused: false,
            closures: Closures::NONE,
        }
    }

    #[inline]
    pub(super) fn observe(&mut self, now: Timestamp, balance: Cash, equity: Cash, bounds: &Bounds) {
        if now >= self.day_ends {
            let tomorrow = now.date().checked_add_days(1);
            self.day_ends = tomorrow.map_or(Timestamp::MAX, |date| date.midnight());
            self.start = self.equity;
        }
        self.equity = equity;
        self.below_floor = balance < bounds.floor;
        if equity < self.start {
            let start = i128::from(self.start.microdollars());
            let loss = start - i128::from(equity.microdollars());
            // Without any equity at the start of the day, any loss is beyond every limit.
            if loss * 1_000 >= start * i128::from(bounds.max_loss) {
                self.lost_until = Some(self.day_ends);
            }
        }
    }

    #[inline]
    pub(super) fn passes(&mut self, balance: Cash, equity: Cash, bounds: &Bounds) -> bool {
        let passes = equity >= self.start && balance >= bounds.floor;
        if passes {
            self.equity = equity;
        }
        passes
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

    #[inline]
    pub(super) fn at(&self, now: Timestamp) -> Option<Halt> {
        let lasts = |until: Option<Timestamp>| until.is_some_and(|until| now < until);
        if lasts(self.lost_until) {
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

    pub(super) fn look_again(&self, now: Timestamp) -> Timestamp {
        self.resumes(now).map_or(self.day_ends, |ends| ends.min(self.day_ends))
    }

    pub(super) fn resumes(&self, now: Timestamp) -> Option<Timestamp> {
        [self.lost_until, self.pulled_until].into_iter().flatten().filter(|until| *until > now).min()
    }
}
