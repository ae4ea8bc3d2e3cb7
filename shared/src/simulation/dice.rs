//! What is left to chance.

use crate::math::ln;
use crate::random::SplitMix64;
use crate::units::Timestamp;

/// A stream of random numbers, fixed by a seed and by what it is for, so that what one draws changes nothing of another.
#[derive(Debug, Clone)]
pub(super) struct Dice(SplitMix64);

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum For {
    Schedule,
    Crowd,
    Network,
    Shell,
}

impl Dice {
    /// Returns the stream of a seed.
    pub(super) const fn new(rng_seed: u64, purpose: For) -> Self {
        Self(SplitMix64::new(rng_seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ ((purpose as u64 + 1) << 56)))
    }

    /// Returns true in this share of the times.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.0.uniform() < share
    }

    /// Returns a whole number within two bounds, as likely as any other.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let many = most.saturating_sub(least).saturating_add(1).max(1);
        least.saturating_add(((i128::from(self.0.next() >> 1) * i128::from(many)) >> 63) as i64)
    }

    /// Returns a waiting time of this mean: exponential, and at least one.
    pub(super) fn wait(&mut self, mean: i64) -> i64 {
        ((-ln(1.0 - self.0.uniform()) * mean as f64) as i64).max(1)
    }

    /// Returns one of some, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        of.get(self.0.below(of.len().max(1))).copied().unwrap_or(otherwise)
    }
}

/// Returns the instant that is so many microseconds later, or earlier where they are negative.
pub(super) fn later(at: Timestamp, micros: i64) -> Timestamp {
    at.checked_add_micros(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
