//! What goes wrong on purpose: what networks and exchanges do to those who trade, by one list that can change at any time.
//!
//! ```text
//! shared::faults (TOML, JSON) ──> Faults ──> request (what befalls a request)
//!                           │  └───> frame   (what befalls a frame of the stream)
//!                           └──────> due     (what happens to the exchange at its time)
//! ```
//!
//! Every fault draws from a stream of its own, which the exchange's seed and the fault's number fix: so the same requests
//! meet the same faults, and a fault that is added changes nothing of what the others do. All its times are of the
//! exchange's clock.

mod draws;
mod due;
mod file;
mod frame;
mod request;

use std::collections::BTreeMap;

use serde::Serialize;
pub(crate) use shared::faults::Fault;
pub(super) use shared::faults::grid;
use shared::faults::{At, Target, What};
use shared::units::Timestamp;

pub(super) use self::draws::Draws;
pub(super) use self::due::{act, settle};
pub(super) use self::file::is_ours;
pub(crate) use self::file::{File, read};
pub(super) use self::frame::Fate;
pub(super) use self::request::{Lag, failure, meddle};

/// The faults that there are.
#[derive(Debug)]
pub(super) struct Faults {
    rng_seed: u64,
    last: u64,
    all: BTreeMap<u64, There>,
}

/// A fault that is there.
#[derive(Debug)]
struct There {
    fault: Fault,
    /// From when, and until when it strikes; one that begins and has no end strikes once.
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    is_spent: bool,
    /// Whether it has done to the exchange what it does at its time.
    has_acted: bool,
    /// Frames that are still to be lost in a row.
    run: u32,
    /// What an act is to end with: what was there before.
    undo: Option<due::Undo>,
    /// What befalls requests is drawn apart from what befalls frames: requests that never arrive leave no trace in a journal,
    /// and the frames must be the same when it is done again.
    draws: Draws,
    frame_draws: Draws,
    struck: u64,
}

/// A fault as it is listed.
#[derive(Debug, Serialize)]
pub(super) struct Listed<'a> {
    number: u64,
    /// How often it has struck.
    struck: u64,
    /// Whether it will never strike again.
    is_over: bool,
    fault: &'a Fault,
}

impl There {
    /// Returns whether it may strike now.
    fn is_active(&self, now: Timestamp) -> bool {
        !self.is_over(now) && self.from.is_none_or(|from| now >= from)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.is_spent
            || self.until.is_some_and(|until| now >= until)
            || (self.has_acted && self.until.is_none())
    }

    /// Returns whether it strikes this request, and takes note of it.
    fn strikes(&mut self, now: Timestamp) -> bool {
        let strikes = self.is_active(now) && self.draws.is_within(self.fault.when.probability);
        self.note(strikes)
    }

    /// Returns whether it strikes this frame, and takes note of it.
    fn strikes_frame(&mut self, now: Timestamp) -> bool {
        let strikes = self.is_active(now) && self.frame_draws.is_within(self.fault.when.probability);
        self.note(strikes)
    }

    const fn note(&mut self, strikes: bool) -> bool {
        if strikes {
            self.struck += 1;
            self.is_spent = self.from.is_some() && self.until.is_none();
        }
        strikes
    }
}

impl Faults {
    /// Returns that nothing goes wrong.
    pub(super) const fn none(rng_seed: u64) -> Self {
        Self { rng_seed, last: 0, all: BTreeMap::new() }
    }

    /// Adds a fault, and returns its number.
    pub(super) fn add(&mut self, now: Timestamp, fault: Fault) -> u64 {
        self.last += 1;
        let from = fault.when.at.map(|at| match at {
            At::Time(at) => at,
            At::After(micros) => later(now, micros),
        });
        let until = from.zip(fault.when.lasts).map(|(from, lasts)| later(from, lasts));
        let draws = |of: &str| Draws::named(self.rng_seed, &format!("fault {}{of}", self.last));
        let there = There {
            fault,
            from,
            until,
            is_spent: false,
            has_acted: false,
            run: 0,
            undo: None,
            draws: draws(""),
            frame_draws: draws(", frames"),
            struck: 0,
        };
        self.all.insert(self.last, there);
        self.last
    }

    /// Returns all that there are, also those that are over.
    pub(super) fn list(&self, now: Timestamp) -> Vec<Listed<'_>> {
        let all = self.all.iter().map(|(number, there)| Listed {
            number: *number,
            struck: there.struck,
            is_over: there.is_over(now),
            fault: &there.fault,
        });
        all.collect()
    }

    /// Ends a fault at once, and returns whether it was there: what it did to the exchange is undone when time next passes.
    pub(super) fn remove(&mut self, now: Timestamp, number: u64) -> bool {
        match self.all.get_mut(&number) {
            Some(there) if there.undo.is_some() => {
                there.until = Some(now);
                true
            }
            Some(_) => self.all.remove(&number).is_some(),
            None => false,
        }
    }

    /// Returns those that strike on this occasion, in the order in which they were added.
    fn strike(&mut self, now: Timestamp, mut is_meant: impl FnMut(&Fault) -> bool) -> Vec<&mut There> {
        self.all
            .values_mut()
            .filter_map(|there| (is_meant(&there.fault) && there.strikes(now)).then_some(there))
            .collect()
    }

    /// Returns by how many milliseconds the clock that signatures are compared with is ahead of the machine's.
    pub(super) fn skew_ms(&self, now: Timestamp) -> i64 {
        let skews = self.all.values().filter(|there| there.is_active(now));
        skews
            .filter_map(|there| if let What::Skew(ms) = there.fault.what { Some(ms) } else { None })
            .fold(0, i64::saturating_add)
    }
}

/// Returns the instant that is so much later.
fn later(at: Timestamp, micros: i64) -> Timestamp {
    at.checked_add_micros(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        toml::from_str(text).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(1_796_000_000_000_000 + second * 1_000_000).unwrap()
    }

    #[test]
    fn a_fault_strikes_once_or_while_it_lasts_or_as_often_as_it_says() {
        let mut faults = Faults::none(20);
        faults.add(at(0), fault("kind = \"drop\"\nat = 5000"));
        faults.add(at(0), fault("kind = \"duplicate\"\nat = 5000\nfor_ms = 3000"));
        faults.add(at(0), fault("kind = \"unanswered\"\nprobability = 0.5"));
        let mut struck = |second: i64| -> Vec<bool> {
            let all = faults.strike(at(second), |_| true);
            let is_struck = |wanted: fn(&What) -> bool| all.iter().any(|there| wanted(&there.fault.what));
            vec![
                is_struck(|what| matches!(what, What::Drop { .. })),
                is_struck(|what| *what == What::Duplicate),
                is_struck(|what| *what == What::Unanswered),
            ]
        };
        let all: Vec<Vec<bool>> = (0..100).map(&mut struck).collect();
        let when = |k: usize| (0..100).filter(|second| all[*second][k]).collect::<Vec<_>>();
        assert_eq!((when(0), when(1)), (vec![5], vec![5, 6, 7]));
        assert!((35..65).contains(&when(2).len()), "{}", when(2).len());
    }

    #[test]
    fn what_one_fault_draws_another_one_does_not_change() {
        let struck = |others: usize| -> Vec<bool> {
            let mut faults = Faults::none(20);
            faults.add(at(0), fault("kind = \"unanswered\"\nprobability = 0.5"));
            for _ in 0..others {
                faults.add(at(0), fault("kind = \"drop\"\nprobability = 0.3"));
            }
            let mut strikes = |k: i64| {
                let all = faults.strike(at(k), |_| true);
                all.iter().any(|there| there.fault.what == What::Unanswered)
            };
            (0..50).map(&mut strikes).collect()
        };
        assert_eq!(struck(0), struck(3));
    }

    #[test]
    fn what_befalls_requests_uses_up_nothing_else() {
        let mut faults = Faults::none(20);
        faults.add(at(0), fault("kind = \"skew\"\nat = 0\nvalue = -30000"));
        faults.add(at(0), fault("kind = \"grid\"\nat = 1000\nvalue = \"deci_cent\""));
        faults.request(at(1), "GET", "/portfolio/balance");
        assert_eq!((faults.skew_ms(at(1)), faults.next_due()), (-30_000, Some(at(1))));
    }

    #[test]
    fn clocks_are_skewed_while_it_lasts() {
        let mut faults = Faults::none(20);
        let number = faults.add(at(0), fault("kind = \"skew\"\nat = 1000\nfor_ms = 9000\nvalue = -30000"));
        faults.add(at(0), fault("kind = \"skew\"\nat = 2000\nfor_ms = 1000\nvalue = 1000"));
        let skews: Vec<i64> = [0, 1, 2, 3, 10].iter().map(|second| faults.skew_ms(at(*second))).collect();
        assert_eq!(skews, [0, -30_000, -29_000, -30_000, 0]);
        assert!(faults.remove(at(5), number) && !faults.remove(at(5), number));
        assert_eq!(faults.skew_ms(at(5)), 0);
    }
}
