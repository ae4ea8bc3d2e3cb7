//! How the first system calibrated its belief; for comparison only.
//!
//! It filtered a local level in log-odds whose noise was constant and whose step was the median of squared changes,
//! then fitted a mixture to the increments of what it had filtered. More than half of the prints repeat the price, so
//! that the median is zero and the level stands still.

use crate::math::{exp, max};

/// The variance of the noise.
pub(crate) const NOISE: f64 = 0.01;
/// The least variance of a step.
pub(crate) const LEAST_STEP: f64 = 1e-8;

/// Returns the variance of a step: the median of the squared changes between prints, or the floor.
pub(crate) fn step_variance(squares: &mut [f64]) -> f64 {
    if squares.is_empty() {
        return LEAST_STEP;
    }
    squares.sort_unstable_by(f64::total_cmp);
    let middle = squares.len() / 2;
    let median =
        if squares.len() % 2 == 1 { squares[middle] } else { 0.5 * (squares[middle - 1] + squares[middle]) };
    max(median, LEAST_STEP)
}

/// A mixture of increments over a regular interval: diffusion, or a jump instead of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncrementMixture {
    /// The variance of diffusion per unit of time.
    pub variance: f64,
    /// The jumps per unit of time.
    pub intensity: f64,
    /// The variance of a jump.
    pub jump_variance: f64,
}

/// What one step of expectation-maximisation found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncrementStep {
    /// The log-likelihood before the step.
    pub log_likelihood: f64,
    /// The greatest posterior probability of a jump.
    pub most_jump: f64,
    /// The sum of the posterior probabilities of a jump.
    pub expected_jumps: f64,
    /// The mixture after the step.
    pub next: IncrementMixture,
}

impl IncrementMixture {
    /// Takes one step of expectation-maximisation on increments over `interval`: equations (11) and (12) of
    /// arXiv:2510.15205 as they are printed, without drift.
    pub fn step(&self, increments: &[f64], interval: f64) -> IncrementStep {
        let (diffusion, jump) = (self.variance * interval, self.jump_variance);
        let density =
            |x: f64, variance: f64| exp(-0.5 * x * x / variance) / (core::f64::consts::TAU * variance).sqrt();
        let jumped = self.intensity * interval;
        let (mut log_likelihood, mut most_jump, mut expected) = (0.0, 0.0, 0.0);
        let (mut calm_squares, mut jump_squares) = (0.0, 0.0);
        for &x in increments {
            let (a, b) = (jumped * density(x, jump), (1.0 - jumped) * density(x, diffusion));
            let weight = a / (a + b);
            log_likelihood += crate::math::ln(a + b);
            most_jump = max(most_jump, weight);
            expected += weight;
            calm_squares += (1.0 - weight) * x * x;
            jump_squares += weight * x * x;
        }
        let count = increments.len() as f64;
        IncrementStep {
            log_likelihood,
            most_jump,
            expected_jumps: expected,
            next: Self {
                variance: calm_squares / (count - expected) / interval,
                intensity: expected / count / interval,
                jump_variance: jump_squares / expected,
            },
        }
    }
}
