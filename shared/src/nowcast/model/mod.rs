//! The state-space model of the logarithm of an artist's listeners: level, damped growth, the window's echo
//! and TikTok velocity, with a noise whose scale changes and which jumps.

mod filter;
mod parameters;
mod reach;
mod track;

pub(crate) use filter::{Filter, State};
pub use parameters::{Dynamics, SLOPES, Shape, Volatility};
pub(crate) use reach::Reach;
pub(crate) use track::{ECHO_KNOWN, Track};

/// What a filter needs to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// What the growth does.
    pub dynamics: Dynamics,
    /// How the noise's scale changes.
    pub volatility: Volatility,
    /// The shape of a day's standardised surprise, by which the scale is protected from jumps.
    pub surprise: Shape,
}

/// Returns the variance of the level `horizon` days ahead, per unit of a constant daily noise variance.
///
/// `F P F' + sum F Q F'` of the two-state model, for a growth known to a variance of `var_growth`. With
/// `gain = 1` and a stationary growth this is the variance of the sum of an AR(1):
/// `sigma_r^2 (h + 2 sum_{k<h} (h - k) persistence^k)`.
pub fn level_variance(dynamics: &Dynamics, var_growth: f64, horizon: usize) -> f64 {
    let state = State {
        level: 0.0,
        growth: 0.0,
        var_level: 0.0,
        covariance: 0.0,
        var_growth,
        fast: 1.0,
        slow: 1.0,
        seen: 0,
        day: 0,
    };
    Reach::new(dynamics, &Volatility::slow(0.0), horizon).variance(&state, (0.0, 0.0))
}
