//! What pages are told of the signals: the latest lines of the log, and how the runs go.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use shared::signal::{Signal, SignalLog, SignalRow};
use shared::units::Timestamp;

/// How many lines are kept: a day of ten contracts every quarter of an hour.
const LINES: usize = 960;

/// What pages are told, for many.
#[derive(Debug)]
pub(crate) struct Told {
    /// Tells this log from another server's.
    epoch: i64,
    every_s: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<SignalRow>,
    /// How many lines there were before the first that is kept.
    before: u64,
    last_run: Option<Timestamp>,
    next_run: Option<Timestamp>,
    problems: Vec<String>,
}

impl Told {
    /// Returns what is told before the first run, with the lines of a log that is gone on with.
    pub(crate) fn new<'a>(
        epoch: Timestamp,
        every_s: u64,
        lines: impl IntoIterator<Item = &'a Signal>,
    ) -> Self {
        let told = Self { epoch: epoch.micros(), every_s, state: Mutex::default() };
        told.alter(|state| state.push(lines));
        told
    }

    /// Takes in what a run found, what it could not find, and when the next one is due.
    pub(crate) fn ran(&self, at: Timestamp, lines: &[Signal], problems: Vec<String>, next: Timestamp) {
        self.alter(|state| {
            state.push(lines);
            (state.last_run, state.next_run, state.problems) = (Some(at), Some(next), problems);
        });
    }

    /// Returns the lines behind the first `after` of those of `epoch`, and of another epoch all that are kept.
    pub(crate) fn since(&self, epoch: i64, after: u64) -> SignalLog {
        self.alter(|state| {
            let known = if epoch == self.epoch { after.saturating_sub(state.before) } else { 0 };
            let skipped = usize::try_from(known).unwrap_or(usize::MAX).min(state.lines.len());
            SignalLog {
                epoch: self.epoch,
                first: state.before + skipped as u64,
                rows: state.lines.iter().skip(skipped).cloned().collect(),
                every_s: self.every_s,
                last_run: state.last_run,
                next_run: state.next_run,
                problems: state.problems.clone(),
            }
        })
    }

    fn alter<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // No change of the state can panic half done.
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn push<'a>(&mut self, lines: impl IntoIterator<Item = &'a Signal>) {
        self.lines.extend(lines.into_iter().map(SignalRow::from));
        let surplus = self.lines.len().saturating_sub(LINES);
        self.lines.drain(..surplus);
        self.before += surplus as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that are told apart by their fair value.
    fn lines(numbers: std::ops::Range<u64>) -> Vec<Signal> {
        let line = |number| {
            let text = format!(
                r#"{{"artist":"A","date":"2026-11-29","spot_official":null,"spot_nowcast":null,"strike":null,"leader":null,"market_type":"winner_take_all","fair_value":{number},"market_price":null,"edge":null,"signal":"HOLD","sigma_adj":null,"ticker":"KXTOPMONTHLY-26NOV-A","T_days":1.0,"logged_at":"2026-11-29T00:00:00Z"}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        numbers.map(line).collect()
    }

    #[test]
    fn a_page_gets_what_is_new_and_all_of_another_epoch() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000).unwrap();
        let told = Told::new(at(1), 900, &lines(0..2));
        told.ran(at(2), &lines(2..4), vec!["a source is gone".to_owned()], at(902));
        let read = |epoch: i64, after: u64| {
            let log = told.since(epoch, after);
            (log.first, log.rows.iter().map(|row| row.fair_value as u64).collect::<Vec<_>>())
        };
        let epoch = told.since(0, 0).epoch;
        assert_eq!(read(0, 3), (0, vec![0, 1, 2, 3]));
        assert_eq!(read(epoch, 3), (3, vec![3]));
        assert_eq!(read(epoch, 4), (4, vec![]));
        assert_eq!(read(epoch, u64::MAX), (4, vec![]));
        // Who was away for long gets what is kept.
        told.ran(at(3), &lines(4..2_000), Vec::new(), at(903));
        let (first, rows) = read(epoch, 4);
        assert_eq!((first, rows.len(), rows[0]), (2_000 - LINES as u64, LINES, 2_000 - LINES as u64));
        let log = told.since(epoch, 2_000);
        assert_eq!((log.last_run, log.next_run, log.problems.len()), (Some(at(3)), Some(at(903)), 0));
    }
}
