//! How much a member may ask: Kalshi's token buckets.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use shared::units::Timestamp;

/// How many parts of a token are counted: a bucket that gains a token a second gains a part a microsecond.
const PARTS: u64 = 1_000_000;

/// The tiers of usage. Source: Kalshi's page "Rate limits and tiers" of October 2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tier {
    /// 200 tokens a second for questions, 100 for orders
    Basic,
    /// 300 and 300
    Advanced,
    /// 600 and 600
    Expert,
    /// 1,200 and 1,200
    Premier,
    /// 2,400 and 2,400
    Paragon,
    /// 4,800 and 4,800
    Prime,
    /// 12,000 and 9,600
    Prestige,
}

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// In tokens.
    pub(super) capacity: u64,
    /// In tokens a second.
    pub(super) per_second: u64,
}

/// Which bucket a request is paid from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bucket {
    /// Questions.
    Read,
    /// Orders, and changes of them.
    Write,
    /// Questions for the balance, a token each.
    Balance,
}

impl Tier {
    /// Returns its name on the wire.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Advanced => "advanced",
            Self::Expert => "expert",
            Self::Premier => "premier",
            Self::Paragon => "paragon",
            Self::Prime => "prime",
            Self::Prestige => "prestige",
        }
    }

    /// Returns a bucket's size.
    pub(super) const fn rate(self, bucket: Bucket) -> Rate {
        let (read, write) = match self {
            Self::Basic => (200, 100),
            Self::Advanced => (300, 300),
            Self::Expert => (600, 600),
            Self::Premier => (1_200, 1_200),
            Self::Paragon => (2_400, 2_400),
            Self::Prime => (4_800, 4_800),
            Self::Prestige => (12_000, 9_600),
        };
        let low = matches!(self, Self::Basic | Self::Advanced);
        let (per_second, seconds) = match bucket {
            Bucket::Read => (read, if low { 3 } else { 1 }),
            Bucket::Write => (write, if matches!(self, Self::Basic) { 1 } else { 3 }),
            Bucket::Balance => (if low { 1 } else { 5 }, 1),
        };
        Rate { capacity: per_second * seconds, per_second }
    }
}

/// A bucket and what is in it.
#[derive(Debug, Clone)]
struct Level {
    rate: Rate,
    parts: u64,
}

impl Level {
    const fn full(rate: Rate) -> Self {
        Self { rate, parts: rate.capacity * PARTS }
    }

    fn fill(&mut self, micros: u64) {
        let gained = micros.saturating_mul(self.rate.per_second);
        self.parts = self.parts.saturating_add(gained).min(self.rate.capacity * PARTS);
    }

    fn take(&mut self, tokens: u64) -> bool {
        match self.parts.checked_sub(tokens.saturating_mul(PARTS)) {
            Some(left) => {
                self.parts = left;
                true
            }
            None => false,
        }
    }
}

/// A member's buckets.
///
/// They fill by the exchange's clock or the machine's, whichever has gone further since: who paces by either is never
/// refused on a clock that runs a thousand times as fast, nor starved on one that nearly stands.
#[derive(Debug, Clone)]
pub(super) struct Buckets {
    read: Level,
    write: Level,
    balance: Level,
    exchange: Timestamp,
    machine: Timestamp,
}

impl Buckets {
    /// Returns full ones.
    pub(super) const fn full(tier: Tier, exchange: Timestamp, machine: Timestamp) -> Self {
        Self {
            read: Level::full(tier.rate(Bucket::Read)),
            write: Level::full(tier.rate(Bucket::Write)),
            balance: Level::full(tier.rate(Bucket::Balance)),
            exchange,
            machine,
        }
    }

    /// Takes tokens out of a bucket if there are enough, and returns whether there were.
    pub(super) fn take(
        &mut self,
        bucket: Bucket,
        tokens: u64,
        exchange: Timestamp,
        machine: Timestamp,
    ) -> bool {
        let passed = |now: Timestamp, then: Timestamp| u64::try_from(now.micros_since(then)).unwrap_or(0);
        let micros = passed(exchange, self.exchange).max(passed(machine, self.machine));
        (self.exchange, self.machine) = (self.exchange.max(exchange), self.machine.max(machine));
        for level in [&mut self.read, &mut self.write, &mut self.balance] {
            level.fill(micros);
        }
        match bucket {
            Bucket::Read => self.read.take(tokens),
            Bucket::Write => self.write.take(tokens),
            Bucket::Balance => self.balance.take(tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    #[test]
    fn buckets_empty_apart_and_fill_by_the_clock_that_has_gone_further() {
        let mut buckets = Buckets::full(Tier::Basic, at(0), at(0));
        let mut take =
            |bucket, tokens, exchange, machine| buckets.take(bucket, tokens, at(exchange), at(machine));
        assert!((0..10).all(|_| take(Bucket::Write, 10, 0, 0)) && !take(Bucket::Write, 1, 0, 0));
        assert!(take(Bucket::Read, 600, 0, 0) && !take(Bucket::Read, 1, 0, 0));
        assert!(take(Bucket::Balance, 1, 0, 0) && !take(Bucket::Balance, 1, 0, 0));
        // A tenth of a second of either clock is an order.
        assert!(!take(Bucket::Write, 10, 99_999, 50_000) && take(Bucket::Write, 10, 100_000, 50_000));
        assert!(!take(Bucket::Write, 10, 100_000, 149_999) && take(Bucket::Write, 10, 100_000, 150_000));
        // An hour fills no more than a second, and time that goes back neither gives nor takes.
        assert!(take(Bucket::Write, 100, 3_600_000_000, 150_000));
        assert!(!take(Bucket::Write, 1, 0, 0) && !take(Bucket::Write, 1, 3_600_000_000, 150_000));
        // What never fits is refused, and takes nothing.
        assert!(!take(Bucket::Balance, u64::MAX, 3_600_000_000, 150_000));
        assert!(take(Bucket::Balance, 1, 3_600_000_000, 150_000));
    }

    #[test]
    fn tiers_are_as_published() {
        let sizes = |tier: Tier| {
            [Bucket::Read, Bucket::Write, Bucket::Balance].map(|bucket| {
                let Rate { capacity, per_second } = tier.rate(bucket);
                (capacity, per_second)
            })
        };
        assert_eq!(sizes(Tier::Basic), [(600, 200), (100, 100), (1, 1)]);
        assert_eq!(sizes(Tier::Advanced), [(900, 300), (900, 300), (1, 1)]);
        assert_eq!(sizes(Tier::Prestige), [(12_000, 12_000), (28_800, 9_600), (5, 5)]);
    }
}
