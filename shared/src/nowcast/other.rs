//! OTHER: the probability that an artist who isn't listed wins.
//!
//! Kalshi adds artists to an event while it runs, so the list is never the whole field. An artist that nobody
//! listed comes to lead as a rare event does: at a constant rate per event and day. The rate is learnt from the
//! events of the past. With `K` such artists in `D` event-days and Jeffreys's prior for a Poisson rate, the rate
//! has a Gamma distribution of shape `K + 1/2` and rate `D`, and the probability of at least one in the `t` days
//! that are left is
//!
//! ```text
//! 1 - E[e^(-rate t)] = 1 - (D / (D + t))^(K + 1/2)
//! ```
//!
//! It falls to zero as settlement comes near, rises with every outsider seen, and needs no floor: that none was
//! ever seen is itself evidence, of the strength of the days in which none was.
//!
//! It is the mass of [`Unlisted::Mass`](crate::pricing::winner::Unlisted::Mass): the listed share the rest.

use super::series::History;
use crate::units::Date;
use crate::{Invalid, math};

/// What a past event says about artists that weren't listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastEvent {
    /// The days from its opening to its settlement, at least one.
    pub days: u32,
    /// The artists that led, or won, on a day on which they weren't listed.
    pub outsiders: u32,
}

impl PastEvent {
    /// Returns what was seen of an event from `opened` to `settled`, both included.
    ///
    /// `listed[i]` is the day `histories[i]`'s artist was listed on, `None` if never. An artist counts once if it had
    /// the most listeners on any day before it was listed.
    ///
    /// # Errors
    ///
    /// When `settled` is before `opened`, or `listed` and `histories` differ in length.
    pub fn observe(
        histories: &[History],
        listed: &[Option<Date>],
        opened: Date,
        settled: Date,
    ) -> Result<Self, Invalid> {
        if histories.len() != listed.len() {
            let reason = format!("must have {} days, one an artist, got {}", histories.len(), listed.len());
            return Err(Invalid::new("listed", reason));
        }
        let days = u32::try_from(settled.days_since(opened) + 1)
            .ok()
            .filter(|&d| d > 0)
            .ok_or_else(|| Invalid::new("settled", format!("must not be before {opened}, got {settled}")))?;
        let mut outsider = vec![false; histories.len()];
        for day in (0..=settled.days_since(opened)).map(|d| opened.plus_days(d)) {
            let mut leader: Option<(usize, f64)> = None;
            for (i, history) in histories.iter().enumerate() {
                if let Some(x) = history.as_of(day).on(day).and_then(|o| o.listeners)
                    && leader.is_none_or(|(_, most)| x > most)
                {
                    leader = Some((i, x));
                }
            }
            if let Some((i, _)) = leader
                && listed[i].is_none_or(|since| since > day)
            {
                outsider[i] = true;
            }
        }
        let outsiders = outsider.iter().map(|&o| u32::from(o)).sum();
        Ok(Self { days, outsiders })
    }
}

/// What is known of KXTOPMONTHLY's settled events: from each one's first trade to its last, June to November 2025, and
/// December 2025, whose winner was listed in the middle of the month.
pub const RECORDED: [PastEvent; 7] = [
    PastEvent { days: 19, outsiders: 0 },
    PastEvent { days: 52, outsiders: 0 },
    PastEvent { days: 30, outsiders: 0 },
    PastEvent { days: 31, outsiders: 0 },
    PastEvent { days: 31, outsiders: 0 },
    PastEvent { days: 37, outsiders: 0 },
    PastEvent { days: 31, outsiders: 1 },
];

/// The rate at which artists that aren't listed come to lead, as far as past events tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutsiderRate {
    outsiders: f64,
    days: f64,
}

impl OutsiderRate {
    /// Learns the rate from past events.
    ///
    /// # Errors
    ///
    /// When the events have no days between them: nothing is known then.
    pub fn learn(events: &[PastEvent]) -> Result<Self, Invalid> {
        let days: f64 = events.iter().map(|e| f64::from(e.days)).sum();
        if days <= 0.0 {
            return Err(Invalid::new("events", "must have at least one day between them"));
        }
        Ok(Self { outsiders: events.iter().map(|e| f64::from(e.outsiders)).sum(), days })
    }

    /// Learns the rate from [`RECORDED`].
    ///
    /// # Errors
    ///
    /// None: these events have days.
    pub fn recorded() -> Result<Self, Invalid> {
        Self::learn(&RECORDED)
    }

    /// Returns the probability that an artist not listed now leads within `days_left` days: OTHER's mass.
    ///
    /// # Errors
    ///
    /// When `days_left` is negative or not finite.
    pub fn mass(&self, days_left: f64) -> Result<f64, Invalid> {
        crate::invalid::non_negative("days_left", days_left)?;
        Ok(-math::exp_m1(-(self.outsiders + 0.5) * math::ln_1p(days_left / self.days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nowcast::series::Observation;
    use proptest::prelude::*;

    fn rate(outsiders: u32, days: u32) -> OutsiderRate {
        OutsiderRate::learn(&[PastEvent { days, outsiders }]).unwrap()
    }

    #[test]
    fn the_mass_is_the_predictive_probability_of_a_gamma_rate() {
        // Shape 3/2, rate 245: 1 - (245/275)^1.5.
        let expected = 1.0 - (245.0 / 275.0) * libm::sqrt(245.0 / 275.0);
        assert!((rate(1, 245).mass(30.0).unwrap() - expected).abs() < 1e-15);
        assert_eq!(rate(1, 245).mass(0.0).unwrap(), 0.0);
        assert!(OutsiderRate::learn(&[]).is_err());
        assert!(rate(0, 1).mass(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn the_mass_grows_with_time_and_outsiders_and_shrinks_with_evidence(
            outsiders in 0..5u32, days in 28..5000u32, left in 0.01..60.0f64,
        ) {
            let mass = rate(outsiders, days).mass(left).unwrap();
            prop_assert!(mass > 0.0 && mass < 1.0);
            prop_assert!(rate(outsiders, days).mass(left * 1.1).unwrap() > mass);
            prop_assert!(rate(outsiders + 1, days).mass(left).unwrap() > mass);
            prop_assert!(rate(outsiders, days + 31).mass(left).unwrap() < mass);
        }
    }

    #[test]
    fn an_artist_listed_late_counts_if_it_led_before() {
        let first = Date::from_unix_days(0).unwrap();
        let history = |name: &str, counts: [f64; 4]| {
            let day = |x| Observation { listeners: Some(x), ..Observation::MISSING };
            History::new(name, first, counts.map(day).to_vec()).unwrap()
        };
        let histories = [history("A", [3.0, 3.0, 3.0, 3.0]), history("B", [1.0, 2.0, 4.0, 5.0])];
        let seen = |listed: [Option<Date>; 2]| {
            PastEvent::observe(&histories, &listed, first, first.plus_days(3)).unwrap().outsiders
        };
        assert_eq!(seen([Some(first), Some(first.plus_days(2))]), 0);
        assert_eq!(seen([Some(first), Some(first.plus_days(3))]), 1);
        assert_eq!(seen([Some(first), None]), 1);
        assert!(PastEvent::observe(&histories, &[None], first, first).is_err());
        assert!(PastEvent::observe(&histories, &[None, None], first.plus_days(1), first).is_err());
    }
}
