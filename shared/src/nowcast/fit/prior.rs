//! What is believed of an artist before it has shown anything: what other artists taught.
//!
//! The numbers are those of the five recorded artists up to February 2026 and 72 artists from April to May 2026, fitted
//! together; the spreads are about how far the two groups lie apart. `cargo run --release -p shared --example
//! nowcast_priors` derives them again.

use super::{DYNAMICS, OWN, VOLATILITY};
use crate::nowcast::model::Shape;

/// The dynamics where a fit starts, in the coordinates of the search: the trend's persistence and gain, the fading
/// growth's, the echo of calm days and of bursts; then the slopes on velocity, of which nothing is believed.
pub(super) const DYNAMICS_MEAN: [f64; DYNAMICS] = [3.11, -1.08, -1.2, 0.53, -2.01, -0.11, 0.0, 0.0, 0.0];
const DYNAMICS_SD: [f64; OWN] = [0.3, 0.3, 0.8, 0.3, 0.8, 1.0];

/// The volatility's: its reaction and persistence, and velocity's factor on it: about 1.05, give or take.
pub(super) const VOLATILITY_MEAN: [f64; VOLATILITY] = [-0.54, 2.24, -3.0];
const VOLATILITY_SD: [f64; VOLATILITY] = [1.0, 1.0, 1.5];

/// The errors 1, 3, 7, 14 and 21 days ahead, in units of what the model says of their spread.
pub(super) const SHAPES: [Shape; 5] = [
    Shape { core: 0.97, tail_weight: 0.033, tail: 11.7 },
    Shape { core: 1.04, tail_weight: 0.041, tail: 10.0 },
    Shape { core: 1.11, tail_weight: 0.067, tail: 7.7 },
    Shape { core: 1.07, tail_weight: 0.122, tail: 5.6 },
    Shape { core: 1.10, tail_weight: 0.120, tail: 5.3 },
];

/// As how many errors each of [`SHAPES`] counts: a quarter of a year's, of one artist.
pub(super) const SHAPE_ERRORS: f64 = 100.0;

/// Returns minus the logarithm of the prior density of the dynamics, up to a constant.
pub(super) fn of_dynamics(at: &[f64; DYNAMICS]) -> f64 {
    // The slopes' is a ridge, so that those the data don't ask for stay near zero.
    let slopes = at[OWN..].iter().map(|at| 0.5 * at * at).sum::<f64>();
    slopes + distance(&at[..OWN], &DYNAMICS_MEAN, &DYNAMICS_SD)
}

/// Returns the same of the volatility.
pub(super) fn of_volatility(at: &[f64]) -> f64 {
    distance(at, &VOLATILITY_MEAN, &VOLATILITY_SD)
}

fn distance(at: &[f64], mean: &[f64], sd: &[f64]) -> f64 {
    let terms = at.iter().zip(mean).zip(sd).map(|((at, mean), sd)| (at - mean) / sd);
    terms.map(|z| 0.5 * z * z).sum()
}
