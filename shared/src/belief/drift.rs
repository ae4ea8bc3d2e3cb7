//! The drift that makes the price a martingale. It is implied, never estimated.

use super::sigmoid;
use crate::Invalid;
use crate::invalid::{finite, non_negative};
use crate::math::{exp, exp_m1};

/// Beyond this a jump takes the price to 1: `e^z` is beyond every digit of what is left.
const ALL: f64 = 30.0;
/// The trapezoid's step and half-width in standard deviations. For an integrand that is analytic the rule converges
/// exponentially; what it leaves out weighs below `1e-18`.
const STEP: f64 = 0.125;
const STEPS: i32 = 72;

/// Returns the drift of the log-odds `x` per unit of time when they diffuse with `volatility` and jump with
/// `intensity` by normal amounts of mean `jump_mean` and standard deviation `jump_sd`, with nothing compensated:
/// `-volatility^2 (1 - 2 p) / 2 - intensity E[g(Z)]`, where `g(z) = (e^z - 1) / (1 + p (e^z - 1))` is what a jump adds to
/// the price over `p (1 - p)`, exactly.
///
/// # Errors
///
/// Returns [`Invalid`] naming an argument that is not finite, or negative where it can't be.
pub fn martingale_drift(
    x: f64,
    volatility: f64,
    intensity: f64,
    jump_mean: f64,
    jump_sd: f64,
) -> Result<f64, Invalid> {
    let (p, q) = (sigmoid(finite("x", x)?), sigmoid(-x));
    non_negative("volatility", volatility)?;
    non_negative("intensity", intensity)?;
    finite("jump_mean", jump_mean)?;
    non_negative("jump_sd", jump_sd)?;
    let mut jumps = 0.0;
    if intensity > 0.0 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for step in -STEPS..=STEPS {
            let u = STEP * f64::from(step);
            let weight = exp(-0.5 * u * u);
            sum += weight * gain(p, q, jump_mean + jump_sd * u);
            weights += weight;
        }
        jumps = intensity * sum / weights;
    }
    Ok(-0.5 * volatility * volatility * (q - p) - jumps)
}

/// Returns `(S(x + z) - S(x)) / (S(x) (1 - S(x)))`, where `p` is `S(x)` and `q` is `1 - p`.
fn gain(p: f64, q: f64, z: f64) -> f64 {
    if z > ALL {
        // (e^z - 1) / (q + p e^z), divided by e^z.
        let rest = exp(-z);
        return (1.0 - rest) / (q * rest + p);
    }
    let e = exp_m1(z);
    e / (1.0 + p * e)
}
