//! One Gaussian state on an irregular clock: exact steps, filter, smoother.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};
use crate::math::{exp, exp_m1, ln};

/// `ln(2 pi)`.
pub(crate) const LN_2PI: f64 = 1.837_877_066_409_345_5;

/// What moves the state between jumps: `dx = reversion (level - x) dt + volatility dW`.
///
/// Its clock is the caller's: `reversion` is per unit of time, `volatility` per square root of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diffusion {
    reversion: f64,
    level: f64,
    volatility: f64,
}

/// What a [`Diffusion`] does in one interval: the state becomes `factor x + shift + N(0, variance)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// What is left of the state.
    pub factor: f64,
    /// What is added to it.
    pub shift: f64,
    /// The variance of what is added by chance.
    pub variance: f64,
}

impl Diffusion {
    /// Returns a random walk, which no level draws.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `volatility` if it is negative or not finite.
    pub fn random_walk(volatility: f64) -> Result<Self, Invalid> {
        Self::new(0.0, 0.0, volatility)
    }

    /// Returns an Ornstein-Uhlenbeck process.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming the argument that is not finite or, except `level`, is negative.
    pub fn new(reversion: f64, level: f64, volatility: f64) -> Result<Self, Invalid> {
        Ok(Self {
            reversion: non_negative("reversion", reversion)?,
            level: finite("level", level)?,
            volatility: non_negative("volatility", volatility)?,
        })
    }

    /// Returns the volatility.
    pub const fn volatility(&self) -> f64 {
        self.volatility
    }

    /// Returns how fast the state is drawn to its level.
    pub const fn reversion(&self) -> f64 {
        self.reversion
    }

    /// Returns the level that the state is drawn to.
    pub const fn level(&self) -> f64 {
        self.level
    }

    /// Returns the exact step over `interval`, also where `reversion` times it is tiny.
    #[inline]
    pub fn step(&self, interval: f64) -> Step {
        let variance = self.volatility * self.volatility * interval;
        if self.reversion == 0.0 {
            return Step { factor: 1.0, shift: 0.0, variance };
        }
        let decay = self.reversion * interval;
        let twice = 2.0 * decay;
        // The mean of e^-u over u from 0 to `twice`.
        let mean = if twice == 0.0 { 1.0 } else { -exp_m1(-twice) / twice };
        Step { factor: exp(-decay), shift: -self.level * exp_m1(-decay), variance: variance * mean }
    }
}

/// A normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gaussian {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

impl Gaussian {
    /// Returns where the state is after `step`.
    #[inline]
    #[must_use]
    pub fn after(self, step: Step) -> Self {
        Self {
            mean: step.factor * self.mean + step.shift,
            variance: step.factor * step.factor * self.variance + step.variance,
        }
    }
}

/// A noisy sight of the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// When, in the clock of the dynamics.
    pub at: f64,
    /// What was seen.
    pub value: f64,
    /// The variance of the noise on it.
    pub noise: f64,
}

/// The filter at one observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filtered {
    /// The state before the observation.
    pub predicted: Gaussian,
    /// The state with it.
    pub updated: Gaussian,
    /// The observation less its prediction.
    pub innovation: f64,
    /// The variance that the innovation has.
    pub innovation_variance: f64,
    /// The log density of the observation under its prediction.
    pub log_likelihood: f64,
    /// What was left of the state since the observation before: [`Step::factor`].
    pub factor: f64,
}

/// Returns the Kalman filter along `observations`, in time order; `prior` is the prediction for the first.
///
/// # Errors
///
/// Returns [`Invalid`] naming `prior`, `noise` or `at` if a variance is not positive or time runs backwards.
pub fn filter(
    dynamics: &Diffusion,
    prior: Gaussian,
    observations: &[Observation],
) -> Result<Vec<Filtered>, Invalid> {
    positive("prior", prior.variance)?;
    let mut last = None;
    let mut state = prior;
    observations
        .iter()
        .map(|observation| {
            positive("noise", observation.noise)?;
            let mut factor = 1.0;
            if let Some(last) = last {
                let interval = non_negative("at", observation.at - last)?;
                let step = dynamics.step(interval);
                factor = step.factor;
                state = state.after(step);
            }
            last = Some(observation.at);
            let predicted = state;
            let innovation = observation.value - predicted.mean;
            let total = predicted.variance + observation.noise;
            state = Gaussian {
                mean: predicted.mean + predicted.variance / total * innovation,
                // Joseph's form, which can't fall below zero, is this in one dimension.
                variance: predicted.variance * observation.noise / total,
            };
            Ok(Filtered {
                predicted,
                updated: state,
                innovation,
                innovation_variance: total,
                log_likelihood: -0.5 * (LN_2PI + ln(total) + innovation * innovation / total),
                factor,
            })
        })
        .collect()
}

/// The state at one observation, given all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothed {
    /// The state.
    pub state: Gaussian,
    /// The covariance with the state at the observation before; 0 for the first.
    pub covariance_with_last: f64,
}

/// Returns the states given all observations, by the backward recursion of Rauch, Tung and Striebel (1965).
pub fn smooth(filtered: &[Filtered]) -> Vec<Smoothed> {
    let mut smoothed: Vec<Smoothed> =
        filtered.iter().map(|at| Smoothed { state: at.updated, covariance_with_last: 0.0 }).collect();
    for k in (1..filtered.len()).rev() {
        let (here, next, predicted) = (filtered[k - 1].updated, smoothed[k].state, filtered[k].predicted);
        let gain = here.variance * filtered[k].factor / predicted.variance;
        smoothed[k].covariance_with_last = gain * next.variance;
        smoothed[k - 1].state = Gaussian {
            mean: here.mean + gain * (next.mean - predicted.mean),
            variance: here.variance + gain * gain * (next.variance - predicted.variance),
        };
    }
    smoothed
}
