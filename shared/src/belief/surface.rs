//! The belief volatility that needs no parameters.
//!
//! If the settled quantity is Gaussian with a variance that falls linearly to zero, the price is
//! `Phi(m / sqrt v)`, and its log-odds have a volatility that depends on the price and the time left alone.

use crate::math::normal;

/// Returns the volatility of the log-odds per square root of a year at the price `p`, `years` before settlement:
/// `phi(Phi^-1 p) / (p (1 - p) sqrt(years))`; NaN unless `0 < p < 1`.
pub fn belief_volatility(p: f64, years: f64) -> f64 {
    let Some(z) = normal::quantile(p) else { return f64::NAN };
    normal::pdf(z) / (p * (1.0 - p) * years.sqrt())
}
