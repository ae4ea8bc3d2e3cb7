//! Volatility conditional on social velocity and on events.

use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};

/// How volatility answers to TikTok velocity and to events:
///
/// ```text
/// sigma_adj   = sigma_base + tiktok_gamma velocity
/// sigma_final = sigma_adj event_impact, at least sigma_base and at most the cap
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionalVolatility {
    base: f64,
    gamma: f64,
}

/// A volatility and what it owes to velocity and to the event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volatility {
    /// `sigma_final`, per square root of a year.
    pub sigma: f64,
    /// Whether a limit holds it.
    pub limit: Limit,
    /// `d sigma_final / d velocity`: `tiktok_gamma event_impact`, or 0 beyond a limit. Times the vega, it is
    /// the probability's derivative.
    pub by_velocity: f64,
    /// `d sigma_final / d event_impact`: `sigma_adj`, or 0 beyond a limit.
    pub by_event_impact: f64,
}

/// The limit that holds a volatility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// None: it is what the formula gives.
    None,
    /// The formula gives less than `sigma_base`.
    Floor,
    /// The formula gives more than the cap.
    Cap,
}

impl ConditionalVolatility {
    /// The cap: 1 per square root of a year.
    pub const CAP: f64 = 1.0;

    /// Returns the model with base volatility `base` (per square root of a year), sensitivity `gamma` per unit
    /// of velocity.
    ///
    /// # Errors
    ///
    /// Names `sigma_base` if it isn't positive and finite or is above the cap, and `tiktok_gamma` if it isn't
    /// finite or is negative.
    pub fn new(base: f64, gamma: f64) -> Result<Self, Invalid> {
        let base = positive("sigma_base", base)?;
        let gamma = non_negative("tiktok_gamma", gamma)?;
        if base > Self::CAP {
            let reason = format!("must not be above the cap {}, got {base}", Self::CAP);
            return Err(Invalid::new("sigma_base", reason));
        }
        Ok(Self { base, gamma })
    }

    /// Returns the volatility at a velocity, of any sign, and an event impact, 1 without an event.
    ///
    /// On a limit itself the derivatives are those inside the limits, so that they show what is to come
    /// when there is no velocity yet and no event.
    ///
    /// # Errors
    ///
    /// Names `velocity` if it isn't finite, and `event_impact` if it isn't finite or is negative.
    pub fn at(&self, velocity: f64, event_impact: f64) -> Result<Volatility, Invalid> {
        let velocity = finite("velocity", velocity)?;
        let event_impact = non_negative("event_impact", event_impact)?;
        let adjusted = self.base + self.gamma * velocity;
        let sigma = adjusted * event_impact;
        let held = |sigma, limit| Volatility { sigma, limit, by_velocity: 0.0, by_event_impact: 0.0 };
        Ok(if sigma > Self::CAP {
            held(Self::CAP, Limit::Cap)
        } else if sigma >= self.base {
            Volatility {
                sigma,
                limit: Limit::None,
                by_velocity: self.gamma * event_impact,
                by_event_impact: adjusted,
            }
        } else if adjusted.is_finite() {
            held(self.base, Limit::Floor)
        } else {
            return Err(Invalid::new("velocity", format!("is too great for tiktok_gamma, got {velocity:e}")));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_between_its_limits() {
        let model = ConditionalVolatility::new(0.25, 0.5).unwrap();
        let at = model.at(0.5, 1.5).unwrap();
        assert_eq!(at.limit, Limit::None);
        assert_eq!((at.sigma, at.by_velocity, at.by_event_impact), (0.75, 0.75, 0.5));
    }

    #[test]
    fn no_velocity_and_no_event_leave_the_base_and_its_sensitivity() {
        let at = ConditionalVolatility::new(0.25, 0.5).unwrap().at(0.0, 1.0).unwrap();
        assert_eq!((at.sigma, at.limit), (0.25, Limit::None));
        assert_eq!((at.by_velocity, at.by_event_impact), (0.5, 0.25));
    }

    #[test]
    fn limits_hold_and_take_the_sensitivity_away() {
        let model = ConditionalVolatility::new(0.25, 0.5).unwrap();
        for (velocity, impact, sigma, limit) in
            [(-1.0, 1.0, 0.25, Limit::Floor), (0.0, 0.0, 0.25, Limit::Floor), (2.0, 2.0, 1.0, Limit::Cap)]
        {
            let at = model.at(velocity, impact).unwrap();
            assert_eq!((at.sigma, at.limit), (sigma, limit));
            assert_eq!((at.by_velocity, at.by_event_impact), (0.0, 0.0));
        }
    }

    #[test]
    fn bad_inputs_are_named() {
        let field = |result: Result<ConditionalVolatility, Invalid>| result.unwrap_err().field;
        assert_eq!(field(ConditionalVolatility::new(0.0, 0.5)), "sigma_base");
        assert_eq!(field(ConditionalVolatility::new(1.5, 0.5)), "sigma_base");
        assert_eq!(field(ConditionalVolatility::new(0.25, -0.5)), "tiktok_gamma");
        let model = ConditionalVolatility::new(0.25, 1e300).unwrap();
        assert_eq!(model.at(f64::NAN, 1.0).unwrap_err().field, "velocity");
        assert_eq!(model.at(-1e300, 1.0).unwrap_err().field, "velocity");
        assert_eq!(model.at(0.0, -1.0).unwrap_err().field, "event_impact");
    }
}
