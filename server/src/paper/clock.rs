//! The exchange's time, handed in: real, faster or slower, and in tests moved by hand.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::units::Timestamp;
#[cfg(test)]
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    /// Runs `speed` times as fast as the machine's, from `start` on.
    Scaled { start: Timestamp, began: Instant, speed: f64 },
    /// Stands where it was put.
    #[cfg(test)]
    ByHand(watch::Sender<Timestamp>),
}

/// Returns the machine's time.
pub(crate) fn machine_time() -> Timestamp {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    i64::try_from(micros)
        .ok()
        .and_then(|micros| Timestamp::from_micros(micros).ok())
        .unwrap_or(Timestamp::MAX)
}

impl Clock {
    /// Returns a clock that shows `start` now and runs `speed` times as fast as the machine's.
    pub(crate) fn scaled(start: Timestamp, speed: f64) -> Self {
        Self(Arc::new(Kind::Scaled { start, began: Instant::now(), speed }))
    }

    #[cfg(test)]
    /// Returns a clock that shows `start` until it is put on.
    pub(crate) fn by_hand(start: Timestamp) -> Self {
        Self(Arc::new(Kind::ByHand(watch::Sender::new(start))))
    }

    #[cfg(test)]
    /// Puts a clock that is moved by hand on; it never goes back.
    pub(crate) fn put_on(&self, to: Timestamp) {
        if let Kind::ByHand(hand) = &*self.0 {
            hand.send_if_modified(|now| {
                let later = to > *now;
                *now = to.max(*now);
                later
            });
        }
    }

    /// Returns the time.
    pub(crate) fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::Scaled { start, began, speed } => {
                let micros = began.elapsed().as_secs_f64() * speed * 1e6;
                // A conversion saturates.
                start.checked_add_micros(micros as i64).unwrap_or(Timestamp::MAX)
            }
            #[cfg(test)]
            Kind::ByHand(hand) => *hand.borrow(),
        }
    }

    /// Waits until it shows `at`, or later.
    pub(crate) async fn reached(&self, at: Timestamp) {
        match &*self.0 {
            Kind::Scaled { speed, .. } => {
                // Once more if the machine woke up too early by a rounding.
                while self.now() < at {
                    let left = at.micros_since(self.now()).max(0) as f64 / 1e6 / speed;
                    tokio::time::sleep(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX).min(DAY))
                        .await;
                }
            }
            #[cfg(test)]
            Kind::ByHand(hand) => {
                let mut hand = hand.subscribe();
                // The sender lives as long as this clock.
                let _ = hand.wait_for(|now| *now >= at).await;
            }
        }
    }
}

/// The longest sleep at a time.
const DAY: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_by_hand_wakes_those_who_wait_and_never_goes_back() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000).unwrap();
        let clock = Clock::by_hand(at(10));
        let waits = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.reached(at(20)).await;
                clock.now()
            }
        });
        clock.put_on(at(15));
        clock.put_on(at(12));
        assert_eq!(clock.now(), at(15));
        clock.put_on(at(21));
        assert_eq!(waits.await.unwrap(), at(21));
    }

    #[tokio::test(start_paused = true)]
    async fn a_scaled_clock_runs_as_fast_as_it_was_told() {
        let start = Timestamp::from_micros(1_796_000_000_000_000).unwrap();
        let clock = Clock::scaled(start, 100.0);
        let before = Instant::now();
        clock.reached(start.checked_add_micros(60_000_000).unwrap()).await;
        let took = before.elapsed();
        assert!((Duration::from_millis(600)..Duration::from_millis(610)).contains(&took), "{took:?}");
    }
}
