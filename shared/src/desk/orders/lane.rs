//! What is asked of one contract's orders, one by one.

use super::ask::{Job, What};
use crate::exchange::OrderId;
use crate::units::{Price, Quantity, Timestamp};

/// What is asked of one contract's orders.
#[derive(Debug, Default)]
pub(super) struct Lane {
    waiting: Vec<Job>,
    /// A request is on its way.
    pub(super) busy: bool,
}

impl Lane {
    /// Returns whether a request is on its way, or something about that order waits for it.
    pub(super) fn concerns(&self, order: OrderId) -> bool {
        self.busy || self.waiting.iter().any(|job| job.order == order)
    }

    /// Returns whether something waits that could be asked now.
    pub(super) fn waits(&self) -> bool {
        !self.busy && !self.waiting.is_empty()
    }

    /// Takes what the engine wants of an order.
    pub(super) fn command(&mut self, job: Job) {
        // It moves the expiry on too, or there is none left to move.
        self.waiting.retain(|other| other.order != job.order || other.what != What::Renew);
        self.waiting.push(job);
    }

    /// Takes what else is to be asked, unless the same is to be asked already.
    pub(super) fn wait(&mut self, job: Job) {
        let is_look = |what: &What| matches!(what, What::Look { .. });
        let same = self.waiting.iter_mut().find(|other| {
            other.order == job.order
                && (other.what == job.what || (is_look(&other.what) && is_look(&job.what)))
        });
        match same {
            Some(other) => other.not_before = other.not_before.min(job.not_before),
            None => self.waiting.push(job),
        }
    }

    /// Takes note that it needn't be asked what became of an order.
    pub(super) fn look_no_more(&mut self, order: OrderId) {
        self.waiting.retain(|job| job.order != order || !matches!(job.what, What::Look { .. }));
    }

    /// Returns the place among what waits of what is to be asked now. To take something back goes first, then what became of
    /// an order, then the life of those that rest. While something is unknown nothing new is asked for.
    pub(super) fn choose(
        &self,
        now: Timestamp,
        is_unknown: bool,
        would_cross: impl Fn(&Job) -> bool,
    ) -> Option<usize> {
        if self.busy {
            return None;
        }
        let rank = |job: &Job| match job.what {
            _ if job.not_before > now => None,
            What::Cancel => Some(0),
            What::Look { .. } => Some(1),
            What::Renew => Some(2),
            What::Place { .. } | What::Amend { .. } if is_unknown => None,
            What::Place { .. } | What::Amend { .. } => Some(if would_cross(job) { 4 } else { 3 }),
        };
        let ranked = self.waiting.iter().enumerate().filter_map(|(at, job)| Some((rank(job)?, at)));
        ranked.min().map(|(_, at)| at)
    }

    pub(super) fn take(&mut self, at: usize) -> Option<Job> {
        (at < self.waiting.len()).then(|| self.waiting.remove(at))
    }

    /// Returns whether something waits, whatever for.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Gives up new orders that are not wanted as they are, and changes of orders that are not wanted at all.
    pub(super) fn withdraw(&mut self, wanted: impl Fn(&Job) -> Option<(Price, Quantity)>) -> Vec<Job> {
        let (rest, given_up) = self.waiting.drain(..).partition(|job| match (job.what, wanted(job)) {
            (What::Place { price, count }, wanted) => wanted == Some((price, count)),
            (What::Amend { .. }, None) => false,
            _ => true,
        });
        self.waiting = rest;
        given_up
    }

    /// Gives up what would make something rest, and returns what the engine waits for of it.
    pub(super) fn give_up(&mut self) -> Vec<Job> {
        let (new, rest) = self
            .waiting
            .drain(..)
            .partition(|job| matches!(job.what, What::Place { .. } | What::Amend { .. } | What::Renew));
        self.waiting = rest;
        let mut new: Vec<Job> = new;
        new.retain(|job| job.what != What::Renew);
        new
    }

    /// Takes what was to be asked at an instant, or before, for what may be asked now.
    pub(super) fn waited(&mut self, due: Timestamp) {
        for job in self.waiting.iter_mut().filter(|job| job.not_before <= due) {
            job.not_before = Timestamp::MIN;
        }
    }

    /// Returns when something that waits for its time is to be asked.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let timed = self.waiting.iter().filter(|job| job.not_before > Timestamp::MIN);
        timed.map(|job| job.not_before).min().filter(|_| !self.busy)
    }
}
