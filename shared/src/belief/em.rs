//! Expectation-maximisation on the smoothed path, not on filtered increments, which are smoothed and correlated.

use super::kalman::{Diffusion, Gaussian, Observation, filter, smooth};
use crate::Invalid;

/// A random walk seen through noise: the variances of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalLevel {
    /// The variance of the walk per unit of time.
    pub variance: f64,
    /// The variance of the noise of an observation with scale 1.
    pub noise: f64,
}

impl LocalLevel {
    /// Takes one step of expectation-maximisation (Shumway and Stoffer, 1982) on `observations`, whose
    /// [`Observation::noise`] is the scale of their noise; returns the log-likelihood before the step and the
    /// variances after it, which are never less likely.
    ///
    /// # Errors
    ///
    /// As [`filter`], or naming `observations` if they are fewer than two or two are at the same time.
    pub fn step(&self, prior: Gaussian, observations: &[Observation]) -> Result<(f64, Self), Invalid> {
        if observations.len() < 2 || observations.windows(2).any(|pair| pair[1].at <= pair[0].at) {
            return Err(Invalid::new("observations", "must be at least two, at rising times"));
        }
        let scaled: Vec<Observation> =
            observations.iter().map(|seen| Observation { noise: seen.noise * self.noise, ..*seen }).collect();
        let filtered = filter(&Diffusion::random_walk(self.variance.sqrt())?, prior, &scaled)?;
        let smoothed = smooth(&filtered);
        let (mut moved, mut missed) = (0.0, 0.0);
        for k in 0..smoothed.len() {
            let here = smoothed[k].state;
            let miss = observations[k].value - here.mean;
            missed += (miss * miss + here.variance) / observations[k].noise;
            if k > 0 {
                let last = smoothed[k - 1].state;
                let step = here.mean - last.mean;
                let square =
                    step * step + here.variance + last.variance - 2.0 * smoothed[k].covariance_with_last;
                moved += square / (observations[k].at - observations[k - 1].at);
            }
        }
        let count = observations.len() as f64;
        let log_likelihood = filtered.iter().map(|at| at.log_likelihood).sum();
        Ok((log_likelihood, Self { variance: moved / (count - 1.0), noise: missed / count }))
    }
}
