//! The transcendental functions every model uses: one implementation for both targets.

mod exponential;
pub(crate) mod lanes;
pub mod normal;

pub use exponential::exp;

/// Returns `e^x - 1` without cancellation near zero.
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Returns the natural logarithm of `x`.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Returns `ln(1 + x)` without cancellation near zero.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Returns `ln(a / b)` for positive `a` and `b`, without losing the digits of `a - b` where they are close.
#[inline]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    if a < 2.0 * b && b < 2.0 * a { ln_1p((a - b) / b) } else { ln(a / b) }
}

/// Returns the greater of two finite numbers.
#[inline]
pub fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Returns the lesser of two finite numbers.
#[inline]
pub fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
