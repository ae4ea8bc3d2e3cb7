//! A random walk that is seen now and then through noise: filter and smoother.
//!
//! The clock runs as fast as the walk's variance grows.

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::invalid::{non_negative, positive};
use crate::math::ln;

/// `ln(2 pi)`.
const LN_2PI: f64 = 1.837_877_066_409_345_5;

/// A normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gaussian {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// A noisy sight of the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// When, on the walk's clock.
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
}

/// Returns the Kalman filter along `observations`, in time order; `prior` is the prediction for the first.
///
/// # Errors
///
/// Returns [`Invalid`] naming `prior`, `noise` or `at` if a variance is not positive or time runs backwards.
pub fn filter(prior: Gaussian, observations: &[Observation]) -> Result<Vec<Filtered>, Invalid> {
    positive("prior", prior.variance)?;
    let mut last = None;
    let mut state = prior;
    observations
        .iter()
        .map(|observation| {
            positive("noise", observation.noise)?;
            if let Some(last) = last {
                state.variance += non_negative("at", observation.at - last)?;
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
        let gain = here.variance / predicted.variance;
        smoothed[k].covariance_with_last = gain * next.variance;
        smoothed[k - 1].state = Gaussian {
            mean: here.mean + gain * (next.mean - predicted.mean),
            variance: here.variance + gain * gain * (next.variance - predicted.variance),
        };
    }
    smoothed
}
