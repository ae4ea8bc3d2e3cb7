//! Why nothing may be quoted although a person wants it: what can't be seen or relied on.

use crate::units::Timestamp;

/// How long nothing may have been heard of the exchange, by how much clocks may differ, and for how long it may not be known
/// what became of an order, in microseconds. The exchange says something every ten seconds.
const SILENCE: i64 = 25_000_000;
const SKEW: i64 = 2_000_000;
const UNKNOWN: i64 = 30_000_000;

/// What is known of what closes a desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Closed {
    silence: i64,
    skew: i64,
    /// What the account has otherwise than was reckoned: both sides, in words.
    pub(super) drift: Option<String>,
}

impl Closed {
    /// Takes note of how long nothing was heard.
    pub(super) const fn silent(&mut self, micros: i64) {
        self.silence = micros;
    }

    /// Takes note of by how much the exchange's clock is ahead.
    pub(super) const fn skewed(&mut self, micros: i64) {
        self.skew = micros;
    }

    /// Returns why nothing may be quoted at `now`, if so; `sees` says whether all books are known, `unknown` since when the order
    /// that is unknown for longest is.
    pub(super) fn why(&self, now: Timestamp, sees: bool, unknown: Option<Timestamp>) -> Option<String> {
        if let Some(drift) = &self.drift {
            return Some(drift.clone());
        }
        if !sees {
            return Some("Not all books are here yet.".to_owned());
        }
        if self.silence > SILENCE {
            return Some(format!("Nothing was heard of the exchange for {} s.", self.silence / 1_000_000));
        }
        if self.skew.abs() > SKEW {
            return Some(format!(
                "The exchange's clock differs from ours by {} ms: orders would end at other times than they are to.",
                self.skew / 1_000
            ));
        }
        unknown.filter(|since| now.micros_since(*since) > UNKNOWN).map(|since| {
            format!("What became of an order is not known for {} s.", now.micros_since(since) / 1_000_000)
        })
    }

    /// Returns when that may change as time passes.
    pub(super) fn due(now: Timestamp, unknown: Option<Timestamp>) -> Option<Timestamp> {
        unknown?.checked_add_micros(UNKNOWN + 1).filter(|at| *at > now)
    }
}
