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

use crate::{Invalid, math};

/// What a past event says about artists that weren't listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastEvent {
    /// The days from its opening to its settlement, at least one.
    pub days: u32,
    /// The artists that led, or won, on a day on which they weren't listed; each counts once.
    pub outsiders: u32,
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
}
