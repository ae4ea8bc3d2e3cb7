//! The belief volatility that needs no parameters.
//!
//! If the settled quantity is Gaussian with a variance that falls linearly to zero, the price is
//! `Phi(m / sqrt v)`, and its log-odds have a volatility that depends on the price and the time left alone.

use crate::math::{exp, normal};

/// Returns the volatility of the log-odds per square root of a year at the price `p`, `years` before settlement:
/// `phi(Phi^-1 p) / (p (1 - p) sqrt(years))`; NaN unless `0 < p < 1`.
pub fn belief_volatility(p: f64, years: f64) -> f64 {
    let Some(z) = normal::quantile(p) else { return f64::NAN };
    normal::pdf(z) / (p * (1.0 - p) * years.sqrt())
}

/// Returns [`belief_volatility`] to nine digits, in less time: what a filter's step is as wide as needs no more.
#[inline]
pub(crate) fn about(p: f64, years: f64) -> f64 {
    let Some(z) = normal::quantile_unrefined(p) else { return f64::NAN };
    normal::FRAC_1_SQRT_2PI * exp(-0.5 * z * z) / (p * (1.0 - p) * years.sqrt())
}

/// Returns the fraction of the variance `p (1 - p)` of the outcome that is resolved by a horizon, when that is the
/// fraction `elapsed` of the time to settlement: `(Phi2(z, z; elapsed) - p^2) / (p (1 - p))` with `z = Phi^-1 p`, as one
/// integral over an angle (Drezner and Wesolowsky, 1990). NaN unless `0 < p < 1` and `0 <= elapsed <= 1`.
pub fn horizon_fraction(p: f64, elapsed: f64) -> f64 {
    let Some(z) = normal::quantile(p) else { return f64::NAN };
    if !(0.0..=1.0).contains(&elapsed) {
        return f64::NAN;
    }
    let end = libm::asin(elapsed);
    let mut sum = 0.0;
    for (node, weight) in GAUSS_LEGENDRE {
        for node in [-node, node] {
            let angle = 0.5 * end * (1.0 + node);
            sum += weight * exp(-z * z / (1.0 + libm::sin(angle)));
        }
    }
    0.5 * end * sum / (core::f64::consts::TAU * p * (1.0 - p))
}

/// The positive nodes and the weights of Gauss and Legendre's rule with 16 points.
const GAUSS_LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];
