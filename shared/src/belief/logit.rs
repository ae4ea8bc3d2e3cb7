//! Between probabilities and log-odds.

use crate::math::{exp, ln};
use crate::units::Price;

/// Returns the probability of log-odds `x`, `1 / (1 + e^-x)`, without overflow; accurate near 0 as `sigmoid(-x)` is
/// near 1.
#[inline]
pub fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    let smaller = e / (1.0 + e);
    if x >= 0.0 { 1.0 / (1.0 + e) } else { smaller }
}

/// Returns the log-odds `ln(p / (1 - p))` of a probability; infinite at 0 and 1.
#[inline]
pub fn logit(p: f64) -> f64 {
    ln(p / (1.0 - p))
}

/// Returns the log-odds of a price, from its exact hundredths of a cent; a price of $0 or $1, which says nothing
/// finite, is taken for the nearest one that can be quoted on Kalshi's finest grid ($0.001).
#[inline]
pub fn price_logit(price: Price) -> f64 {
    const FINEST: i64 = 10;
    let whole = Price::ONE.centicents();
    let centicents = price.centicents().clamp(FINEST, whole - FINEST);
    ln(centicents as f64 / (whole - centicents) as f64)
}
