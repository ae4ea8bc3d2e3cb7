//! Random numbers that are fixed by the exchange's seed.

use sha2::{Digest as _, Sha256};

/// A stream of random numbers with a name of its own: what one stream draws never changes what another one does. It hashes
/// its seed, its name and a counter, so that it is the same on every machine.
#[derive(Debug, Clone)]
pub(in crate::paper) struct Draws {
    begin: Sha256,
    drawn: u64,
}

impl Draws {
    /// Returns the stream of this name.
    pub(in crate::paper) fn named(rng_seed: u64, name: &str) -> Self {
        let begin = Sha256::new().chain_update(rng_seed.to_le_bytes()).chain_update(name);
        Self { begin, drawn: 0 }
    }

    /// Returns a uniform number strictly between 0 and 1: the middle of one of `2^52` equal parts.
    pub(in crate::paper) fn uniform(&mut self) -> f64 {
        self.drawn = self.drawn.wrapping_add(1);
        let hash = self.begin.clone().chain_update(self.drawn.to_le_bytes()).finalize();
        let bits = hash.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Returns true in this share of the times, from 0, never, to 1, always.
    pub(in crate::paper) fn is_within(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_fixed_by_seed_and_name() {
        let some = |rng_seed, name| {
            let mut draws = Draws::named(rng_seed, name);
            [draws.uniform(), draws.uniform()]
        };
        assert_eq!(some(20, "fault 1"), some(20, "fault 1"));
        assert_ne!(some(20, "fault 1"), some(20, "fault 2"));
        assert_ne!(some(20, "fault 1"), some(21, "fault 1"));
    }

    #[test]
    fn never_and_always_are_certain() {
        let mut draws = Draws::named(1, "x");
        assert!((0..10_000).all(|_| !draws.is_within(0.0) && draws.is_within(1.0)));
        let often = (0..10_000).filter(|_| draws.is_within(0.25)).count();
        assert!((2_300..2_700).contains(&often), "{often}");
    }
}
