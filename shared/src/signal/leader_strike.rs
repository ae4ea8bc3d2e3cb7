//! The first system's way to a fair value: the artist against one strike, the leader's count of today.
//!
//! It is written beside the exact one for comparison. It knows no other rival, takes the leader's count for certain until
//! settlement, and discounts a dollar at a rate, which nobody earns on listeners.

use crate::Invalid;
use crate::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};

/// The first system's rate a year: what a dollar is discounted at and what the count is taken to grow by.
pub const RATE: f64 = 0.05;

/// The strike where there is no competitor.
pub const NO_COMPETITOR: f64 = 100_000_000.0;

/// What a leader-strike value is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeaderStrike {
    /// The artist's listeners now.
    pub spot: f64,
    /// The count to exceed.
    pub strike: f64,
    /// Days to settlement.
    pub days: f64,
    /// The volatility after TikTok and events, per square root of a year.
    pub sigma: f64,
    /// Both the discount rate and the growth of the mean, a year.
    pub rate: f64,
}

impl LeaderStrike {
    /// Returns the discounted probability to exceed the strike under a geometric Brownian motion, in dollars:
    /// `e^(-r T) N((ln(S / K) + (r - sigma^2 / 2) T) / (sigma sqrt(T)))`, with 365 days to the year.
    ///
    /// # Errors
    ///
    /// Names the input that is out of range, as [`MertonDigital::new`] does.
    pub fn value(&self) -> Result<f64, Invalid> {
        let &Self { spot, strike, days, sigma, rate } = self;
        let drift = Drift::Raw { b: rate };
        let digital =
            MertonDigital::new(&Parameters { spot, strike, days, drift, sigma, jumps: Jumps::NONE, rate })?;
        Ok(digital.value().price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The record that the mission shows, which was priced at 0.2319.
    const EXAMPLE: LeaderStrike =
        LeaderStrike { spot: 117_465_088.0, strike: 133_758_600.0, days: 15.9, sigma: 0.9717, rate: RATE };

    #[test]
    fn the_missions_record_is_worth_what_it_says_to_the_rounding_of_its_days() {
        let at = |days: f64| LeaderStrike { days, ..EXAMPLE }.value().unwrap();
        assert!((at(15.9) - 0.23184).abs() < 5e-6, "{}", at(15.9));
        // 15.9 is anything from 15.85 to 15.95, and 0.2319 from 0.23185 to 0.23195.
        assert!(at(15.85) < 0.23185 && at(15.95) > 0.23185, "{} {}", at(15.85), at(15.95));
        let days = (0..=1000).map(|i| 15.85 + f64::from(i) * 1e-4);
        assert!(days.into_iter().any(|days| (at(days) * 1e4).round() == 2319.0));
    }

    #[test]
    fn what_the_rates_do_to_it() {
        // Growth without the discount, as the first system's record may be read, and neither.
        let grown = EXAMPLE.value().unwrap() * crate::math::exp(RATE * 15.9 / 365.0);
        assert!((grown - 0.2323).abs() < 5e-5, "{grown}");
        let flat = LeaderStrike { rate: 0.0, ..EXAMPLE }.value().unwrap();
        assert!((flat - 0.2291).abs() < 5e-5, "{flat}");
        assert_eq!(LeaderStrike { strike: 0.0, ..EXAMPLE }.value().unwrap_err().field, "K");
    }
}
