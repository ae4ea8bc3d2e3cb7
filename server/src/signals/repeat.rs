//! Runs one after the other, each in its own span of time, for as long as nobody stops them.

use std::time::Duration;

use anyhow::Context;
use shared::units::Timestamp;
use tracing::{info, warn};

use super::log::Log;
use super::run::{Engine, Ran};
use crate::clock::Clock;

/// How many lines wait for a log that can't be written. What is older is given up, and said to be.
const MOST_WAITING: usize = 100_000;

/// When runs are: spans of `every` since 1970, of which each has one run at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spans {
    micros: i64,
}

impl Spans {
    /// Returns spans of this length.
    ///
    /// # Errors
    ///
    /// Fails for less than a second, or more than a year.
    pub(crate) fn new(every: Duration) -> anyhow::Result<Self> {
        let micros = i64::try_from(every.as_micros()).ok();
        let micros = micros.filter(|micros| (1_000_000..=31_536_000_000_000).contains(micros));
        Ok(Self { micros: micros.context("the interval must be from one second to a year")? })
    }

    /// Returns when the span began that `at` lies in.
    pub(crate) fn begin(self, at: Timestamp) -> Timestamp {
        let into = at.micros().rem_euclid(self.micros);
        // Times begin with 1970.
        at.checked_add_micros(-into).unwrap_or(at)
    }

    /// Returns when the next span begins.
    fn after(self, at: Timestamp) -> Timestamp {
        self.begin(at).checked_add_micros(self.micros).unwrap_or(Timestamp::MAX)
    }

    /// Returns how many spans lie between two, neither counted.
    fn between(self, earlier: Timestamp, later: Timestamp) -> i64 {
        (later.micros_since(earlier) / self.micros - 1).max(0)
    }
}

/// A run of a loop.
pub(crate) struct Heard {
    /// When it was begun.
    pub(crate) at: Timestamp,
    pub(crate) ran: Ran,
    /// When the next one is.
    pub(crate) next: Timestamp,
}

/// Looks for signals in every span from now on and logs them, without end.
///
/// A span that the log has a run of is left out: so a loop that is stopped and started writes nothing twice. What can't be
/// written waits and is written first the next time. `hear` is told of each run.
pub(crate) async fn repeat(
    mut engine: Engine,
    clock: Clock,
    spans: Spans,
    mut log: Log,
    logged: Option<Timestamp>,
    hear: impl Fn(Heard),
) {
    let mut last = logged.map(|at| spans.begin(at));
    let mut waiting: Vec<String> = Vec::new();
    loop {
        let now = clock.now();
        let span = spans.begin(now);
        if last.is_some_and(|last| last >= span) {
            // Also where the clock was set back: what is logged lies ahead then.
            clock.reached(last.map_or(now, |last| spans.after(last))).await;
            continue;
        }
        let mut ran = engine.run(span).await;
        if let Some(missed) = last.map(|last| spans.between(last, span)).filter(|missed| *missed > 0) {
            ran.problems.push(format!("{missed} runs before this one were missed: nothing ran then"));
        }
        last = Some(span);
        waiting.extend(ran.lines.iter().cloned());
        match log.append(&waiting) {
            Ok(()) => waiting.clear(),
            Err(error) => {
                ran.problems.push(format!("{error:#}; {} lines wait to be written", waiting.len()));
                let surplus = waiting.len().saturating_sub(MOST_WAITING);
                if surplus > 0 {
                    waiting.drain(..surplus);
                    ran.problems.push(format!("{surplus} lines are given up"));
                }
            }
        }
        for problem in &ran.problems {
            warn!("{problem}");
        }
        info!("{} signals at {span}: {}", ran.lines.len(), ran.summary);
        hear(Heard { at: now, ran, next: spans.after(clock.now()) });
        clock.reached(spans.after(span)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other_without_gaps() {
        let spans = Spans::new(Duration::from_secs(900)).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let begins = at("2026-11-29T14:15:00Z");
        for inside in ["2026-11-29T14:15:00Z", "2026-11-29T14:29:59.999999Z"] {
            assert_eq!(spans.begin(at(inside)), begins);
            assert_eq!(spans.after(at(inside)), at("2026-11-29T14:30:00Z"));
        }
        assert_eq!(spans.between(begins, at("2026-11-29T14:30:00Z")), 0);
        assert_eq!(spans.between(begins, at("2026-11-29T15:15:00Z")), 3);
        assert!(Spans::new(Duration::ZERO).is_err() && Spans::new(Duration::from_secs(u64::MAX)).is_err());
    }
}
