//! A price, and prices of exclusive outcomes, with their odds raised to a power.

use crate::belief::{logit, sigmoid};
use crate::math::{exp, ln, max};

/// What is left at least to outcomes that aren't listed, where prices add up to more: exclusive isn't exhaustive.
const LEAST_OTHER: f64 = 0.01;

/// Returns a price, from 0 to 1 dollar, with its odds raised to the power `theta`. What is certain or impossible stays so.
pub fn power(price: f64, theta: f64) -> f64 {
    if price > 0.0 && price < 1.0 { sigmoid(theta * logit(price)) } else { price }
}

/// Writes into `found` the share of each of exclusive outcomes at `prices` when each is raised to the power `theta`, and
/// returns what is left to outcomes that aren't among them. With that they add up to 1.
///
/// What prices leave of a dollar, or a cent if that is more, is taken for one outcome. A price of 0 or below stays at 0.
pub fn shares(prices: &[f64], theta: f64, found: &mut [f64]) -> f64 {
    let listed = prices.iter().fold(0.0, |sum, price| sum + max(*price, 0.0));
    let other = raised(max(1.0 - listed, LEAST_OTHER), theta);
    let mut sum = other;
    for (found, price) in found.iter_mut().zip(prices) {
        *found = raised(*price, theta);
        sum += *found;
    }
    found.iter_mut().for_each(|found| *found /= sum);
    other / sum
}

fn raised(price: f64, theta: f64) -> f64 {
    if price > 0.0 { exp(theta * ln(price)) } else { 0.0 }
}
