//! One event that is followed: when its filter is fitted, and what was found.

use serde::{Deserialize, Serialize};

use super::contract::Learned;
use crate::market::EventTicker;
use crate::units::Timestamp;

/// Parameters are refitted whole days after the first print, whatever the clock showed then: so many days after the last
/// fit, or as soon as the prints have grown by a quarter.
const DAY: i64 = 86_400_000_000;
const REFIT_DAYS: i64 = 7;
/// With fewer prints than this the prior rules.
const FEWEST: usize = 20;

/// When an event's parameters are refitted: it depends on nothing but how many prints there were by the end of each day since the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Schedule {
    /// When the next day ends; `None` before the first print.
    pub(crate) next: Option<Timestamp>,
    /// The prints at the last fit, and the days since then, or since the first print.
    pub(crate) fitted: usize,
    pub(crate) days: i64,
}

impl Schedule {
    /// Returns whether a day has ended by `now`.
    #[inline]
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    /// Starts with the first print, at `at`.
    pub(crate) fn start(&mut self, at: Timestamp) {
        self.next = at.checked_add_micros(DAY);
    }

    /// Passes the ends of days up to `now`, before which there were so many `prints`, and returns at which of them the
    /// parameters are refitted, if at one: at a second there would be nothing new, and from when the event `settles` on
    /// nothing moves.
    pub(crate) fn pass(
        &mut self,
        now: Timestamp,
        prints: usize,
        settles: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let first = self.next.filter(|first| *first <= now)?;
        let passed = now.micros_since(first) / DAY + 1;
        let after = |days: i64| first.checked_add_micros(days * DAY);
        self.next = after(passed);
        let has_grown = 4 * prints >= 5 * self.fitted;
        // How many of the days pass before the fit.
        let wait = if has_grown { 0 } else { (REFIT_DAYS - 1 - self.days).max(0) };
        let fit = after(wait).filter(|end| {
            let is_new = prints >= FEWEST && prints > self.fitted;
            is_new && *end <= now && settles.is_none_or(|settles| *end < settles)
        });
        match fit {
            Some(_) => (self.fitted, self.days) = (prints, passed - 1 - wait),
            None => self.days += passed,
        }
        fit
    }
}

/// What was found at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fit {
    /// When.
    pub(crate) at: Timestamp,
    /// The first print that was filtered with it; `None` while there is none.
    pub(crate) used: Option<Timestamp>,
    pub(crate) learned: Learned,
}

/// An event that is followed.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) ticker: EventTicker,
    /// When it settles, as far as that is known.
    pub(crate) settles: Option<Timestamp>,
    /// How many prints its contracts have.
    pub(crate) prints: usize,
    pub(crate) schedule: Schedule,
    pub(crate) fits: Vec<Fit>,
}

impl Event {
    /// Returns an event without a print.
    pub(crate) fn new(ticker: EventTicker, settles: Option<Timestamp>) -> Self {
        let mut event =
            Self { ticker, settles: None, prints: 0, schedule: Schedule::default(), fits: Vec::new() };
        event.tell(settles);
        event
    }

    /// Tells when it settles: at the end of the month that its ticker names, where that isn't known.
    pub(crate) fn tell(&mut self, settles: Option<Timestamp>) {
        let by_name = || Some(self.ticker.month_end()?.checked_add_days(1)?.midnight());
        self.settles = settles.or_else(by_name);
    }

    /// Counts prints of one instant.
    pub(crate) fn count(&mut self, at: Timestamp, prints: usize) {
        if self.prints == 0 {
            self.schedule.start(at);
        }
        self.prints += prints;
    }

    /// Returns what was found last.
    pub(crate) fn learned(&self) -> Option<&Learned> {
        self.fits.last().map(|fit| &fit.learned)
    }

    /// Returns what a print before `instant` was filtered with. A fit that no print has used yet is not heard by others:
    /// so it makes no difference whether it is made at the end of the day or when a print asks for it.
    pub(crate) fn used_before(&self, instant: Timestamp) -> Option<&Learned> {
        let used = |fit: &&Fit| fit.used.is_some_and(|used| used < instant);
        self.fits.iter().rev().find(used).map(|fit| &fit.learned)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::Date;

    fn midnight(day: i32) -> Timestamp {
        Date::literal(2026, 2, 1).checked_add_days(day).unwrap().midnight()
    }

    proptest! {
        /// However many days end at once: as if each were looked at on its own.
        #[test]
        fn days_that_end_together_end_one_by_one(
            days in prop::collection::vec((0..20_i32, 0..60_usize), 1..30),
        ) {
            let (mut schedule, mut one_by_one) = (Schedule::default(), Schedule::default());
            let (mut day, mut prints) = (0, 0);
            for (passed, more) in days {
                let before = day;
                day += passed;
                let now = midnight(day);
                let fit = schedule.pass(now, prints, None);
                let single: Vec<Timestamp> =
                    (before..=day).filter_map(|day| one_by_one.pass(midnight(day), prints, None)).collect();
                prop_assert_eq!(fit.as_slice(), single.as_slice());
                prop_assert_eq!(schedule, one_by_one);
                if prints == 0 {
                    schedule.start(now);
                    one_by_one.start(now);
                }
                prints += more;
            }
        }
    }

    #[test]
    fn a_fit_is_made_when_prints_have_grown_or_a_week_has_passed() {
        let mut schedule = Schedule::default();
        schedule.start(midnight(0));
        assert_eq!(schedule.pass(midnight(1), 19, None), None);
        assert_eq!(schedule.pass(midnight(2), 20, None), Some(midnight(2)));
        assert_eq!(schedule.pass(midnight(3), 24, None), None);
        assert_eq!(schedule.pass(midnight(4), 25, None), Some(midnight(4)));
        assert_eq!(schedule.pass(midnight(10), 26, None), None);
        assert_eq!(schedule.pass(midnight(30), 26, None), Some(midnight(11)));
        assert_eq!(schedule.pass(midnight(90), 26, None), None);
    }

    #[test]
    fn no_fit_is_made_when_the_event_has_settled() {
        let fits = |settles| {
            let mut schedule = Schedule::default();
            schedule.start(midnight(0));
            [(2, 30), (3, 60), (4, 90)].map(|(day, prints)| {
                schedule
                    .pass(midnight(day), prints, settles)
                    .map(|at| at.date().days_since(midnight(0).date()))
            })
        };
        assert_eq!(fits(None), [Some(1), Some(3), Some(4)]);
        assert_eq!(fits(midnight(3).checked_add_micros(1)), [Some(1), Some(3), None]);
        assert_eq!(fits(Some(midnight(3))), [Some(1), None, None]);
    }
}
