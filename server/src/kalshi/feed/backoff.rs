//! How long to wait before a connection is made again.

use std::time::Duration;

/// The first wait, at most, and the longest.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// The waits between attempts: none before the first, then a random part of a time that doubles. Many clients that were cut
/// off together so come back one by one. They begin anew after a connection that has held.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// Takes in for how long the last connection held.
    pub(super) fn held(&mut self, time: Duration) {
        if time >= LONGEST {
            self.attempts = 0;
        }
    }

    /// Returns the next wait; `random` is a number of 32 random bits.
    pub(super) fn next(&mut self, random: u32) -> Duration {
        let attempt = self.attempts;
        self.attempts = attempt.saturating_add(1);
        match attempt.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => {
                let most = FIRST.saturating_mul(1 << doublings.min(16)).min(LONGEST);
                most.mul_f64(f64::from(random) / f64::from(u32::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_begin_anew_after_a_connection_that_held() {
        let mut backoff = Backoff::default();
        let waits = |backoff: &mut Backoff| -> Vec<u128> {
            (0..9).map(|_| backoff.next(u32::MAX).as_millis()).collect()
        };
        let all = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000];
        assert_eq!(waits(&mut backoff), all);
        backoff.held(Duration::from_secs(14));
        assert_eq!(backoff.next(u32::MAX), LONGEST);
        assert_eq!(backoff.next(0), Duration::ZERO);
        backoff.held(Duration::from_secs(15));
        assert_eq!(waits(&mut backoff), all);
        backoff.attempts = u32::MAX;
        assert_eq!(backoff.next(u32::MAX / 2).as_secs(), 7);
    }
}
