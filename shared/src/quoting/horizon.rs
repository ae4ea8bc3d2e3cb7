//! How much of what is uncertain now is known after a part of the time.

use core::f64::consts::PI;

use crate::math::{exp, normal};

/// The positive abscissae and the weights of the 16-point Gauss-Legendre rule on `[-1, 1]`.
const NODES: [[f64; 2]; 8] = [
    [0.09501250983763744, 0.1894506104550685],
    [0.2816035507792589, 0.18260341504492358],
    [0.45801677765722737, 0.16915651939500254],
    [0.6178762444026438, 0.14959598881657674],
    [0.755404408355003, 0.12462897125553388],
    [0.8656312023878318, 0.09515851168249279],
    [0.9445750230732326, 0.062253523938647894],
    [0.9894009349916499, 0.027152459411754096],
];

/// Returns the part of the outcome's variance `p (1 - p)` that is resolved after `elapsed` of the time to settlement, a
/// fraction, for an outcome of probability `p`; 0 for a `p` that is certain.
///
/// If the settled quantity is Gaussian and its variance falls linearly, that is
/// `1 / (2 pi p (1 - p)) int_0^asin(elapsed) exp(-z^2 / (1 + sin t)) dt` with `z` the normal quantile of `p`: the
/// covariance of an event of probability `p` with itself seen at two correlated times (Plackett's identity).
pub fn horizon_fraction(p: f64, elapsed: f64) -> f64 {
    let Some(z) = normal::quantile(p).filter(|z| z.is_finite()) else { return 0.0 };
    let half = 0.5 * libm::asin(elapsed);
    let value = |t: f64| exp(-z * z / (1.0 + libm::sin(t)));
    let sum = NODES
        .iter()
        .fold(0.0, |sum, [x, weight]| sum + weight * (value(half - half * x) + value(half + half * x)));
    half * sum / (2.0 * PI * p * (1.0 - p))
}
