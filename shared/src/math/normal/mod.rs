//! The standard normal distribution, to the last digits in both tails.

mod quantile;
mod table;
mod tails;

pub use quantile::quantile;
pub(crate) use quantile::quantile_unrefined;
pub(crate) use tails::{Distribution, distribution};

use wide::f64x2;

/// `1 / sqrt(2 pi)`.
pub const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// The probabilities on both sides of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// The probability of a value at or below the point.
    pub cdf: f64,
    /// The probability of a value above it.
    pub sf: f64,
}

/// Returns the probabilities at or below `x` and above it, each accurate where it is small; NaN for NaN.
#[inline]
pub fn tails(x: f64) -> Tails {
    let Distribution { cdf, sf, .. } = distribution(x);
    Tails { cdf, sf }
}

/// Returns the probability of a value at or below `x`, accurate in the lower tail.
#[inline]
pub fn cdf(x: f64) -> f64 {
    tails(x).cdf
}

/// Returns [`cdf`] of both, in little more time than of one.
#[inline]
pub(crate) fn cdf_of_two(x: [f64; 2]) -> [f64; 2] {
    distribution(f64x2::new(x)).cdf.to_array()
}

/// Returns the density at `x`.
#[inline]
pub fn pdf(x: f64) -> f64 {
    distribution(x).pdf
}
