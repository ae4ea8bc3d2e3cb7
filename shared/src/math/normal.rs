//! The standard normal distribution.

use core::f64::consts::FRAC_1_SQRT_2;

/// `1 / sqrt(2 pi)`.
pub const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// Returns the density at `x`.
#[inline]
pub fn pdf(x: f64) -> f64 {
    FRAC_1_SQRT_2PI * super::exp(-0.5 * x * x)
}

/// Returns the probability of a value at or below `x`, accurate in the lower tail.
#[inline]
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Returns the probability of a value above `x`, accurate in the upper tail.
#[inline]
pub fn sf(x: f64) -> f64 {
    cdf(-x)
}
