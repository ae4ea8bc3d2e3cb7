//! What is believed of a contract, instant by instant and print by print.

use serde::{Deserialize, Serialize};

use crate::market::Ticker;
use crate::math::min;

/// What is believed of a contract after the prints of an instant, and how they surprised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// The fair YES price in dollars: what the filter, two averages and the last print say, as each has forecast.
    pub fair: f64,
    /// The standard deviation of the log-odds.
    pub sd: f64,
    /// The belief volatility that was in force, log-odds per square root of a year.
    pub sigma_b: f64,
    /// The standardised innovation of the instant's prints as one, at the mean price of a contract: what the filter is
    /// updated on. In how many slices a sweep was reported makes no difference.
    pub z: f64,
    /// The posterior weights of diffusion, stray print and jump, of any size; they sum to one.
    pub weights: [f64; 3],
}

impl Belief {
    /// Returns the probability that the prints were stray or the log-odds jumped: somebody knows more, or nobody does. The
    /// weights add up to one but for rounding; this is never above it.
    #[inline]
    pub fn alarm(&self) -> f64 {
        let [_, stray, jump] = self.weights;
        min(stray + jump, 1.0)
    }
}

/// What the filter believed around one print.
///
/// Everything `*_before`, and `sigma_b`, is measurable before the print; the rest is known only after it. The fair values
/// are the experts' together; the rest is the filter's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The fair YES price in dollars just before the print. All prints of one instant share it.
    pub fair_before: f64,
    /// The standard deviation of the log-odds just before the print.
    pub sd_before: f64,
    /// The fair YES price in dollars after the print's whole batch.
    pub fair_after: f64,
    /// The standard deviation of the log-odds after the print's whole batch.
    pub sd_after: f64,
    /// The posterior weights of diffusion, stray print and jump, of any size; they sum to one.
    pub weights: [f64; 3],
    /// The standardised innovation of the print's whole batch, as in [`Belief::z`].
    pub z: f64,
    /// The probability integral transform of the print under its prediction, in [0, 1].
    pub pit: f64,
    /// The probability of the tick that was printed, under its prediction.
    pub probability: f64,
    /// The belief volatility in force before the print, log-odds per square root of a year.
    pub sigma_b: f64,
}

impl Point {
    /// Returns what was believed after the print's whole batch.
    pub const fn belief(&self) -> Belief {
        Belief {
            fair: self.fair_after,
            sd: self.sd_after,
            sigma_b: self.sigma_b,
            z: self.z,
            weights: self.weights,
        }
    }
}

/// The belief in one contract along its tape.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The contract.
    pub ticker: Ticker,
    /// One point a print, in the order of [`crate::market::Tape::trades`].
    pub points: Vec<Point>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_never_above_one() {
        let belief = |weights| Belief { fair: 0.5, sd: 0.1, sigma_b: 8.0, z: 0.0, weights };
        let rounded = [0.0, 0.9, 0.1 + 2.0 * f64::EPSILON];
        assert!(rounded[1] + rounded[2] > 1.0);
        assert_eq!(belief(rounded).alarm(), 1.0);
        assert_eq!(belief([0.5, 0.25, 0.25]).alarm(), 0.5);
    }
}
