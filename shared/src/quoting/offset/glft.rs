//! Optimal distances for a limited inventory.
//!
//! Source: Guéant, Lehalle and Fernandez-Tapia, "Dealing with the inventory risk" (2013). With inventories `q` from
//! `-Q` to `Q`, `v` solves `v' = M v` for the symmetric tridiagonal matrix with `alpha q^2` on its diagonal and `-eta`
//! beside it, `alpha = k gamma sigma^2 / 2` and `eta = A (1 + gamma / k)^-(1 + k / gamma)`. Distances follow from
//! ratios of its entries: `ln(v_q / v_(q+1)) / k + ln(1 + gamma / k) / gamma` for the bid.

use super::avellaneda_stoikov;
use crate::math::{exp, ln, ln_1p, min};

/// Distances from the fair value far from the end, in dollars.
///
/// The matrix and its principal eigenvector are even in `q`: half of them are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glft {
    fill_decay: f64,
    /// The distance without inventory risk.
    base: f64,
    /// `alpha / eta`.
    risk: f64,
    /// The matrix' least eigenvalue in units of `eta`.
    least: f64,
    /// The greatest inventory.
    limit: usize,
}

impl Glft {
    /// Returns the distances for fills at the rate `fill_rate e^(-fill_decay d)`, a fair value that moves by
    /// `sigma` dollars per square root of time, and at most `limit` lots held.
    ///
    /// `fill_rate` and `sigma` are of the same unit of time, `fill_decay` and `risk_aversion` are a dollar; all are
    /// positive, `sigma` may be 0.
    pub fn new(fill_rate: f64, fill_decay: f64, risk_aversion: f64, sigma: f64, limit: usize) -> Self {
        let alpha = 0.5 * fill_decay * risk_aversion * sigma * sigma;
        let shrinking = (1.0 + fill_decay / risk_aversion) * ln_1p(risk_aversion / fill_decay);
        let risk = alpha / (fill_rate * exp(-shrinking));
        let base = avellaneda_stoikov(risk_aversion, fill_decay);
        Self { fill_decay, base, risk, least: least_eigenvalue(risk, limit), limit }
    }

    /// Returns the distances of the bid below and of the ask above the fair value, at an inventory of `q` lots; none for
    /// a side that would pass the limit, and for both beyond it.
    pub fn distances(&self, q: i64) -> (Option<f64>, Option<f64>) {
        (self.towards(q), self.towards(-q))
    }

    /// Returns the distance of the side that adds to an inventory of `q`.
    fn towards(&self, q: i64) -> Option<f64> {
        let limit = self.limit as i64;
        if q < -limit || q >= limit {
            return None;
        }
        let step = if q >= 0 { self.step(q as usize + 1) } else { -self.step(-q as usize) };
        Some(step + self.base)
    }

    /// Returns `ln(v_(q-1) / v_q) / k`, the distance that risk adds on the way to `q`, from 1 to the limit.
    fn step(&self, q: usize) -> f64 {
        let mut ratio = 0.0;
        for row in (q + 1..=self.limit).rev() {
            ratio = 1.0 / (self.risk * (row * row) as f64 - self.least - ratio);
        }
        ln(self.risk * (q * q) as f64 - self.least - ratio) / self.fill_decay
    }
}

/// Returns the least eigenvalue of the even half of the matrix, in units of `eta`: from -2, where nothing is risked, to 0.
///
/// Newton's method on the last pivot, which falls and bends down between the eigenvalues around it, kept within the
/// bracket that the pivots' signs give (Sylvester's law of inertia).
fn least_eigenvalue(risk: f64, limit: usize) -> f64 {
    const MOST_STEPS: usize = 100;
    let (mut low, mut high) = (-2.0, 0.0);
    // Without a limit and for little risk, it is that of the harmonic oscillator.
    let mut value = min(risk.sqrt(), 1.0) - 2.0;
    for _ in 0..MOST_STEPS {
        let newton = match last_pivot(risk, limit, value) {
            Some((pivot, slope)) => {
                if pivot > 0.0 {
                    low = value;
                } else {
                    high = value;
                }
                value - pivot / slope
            }
            None => {
                high = value;
                low
            }
        };
        if (newton - value).abs() <= 4.0 * f64::EPSILON {
            return newton;
        }
        value = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    value
}

/// Eliminates the even half of the matrix less `value` from its end, and returns the last pivot and its derivative by
/// `value`; `None` if a pivot before it isn't positive, as `value` is then above the least eigenvalue.
fn last_pivot(risk: f64, limit: usize, value: f64) -> Option<(f64, f64)> {
    let (mut inverse, mut slope) = (0.0, 0.0);
    for q in (1..=limit).rev() {
        let pivot = risk * (q * q) as f64 - value - inverse;
        if pivot <= 0.0 {
            return None;
        }
        slope = slope * inverse * inverse - 1.0;
        inverse = 1.0 / pivot;
    }
    Some((-value - 2.0 * inverse, 2.0 * slope * inverse * inverse - 1.0))
}
