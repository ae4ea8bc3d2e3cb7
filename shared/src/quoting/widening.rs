//! Half-spreads that were widened from outside for a while.

use serde::{Deserialize, Serialize};

use super::Nano;
use crate::Invalid;
use crate::units::Timestamp;

/// How many percent of itself a half-spread is as usual, and the most that it becomes.
const USUAL: i64 = 100;
const MOST: i64 = 1_000;

/// How wide a contract's quotes are at least, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widening {
    percent: i64,
    until: Timestamp,
}

impl Widening {
    /// Returns half-spreads of so many percent of what they are without it, until then.
    ///
    /// # Errors
    ///
    /// Names `percent` if it is below 100, which would narrow, or above 1000.
    pub fn new(percent: i64, until: Timestamp) -> Result<Self, Invalid> {
        if (USUAL..=MOST).contains(&percent) {
            Ok(Self { percent, until })
        } else {
            Err(Invalid::new("percent", format!("must be from {USUAL} to {MOST}, got {percent}")))
        }
    }

    /// Returns how many percent of what it is without this a half-spread becomes.
    pub const fn percent(self) -> i64 {
        self.percent
    }

    /// Returns when it ends.
    pub const fn until(self) -> Timestamp {
        self.until
    }

    /// Returns what it adds to a half-spread, in the half-spread's unit.
    pub(super) fn added(self, half: f64) -> f64 {
        half * ((self.percent - USUAL) as f64 / USUAL as f64)
    }

    /// Returns what it adds to a half-spread that is an exact amount.
    pub(super) const fn added_exactly(self, half: Nano) -> Nano {
        half.saturating_mul(self.percent - USUAL) / USUAL
    }
}

/// What widens one contract's quotes: the widest holds until it ends, then the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widenings(
    /// The widest first, each of which ends before those behind it: nothing else can ever hold.
    Vec<Widening>,
);

impl Widenings {
    /// Takes one more, and forgets what is over at `now` or never holds beside the others. So there are never more than
    /// there are widths, however many are told.
    pub fn add(&mut self, now: Timestamp, widening: Widening) {
        let covers =
            |one: &Widening, other: &Widening| one.percent >= other.percent && one.until >= other.until;
        self.0.retain(|known| known.until > now);
        if widening.until <= now || self.0.iter().any(|known| covers(known, &widening)) {
            return;
        }
        self.0.retain(|known| !covers(&widening, known));
        let place = self.0.partition_point(|known| known.percent > widening.percent);
        self.0.insert(place, widening);
    }

    /// Returns what holds at `now`.
    #[inline]
    pub fn at(&self, now: Timestamp) -> Option<Widening> {
        self.0.iter().find(|widening| widening.until > now).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_770_000_000_000_000 + seconds * 1_000_000).unwrap()
    }

    #[test]
    fn what_would_narrow_is_refused() {
        for percent in [-100, 0, 99, 1_001, i64::MIN, i64::MAX] {
            assert_eq!(Widening::new(percent, at(1)).unwrap_err().field, "percent");
        }
        assert_eq!(Widening::new(100, at(1)).map(|widening| widening.added_exactly(30)), Ok(0));
        assert_eq!(Widening::new(250, at(1)).map(|widening| widening.added_exactly(30)), Ok(45));
    }

    proptest! {
        #[test]
        fn the_widest_that_lasts_holds(
            told in prop::collection::vec((0..50_i64, 100..130_i64, 0..100_i64), 1..60), later in 0..120_i64,
        ) {
            let (mut widenings, mut now, mut all) = (Widenings::default(), 0, Vec::new());
            for (after, percent, lasts) in told {
                now += after;
                let widening = Widening::new(percent, at(now + lasts)).unwrap();
                widenings.add(at(now), widening);
                all.push(widening);
                let widest = |when: i64| {
                    let lasting = all.iter().filter(|one| one.until > at(when));
                    lasting.map(|one| one.percent).max()
                };
                for when in [now, now + later] {
                    let holds = widenings.at(at(when));
                    prop_assert_eq!(holds.map(Widening::percent), widest(when));
                    // Nothing else can hold before it ends.
                    if let Some(holds) = holds {
                        let before = Timestamp::from_micros(holds.until.micros() - 1).unwrap();
                        prop_assert_eq!(widenings.at(before.max(at(when))), Some(holds));
                    }
                }
                prop_assert!(widenings.0.len() <= 30);
            }
        }
    }
}
