//! How much we may ask: the exchange's token buckets, kept here too, so that we wait instead of being refused.

mod lane;

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use self::lane::{Lane, Rate, Ticket, Verdict};
use crate::clock::Clock;

/// What a request costs where nothing else is said, in tokens.
pub(super) const COST: u64 = 10;
/// What a cancellation costs, and a question for a single order.
pub(super) const LOW_COST: u64 = 2;

/// The buckets of the Basic tier, which every member has.
const BASIC: Limits =
    Limits { read: Rate { capacity: 200, per_second: 200 }, write: Rate { capacity: 100, per_second: 100 } };

/// Without a key: Kalshi doesn't say what it allows, and eight requests a second have been seen to be answered. Nothing can be
/// written.
const KEYLESS: Limits = Limits { read: Rate { capacity: 80, per_second: 80 }, write: BASIC.write };

/// The sizes of the two buckets.
struct Limits {
    read: Rate,
    write: Rate,
}

/// Which bucket a request is paid from, and before whom it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A question.
    Read,
    /// An order or a change of one.
    Write,
    /// A cancellation: a write that waits for no write but other cancellations.
    Cancel,
}

/// Both buckets. Their time is the clock's, so that on a world that runs a thousand times as fast they fill as fast.
pub(super) struct Budget {
    clock: Clock,
    read: Shared,
    write: Shared,
}

impl Budget {
    /// Returns full buckets of the Basic tier.
    pub(super) fn basic(clock: Clock) -> Self {
        Self::of(&BASIC, clock)
    }

    /// Returns full buckets of somebody without a key: eight requests a second.
    pub(super) fn keyless(clock: Clock) -> Self {
        Self::of(&KEYLESS, clock)
    }

    fn of(limits: &Limits, clock: Clock) -> Self {
        let now = clock.now();
        let shared = |rate| Shared { lane: Mutex::new(Lane::new(rate, now)), changed: Notify::new() };
        Self { read: shared(limits.read), write: shared(limits.write), clock }
    }

    /// Takes tokens, and waits in line for them where there are too few. Whoever stops waiting leaves the line.
    pub(super) async fn take(&self, kind: Kind, tokens: u64) {
        let shared = if kind == Kind::Read { &self.read } else { &self.write };
        let place = {
            let mut lane = shared.lock();
            let ticket = lane.join(tokens, kind == Kind::Cancel);
            if lane.ask(ticket, self.clock.now()) == Verdict::Go {
                return;
            }
            Place { shared, ticket }
        };
        loop {
            // From here on it is woken, also before it is first polled.
            let changed = shared.changed.notified();
            let verdict = shared.lock().ask(place.ticket, self.clock.now());
            match verdict {
                Verdict::Go => return,
                Verdict::Behind => changed.await,
                Verdict::At(at) => {
                    tokio::select! {
                        () = self.clock.reached(at) => {}
                        () = changed => {}
                    }
                }
            }
        }
    }
}

/// A bucket and its line, for many.
struct Shared {
    lane: Mutex<Lane>,
    /// Wakes those who wait: another one may be first now.
    changed: Notify,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Lane> {
        // No step of the lane can panic half done.
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a line; dropped, it is free, and the next one is told.
struct Place<'a> {
    shared: &'a Shared,
    ticket: Ticket,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.lock().leave(self.ticket);
        self.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::units::Timestamp;

    use super::*;

    /// Returns an instant some milliseconds after another.
    fn later(at: Timestamp, millis: i64) -> Timestamp {
        at.checked_add_micros(millis * 1_000).unwrap()
    }

    #[tokio::test]
    async fn a_cancellation_passes_the_orders_that_wait_and_whoever_gives_up_holds_up_nobody() {
        let start: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let clock = Clock::by_hand(start);
        let budget = Arc::new(Budget::basic(clock.clone()));
        for _ in 0..10 {
            budget.take(Kind::Write, COST).await;
        }
        // The bucket is empty; questions have their own.
        budget.take(Kind::Read, COST).await;
        let (done, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let spawn = |kind, tokens, name: &'static str| {
            let (budget, done) = (Arc::clone(&budget), done.clone());
            tokio::spawn(async move {
                budget.take(kind, tokens).await;
                done.send(name).unwrap();
            })
        };
        // On one thread a task runs until it waits.
        let gives_up = spawn(Kind::Write, COST, "gives up");
        tokio::task::yield_now().await;
        spawn(Kind::Write, COST, "order");
        tokio::task::yield_now().await;
        spawn(Kind::Cancel, LOW_COST, "cancellation");
        tokio::task::yield_now().await;
        gives_up.abort();
        assert!(gives_up.await.unwrap_err().is_cancelled());
        clock.put_on(later(start, 20));
        assert_eq!(heard.recv().await, Some("cancellation"));
        // Two of twelve tokens are gone.
        clock.put_on(later(start, 119));
        tokio::task::yield_now().await;
        assert!(heard.try_recv().is_err());
        clock.put_on(later(start, 120));
        assert_eq!(heard.recv().await, Some("order"));
    }
}
