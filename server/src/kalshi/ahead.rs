//! By how much the exchange's clock is ahead of ours, by what its answers say.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use shared::units::Timestamp;

use crate::clock::Clock;

/// `Date` says a second, and servers write the same one for up to another, in microseconds.
const SAYS: i64 = 2_000_000;
/// By how much two clocks may part in so many microseconds of ours: one part in this many.
const DRIFT: i64 = 10_000;

/// What is known of the exchange's clock.
///
/// An answer's `Date` (RFC 9110, §6.6.1) was written between its request's leaving and its arrival: so each one bounds the
/// difference from both sides, and they bound it together. What is told is the least difference that there must be, so that
/// a slow answer makes nobody doubt a clock.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    known: Mutex<Option<Bounds>>,
    /// The same, for who must not wait.
    least: AtomicI64,
}

/// What a difference is between, in microseconds of the machine's time, and when that was so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    from: i64,
    to: i64,
    at: Timestamp,
}

impl Bounds {
    /// Returns what one answer says.
    fn of(date: Timestamp, sent: Timestamp, arrived: Timestamp) -> Self {
        let to = date.micros_since(sent).saturating_add(SAYS);
        Self { from: date.micros_since(arrived), to, at: arrived }
    }

    /// Returns what is known with an answer more. One that can't be true beside what was known says that a clock was set: it
    /// alone is believed then.
    fn and(self, new: Self) -> Self {
        let drift = new.at.micros_since(self.at).saturating_abs() / DRIFT;
        let from = new.from.max(self.from.saturating_sub(drift));
        let to = new.to.min(self.to.saturating_add(drift));
        if from <= to { Self { from, to, at: new.at } } else { new }
    }

    /// Returns the least difference that there must be.
    fn least(self) -> i64 {
        if self.from <= self.to { 0_i64.clamp(self.from, self.to) } else { 0 }
    }
}

impl Ahead {
    /// Takes note of an answer's `Date`, and of the machine's time when its request left and when it was here.
    pub(super) fn heard(&self, date: &str, sent: Timestamp, arrived: Timestamp) {
        let date = httpdate::parse_http_date(date).ok().and_then(|date| {
            let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?).ok()
        });
        let Some(date) = date else { return };
        let new = Bounds::of(date, sent, arrived);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let both = known.map_or(new, |known| known.and(new));
        *known = Some(both);
        self.least.store(both.least(), Ordering::Relaxed);
    }

    /// Returns by how much the exchange's clock is ahead at least, or behind where that is negative: microseconds of a clock
    /// that runs as fast as `clock`. Zero where nothing was heard yet.
    pub(super) fn least(&self, clock: &Clock) -> i64 {
        // A conversion saturates.
        (self.least.load(Ordering::Relaxed) as f64 * clock.speed()) as i64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    /// Returns what is known after answers of an exchange whose clock is `ahead`: each takes so long on its way there and
    /// back.
    fn known(ahead: i64, ways: &[(i64, i64)]) -> Ahead {
        let known = Ahead::default();
        let mut now = 1_796_000_000_300_000;
        for (there, back) in ways {
            let date = (now + there + ahead).div_euclid(1_000_000) * 1_000_000;
            let text = httpdate::fmt_http_date(
                SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(date as u64),
            );
            known.heard(&text, at(now), at(now + there + back));
            now += there + back + 777_777;
        }
        known
    }

    proptest! {
        #[test]
        fn what_is_told_is_never_more_than_there_is(
            ahead in -60_000_000_i64..60_000_000,
            ways in proptest::collection::vec((0_i64..5_000_000, 0_i64..5_000_000), 1..30),
        ) {
            let least = known(ahead, &ways).least(&Clock::by_hand(at(0)));
            prop_assert!(least == 0 || (least.signum() == ahead.signum() && least.abs() <= ahead.abs()));
        }

        #[test]
        fn quick_answers_tell_it_to_two_seconds(ahead in -60_000_000_i64..60_000_000) {
            let least = known(ahead, &[(1_000, 1_000); 30]).least(&Clock::by_hand(at(0)));
            prop_assert!((ahead - least).abs() <= SAYS, "{ahead} {least}");
        }
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_and_what_says_nothing_is_passed_over() {
        let clock = Clock::by_hand(at(0));
        let known = known(0, &[(1_000, 1_000); 5]);
        assert_eq!(known.least(&clock), 0);
        known.heard("yesterday", at(1_796_000_010_000_000), at(1_796_000_010_000_000));
        assert_eq!(known.least(&clock), 0);
        let set =
            httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_796_000_040));
        known.heard(&set, at(1_796_000_010_000_000), at(1_796_000_010_001_000));
        assert_eq!(known.least(&clock), 29_999_000);
    }
}
