//! How much we may ask: the exchange's token buckets, kept here too, so that we wait instead of being refused.

mod costs;
mod lane;

use std::sync::{Mutex, PoisonError, RwLock};

use shared::wire::{AccountLimits, BucketLimit, EndpointCosts};
use tokio::sync::Notify;

use self::costs::Costs;
use self::lane::{Lane, Rate, Ticket, Verdict};
use crate::clock::Clock;

/// The buckets of the Basic tier, which every member has.
const BASIC: [Rate; 3] = [Rate::new(200, 200), Rate::new(100, 100), Rate::new(1, 1)];

/// Without a key: Kalshi doesn't say what it allows, and eight requests a second have been seen to be answered. Nothing can be
/// written.
const KEYLESS: [Rate; 3] = [Rate::new(80, 80), BASIC[1], BASIC[2]];

/// How often the balance may be asked for in a second above the two lowest tiers.
const BALANCE_OF_HIGHER: Rate = Rate::new(5, 5);

/// Which bucket a request is paid from, and before whom it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A question.
    Read,
    /// The question for the balance, which has a bucket of its own.
    Balance,
    /// An order or a change of one.
    Write,
    /// A cancellation: a write that waits for no write but other cancellations.
    Cancel,
}

/// The buckets and what is paid from them. Their time is the clock's, so that on a world that runs a thousand times as fast
/// they fill as fast.
pub(super) struct Budget {
    clock: Clock,
    read: Shared,
    write: Shared,
    balance: Shared,
    costs: RwLock<Costs>,
}

impl Budget {
    /// Returns full buckets of the Basic tier.
    pub(super) fn basic(clock: Clock) -> Self {
        Self::of(BASIC, clock)
    }

    /// Returns full buckets of somebody without a key: eight requests a second.
    pub(super) fn keyless(clock: Clock) -> Self {
        Self::of(KEYLESS, clock)
    }

    fn of([read, write, balance]: [Rate; 3], clock: Clock) -> Self {
        let now = clock.now();
        let shared = |rate| Shared { lane: Mutex::new(Lane::new(rate, now)), changed: Notify::new() };
        let costs = RwLock::new(Costs::known());
        Self { read: shared(read), write: shared(write), balance: shared(balance), costs, clock }
    }

    /// Returns the clock that it goes by.
    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Goes by what the exchange says of this account from now on. A bucket that wouldn't fill is none, and stays what it was.
    pub(super) fn resize(&self, limits: &AccountLimits) {
        let now = self.clock.now();
        let rate = |limit: BucketLimit| Rate::checked(limit.bucket_capacity, limit.refill_rate);
        for (shared, limit) in [(&self.read, limits.read), (&self.write, limits.write)] {
            match rate(limit) {
                Some(rate) => shared.lock().resize(rate, now),
                None => tracing::warn!("the exchange names a bucket that can't be: {limit:?}"),
            }
            shared.changed.notify_waiters();
        }
        // Only the words of the two lowest tiers are those of a slow bucket; a new word is taken for one of them.
        let is_higher =
            matches!(limits.usage_tier.as_str(), "expert" | "premier" | "paragon" | "prime" | "prestige");
        self.balance.lock().resize(if is_higher { BALANCE_OF_HIGHER } else { BASIC[2] }, now);
        self.balance.changed.notify_waiters();
    }

    /// Goes by what the exchange says that requests cost from now on.
    pub(super) fn price(&self, costs: &EndpointCosts) {
        *self.costs.write().unwrap_or_else(PoisonError::into_inner) = Costs::told(costs);
    }

    /// Returns what a request costs that has a number of items, in tokens.
    pub(super) fn cost(&self, kind: Kind, method: &str, path: &[&str], items: u64) -> u64 {
        if kind == Kind::Balance {
            return 1;
        }
        let each = self.costs.read().unwrap_or_else(PoisonError::into_inner).of(method, path);
        each.saturating_mul(items)
    }

    /// Returns the most that can be paid at once.
    pub(super) fn most(&self, kind: Kind) -> u64 {
        self.shared(kind).lock().capacity()
    }

    /// Takes note that the exchange's bucket was empty although ours was not: somebody else pays from it too.
    pub(super) fn was_empty(&self, kind: Kind) {
        self.shared(kind).lock().empty(self.clock.now());
    }

    const fn shared(&self, kind: Kind) -> &Shared {
        match kind {
            Kind::Read => &self.read,
            Kind::Balance => &self.balance,
            Kind::Write | Kind::Cancel => &self.write,
        }
    }

    /// Takes tokens, and waits in line for them where there are too few. Whoever stops waiting leaves the line.
    pub(super) async fn take(&self, kind: Kind, tokens: u64) {
        let shared = self.shared(kind);
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
            budget.take(Kind::Write, 10).await;
        }
        // The bucket is empty; questions have their own.
        budget.take(Kind::Read, 10).await;
        let (done, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let spawn = |kind, tokens, name: &'static str| {
            let (budget, done) = (Arc::clone(&budget), done.clone());
            tokio::spawn(async move {
                budget.take(kind, tokens).await;
                done.send(name).unwrap();
            })
        };
        // On one thread a task runs until it waits.
        let gives_up = spawn(Kind::Write, 10, "gives up");
        tokio::task::yield_now().await;
        spawn(Kind::Write, 10, "order");
        tokio::task::yield_now().await;
        spawn(Kind::Cancel, 2, "cancellation");
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

    #[tokio::test]
    async fn the_exchanges_own_word_on_buckets_and_costs_is_gone_by() {
        let start: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let clock = Clock::by_hand(start);
        let budget = Arc::new(Budget::basic(clock.clone()));
        let path = ["portfolio", "events", "orders"];
        assert_eq!(budget.cost(Kind::Write, "POST", &path, 3), 30);
        assert_eq!(budget.cost(Kind::Balance, "GET", &["portfolio", "balance"], 1), 1);
        assert_eq!((budget.most(Kind::Write), budget.most(Kind::Balance)), (100, 1));
        let limits = r#"{"grants":[],"usage_tier":"expert","read":{"bucket_capacity":0,"refill_rate":0},
            "write":{"bucket_capacity":1800,"refill_rate":600}}"#;
        budget.resize(&serde_json::from_str(limits).unwrap());
        // A bucket that never fills is no bucket.
        assert_eq!((budget.most(Kind::Read), budget.most(Kind::Write)), (200, 1_800));
        assert_eq!(budget.most(Kind::Balance), 5);
        // What was in it is in it; the rest comes at the new rate.
        budget.take(Kind::Write, 100).await;
        clock.put_on(later(start, 100));
        budget.take(Kind::Write, 60).await;
        // Somebody else has emptied it.
        clock.put_on(later(start, 3_000));
        budget.was_empty(Kind::Cancel);
        let waits = {
            let budget = Arc::clone(&budget);
            tokio::spawn(async move { budget.take(Kind::Write, 6).await })
        };
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        clock.put_on(later(start, 3_010));
        waits.await.unwrap();
    }
}
