//! The filter of a state that sometimes jumps, seen through noise that is sometimes wide.
//!
//! Four things may explain an observation: diffusion, a stray observation, a jump of the state, and a leap, which is a
//! jump of another size. Which one is drawn anew each time, so that collapsing the posteriors into one Gaussian after each
//! observation (the generalised pseudo-Bayesian filter of first order, Ackerson and Fu 1970) is the same as the
//! interacting multiple model.
//!
//! Normal jumps that are narrower than stray observations never explain one that is far off: whatever comes is called
//! stray and the state stands still. A leap, rare but wide, puts a floor under the doubt, so that a second observation in
//! the same place is believed.

use super::kalman::Gaussian;
use crate::math::{exp, normal};

/// Diffusion, stray, jump, leap: the place of each in arrays of four.
pub const EXPLANATIONS: usize = 4;

/// What each explanation says of an observation before it is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The probability of each explanation; they sum to one.
    pub weights: [f64; EXPLANATIONS],
    /// The state if it has not jumped.
    pub state: Gaussian,
    /// The mean and the variance of a jump.
    pub jump: Gaussian,
    /// The mean and the variance of a leap.
    pub leap: Gaussian,
    /// How the state may have moved, in all, where the observation is stray.
    pub unseen: Gaussian,
    /// What is added to the state in being observed.
    pub offset: f64,
    /// The variance of the noise on an observation that is not stray.
    pub noise: f64,
    /// The variance of the noise on a stray one.
    pub stray_noise: f64,
}

/// What an observation left behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// The state, collapsed into one Gaussian.
    pub state: Gaussian,
    /// The posterior probability of each explanation; they sum to one.
    pub weights: [f64; EXPLANATIONS],
}

impl Prediction {
    /// Returns the state before the observation with noise if that were its explanation, and the noise.
    #[inline(always)]
    fn explained(&self) -> [(f64, f64, f64); EXPLANATIONS] {
        let Gaussian { mean, variance } = self.state;
        [
            (mean, variance, self.noise),
            (mean + self.unseen.mean, variance + self.unseen.variance, self.stray_noise),
            (mean + self.jump.mean, variance + self.jump.variance, self.noise),
            (mean + self.leap.mean, variance + self.leap.variance, self.noise),
        ]
    }

    /// Returns the mean and the variance of the observation.
    #[inline]
    pub fn observation(&self) -> Gaussian {
        let parts = self.explained();
        let [_, _, jump, leap] = self.weights;
        let mean = self.state.mean + self.offset + jump * self.jump.mean + leap * self.leap.mean;
        let mut variance = 0.0;
        for (weight, (part, spread, noise)) in self.weights.iter().zip(parts) {
            let away = part + self.offset - mean;
            variance += weight * (spread + noise + away * away);
        }
        Gaussian { mean, variance }
    }

    /// Returns the probabilities of an observation at or below each of the values, in little more time than of one.
    #[inline]
    pub fn cdf_of_two(&self, values: [f64; 2]) -> [f64; 2] {
        let mut below = [0.0; 2];
        for (weight, (mean, variance, noise)) in self.weights.iter().zip(self.explained()) {
            if *weight > 0.0 {
                let per_sd = 1.0 / (variance + noise).sqrt();
                let of = normal::cdf_of_two(values.map(|value| (value - self.offset - mean) * per_sd));
                below = [below[0] + weight * of[0], below[1] + weight * of[1]];
            }
        }
        below
    }

    /// Returns what the observation of `value` leaves behind.
    #[inline]
    pub fn update(&self, value: f64) -> Update {
        let parts = self.explained();
        let mut moves = [0.0; EXPLANATIONS];
        let mut variances = [0.0; EXPLANATIONS];
        let mut exponents = [0.0; EXPLANATIONS];
        let mut densities = [0.0; EXPLANATIONS];
        let mut least = f64::INFINITY;
        for (k, (mean, variance, noise)) in parts.into_iter().enumerate() {
            let total = variance + noise;
            let innovation = value - mean - self.offset;
            moves[k] = mean - self.state.mean + variance / total * innovation;
            variances[k] = variance * noise / total;
            exponents[k] = 0.5 * innovation * innovation / total;
            densities[k] = self.weights[k] / total.sqrt();
            // An explanation that is impossible must not scale the others away.
            if self.weights[k] > 0.0 && exponents[k] < least {
                least = exponents[k];
            }
        }
        let mut sum = 0.0;
        for (density, exponent) in densities.iter_mut().zip(exponents) {
            if *density > 0.0 {
                *density *= exp(least - exponent);
            }
            sum += *density;
        }
        let weights = densities.map(|density| density / sum);
        let mut moved = 0.0;
        for k in 0..EXPLANATIONS {
            moved += weights[k] * moves[k];
        }
        let mut variance = 0.0;
        for k in 0..EXPLANATIONS {
            let away = moves[k] - moved;
            variance += weights[k] * (variances[k] + away * away);
        }
        Update { state: Gaussian { mean: self.state.mean + moved, variance }, weights }
    }
}

/// Returns the probability of a jump within `interval` when they come with `intensity`: `1 - e^-(intensity interval)`.
#[inline]
pub fn jump_probability(intensity: f64, interval: f64) -> f64 {
    let u = intensity * interval;
    if u < 0.01 {
        // The series, to 1e-17, where the difference would cancel.
        u * (1.0 - u * (0.5 - u * (1.0 / 6.0 - u * (1.0 / 24.0 - u * (1.0 / 120.0 - u / 720.0)))))
    } else {
        1.0 - exp(-u)
    }
}
