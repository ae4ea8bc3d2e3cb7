//! The generator of simulated worlds, and the laws drawn from it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::math::{exp, ln, normal};

/// A stream of random numbers, fixed by its seed on every platform.
///
/// The generator is `ChaCha8`, whose output is specified; the laws are inverted from uniform numbers with the
/// house's own functions, so that a simulation has the same bits natively and in the browser.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Returns the stream with this seed.
    pub(crate) fn new(rng_seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(rng_seed))
    }

    /// Returns a uniform number strictly between 0 and 1: the middle of one of `2^53` equal parts.
    pub(crate) fn uniform(&mut self) -> f64 {
        let bits = self.0.next_u64() >> 11;
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Returns a standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        // Defined on the whole open interval that `uniform` draws from.
        normal::quantile(self.uniform()).unwrap_or(0.0)
    }

    /// Returns a Poisson count of this mean, by counting exponential waits (Knuth); for means of some dozens.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let floor = exp(-mean);
        let (mut count, mut product) = (0, self.uniform());
        while product > floor {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    /// Returns a count of at least one, geometric with this mean.
    pub(crate) fn geometric(&mut self, mean: f64) -> i64 {
        let stays = 1.0 - 1.0 / mean;
        1 + (ln(self.uniform()) / ln(stays)) as i64
    }
}
