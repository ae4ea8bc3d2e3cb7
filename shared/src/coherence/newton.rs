//! Probabilities of an event's outcomes that add up, found in the time a quote has.
//!
//! It is [`super::project`] by Newton's method: some thirty times faster, without allocation, and
//! not sure to succeed.

use crate::belief::sigmoid;

/// The steps that Newton's method may take: it needs about four.
const MOST_STEPS: usize = 25;
/// The least that log-odds must resist the multiplier, of what they do by themselves: with none, they would jump.
const LEAST_RESISTANCE: f64 = 0.1;
/// The greatest step of any log-odds: beyond it the linear picture says nothing.
const GREATEST_STEP: f64 = 2.0;

/// Finds the log-odds nearest to what is believed of each outcome whose probabilities add up to `total`.
///
/// Nearest is by `sum (x_i - means_i)^2 / variances_i`: what is known least gives way most. The condition is
/// `x_i + nu variances_i S'(x_i) = means_i` with one multiplier `nu` for all, `S` being the logistic function; it is
/// solved in `x` and `nu` together by Newton's method, each step of which takes one pass over the outcomes.
///
/// All lists go by outcome; what is found is written to `log_odds` and `probabilities`. A mean may be infinite: such an
/// outcome stays what it is. Returns whether it was found. It isn't where beliefs are far from adding up for outcomes as
/// certain as they are: there the condition has other solutions too, and one is refused unless all log-odds move steadily
/// with the multiplier.
pub fn project(
    means: &[f64],
    variances: &[f64],
    total: f64,
    log_odds: &mut [f64],
    probabilities: &mut [f64],
) -> bool {
    log_odds.copy_from_slice(means);
    let mut nu = 0.0;
    for _ in 0..MOST_STEPS {
        // The sums of each outcome's slope times its miss, and times what the multiplier does to it.
        let (mut sum, mut misses, mut responses) = (0.0, 0.0, 0.0);
        for ((x, probability), (mean, variance)) in
            log_odds.iter().zip(&mut *probabilities).zip(means.iter().zip(variances))
        {
            let p = sigmoid(*x);
            *probability = p;
            sum += p;
            if !mean.is_finite() {
                continue;
            }
            let slope = p * (1.0 - p);
            let curvature = slope * (1.0 - 2.0 * p);
            let miss = x - mean + nu * variance * slope;
            let stiffness = 1.0 / (1.0 + nu * variance * curvature);
            misses += slope * miss * stiffness;
            responses += variance * slope * slope * stiffness;
        }
        let change = (sum - total - misses) / responses;
        if !change.is_finite() {
            return false;
        }
        let (mut greatest, mut steady) = (0.0, true);
        for ((x, p), (mean, variance)) in
            log_odds.iter_mut().zip(&*probabilities).zip(means.iter().zip(variances))
        {
            if !mean.is_finite() {
                continue;
            }
            let slope = p * (1.0 - p);
            let curvature = slope * (1.0 - 2.0 * p);
            let miss = *x - mean + nu * variance * slope;
            let resistance = 1.0 + nu * variance * curvature;
            steady &= resistance > LEAST_RESISTANCE;
            let step = -(miss + variance * slope * change) / resistance;
            let step = crate::math::min(crate::math::max(step, -GREATEST_STEP), GREATEST_STEP);
            *x += step;
            greatest = crate::math::max(greatest, step.abs());
        }
        nu += change;
        if greatest < 1e-7 && (sum - total).abs() < 1e-7 {
            if !steady {
                return false;
            }
            // The next step would be the square of this one.
            for (p, x) in probabilities.iter_mut().zip(&*log_odds) {
                *p = sigmoid(*x);
            }
            return true;
        }
    }
    false
}
