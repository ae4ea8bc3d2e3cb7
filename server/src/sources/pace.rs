//! How often a source is asked: requests are spaced evenly at its limit, as Chartmetric wants it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// Requests are a little further apart than the limit says, as a network lets some catch up with those before.
const MARGIN: f64 = 1.02;
/// The most requests a second that are believed of a header.
const FASTEST: f64 = 10_000.0;

/// Gives out turns.
#[derive(Debug)]
pub(super) struct Pace {
    /// Who holds it is next. It is fair.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    per_second: f64,
    /// When the last turn was given out.
    last: Option<Instant>,
    /// Before this instant nobody has a turn.
    not_before: Option<Instant>,
}

impl Pace {
    /// Returns a pace of so many requests a second, until another limit is heard.
    pub(super) fn new(per_second: f64) -> Self {
        let state = State { per_second: per_second.clamp(1e-3, FASTEST), last: None, not_before: None };
        Self { turn: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns how many requests a second there may be.
    pub(super) fn per_second(&self) -> f64 {
        self.with(|state| state.per_second)
    }

    /// Takes a limit that the source has told into use: so many requests a second.
    pub(super) fn hear(&self, per_second: f64) {
        if per_second.is_finite() && per_second > 0.0 {
            self.with(|state| state.per_second = per_second.clamp(1e-3, FASTEST));
        }
    }

    /// Gives nobody a turn for some time.
    pub(super) fn rest(&self, wait: Duration) {
        let until = Instant::now() + wait;
        self.with(|state| state.not_before = Some(state.not_before.map_or(until, |at| at.max(until))));
    }

    /// Waits until a request may leave.
    pub(super) async fn turn(&self) {
        let _next = self.turn.lock().await;
        loop {
            let due = self.with(|state| {
                let apart = Duration::from_secs_f64(MARGIN / state.per_second);
                let after = state.last.map(|last| last + apart);
                let due = after.max(state.not_before).filter(|due| *due > Instant::now());
                if due.is_none() {
                    state.last = Some(Instant::now());
                }
                due
            });
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_evenly_whoever_asks() {
        let pace = Pace::new(4.0);
        let began = Instant::now();
        let mut at = Vec::new();
        for _ in 0..5 {
            pace.turn().await;
            at.push(began.elapsed().as_millis());
        }
        assert_eq!(at, [0, 255, 510, 765, 1020]);
        pace.hear(100.0);
        pace.turn().await;
        assert!(began.elapsed() < Duration::from_millis(1_040), "{:?}", began.elapsed());
        pace.rest(Duration::from_secs(5));
        pace.turn().await;
        assert!(began.elapsed() >= Duration::from_millis(6_020));
        for odd in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            pace.hear(odd);
        }
        assert_eq!(pace.per_second(), 100.0);
    }
}
