//! How long it takes from a frame to the order that comes of it.

use std::time::{Duration, Instant};

/// How many are kept.
const KEPT: usize = 4_096;

/// The latest ones.
#[derive(Debug, Default)]
pub(super) struct Latency {
    micros: Vec<u32>,
    next: usize,
}

impl Latency {
    /// Takes note of an order that was handed to its connection at `sent`, and of the frame that it came of.
    pub(super) fn note(&mut self, heard: Instant, sent: Instant) {
        let micros = sent.saturating_duration_since(heard).min(Duration::from_secs(60)).as_micros();
        let micros = u32::try_from(micros).unwrap_or(u32::MAX);
        match self.micros.get_mut(self.next) {
            Some(place) => *place = micros,
            None => self.micros.push(micros),
        }
        self.next = (self.next + 1) % KEPT;
    }

    /// Returns of how many the quantiles are.
    pub(super) const fn count(&self) -> usize {
        self.micros.len()
    }

    /// Returns the median and the 99th percentile, once there is any.
    pub(super) fn quantiles(&self) -> Option<(u32, u32)> {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            sorted.get((sorted.len() * percent / 100).min(sorted.len().checked_sub(1)?)).copied()
        };
        Some((at(50)?, at(99)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_latest() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantiles(), None);
        let began = Instant::now();
        for micros in (0..KEPT as u64).chain([9_000_000; KEPT]) {
            latency.note(began, began + Duration::from_micros(micros));
            if latency.micros.len() == 100 {
                assert_eq!(latency.quantiles(), Some((50, 99)));
            }
        }
        assert_eq!(latency.quantiles(), Some((9_000_000, 9_000_000)));
        assert_eq!(latency.micros.len(), KEPT);
    }
}
