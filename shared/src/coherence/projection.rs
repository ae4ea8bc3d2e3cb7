//! The beliefs in an event's contracts, made to agree that one of them wins.

use crate::Invalid;
use crate::belief::sigmoid;
use crate::invalid::{finite, positive};
use crate::math::{ln, max, min};

/// Beliefs that agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Coherent {
    /// The log-odds.
    pub log_odds: Vec<f64>,
    /// The probabilities; with OTHER's they sum to one.
    pub probabilities: Vec<f64>,
    /// The multiplier of the constraint: how far the beliefs were from agreeing, and which way.
    pub multiplier: f64,
}

/// Returns the log-odds `x` nearest to `means` whose probabilities sum to `1 - other`: those that minimise
/// `sum (x - mean)^2 / variance`. A contract of which little is known, with a large variance, takes most of what must
/// be corrected.
///
/// # Errors
///
/// Returns [`Invalid`] naming `means`, `variances` or `other` if there is no contract, the lengths differ, a mean is not
/// finite, a variance not positive, or `other` is not from 0 to below 1; or `means` where the beliefs are so far apart
/// that no agreement was found.
pub fn project(means: &[f64], variances: &[f64], other: f64) -> Result<Coherent, Invalid> {
    if means.is_empty() || means.len() != variances.len() {
        return Err(Invalid::new(
            "variances",
            format!("must be as many as means and not none, got {} for {}", variances.len(), means.len()),
        ));
    }
    for (&mean, &variance) in means.iter().zip(variances) {
        finite("means", mean)?;
        positive("variances", variance)?;
    }
    if !(0.0..1.0).contains(&other) {
        return Err(Invalid::new("other", format!("must be from 0 to below 1, got {other}")));
    }
    // A single contract, or one that has all but a hair's breadth, has its log-odds given.
    let total = 1.0 - other;
    if let [_] = means {
        if other == 0.0 {
            return Err(Invalid::new("means", "a single contract without OTHER is certain"));
        }
        let x = ln(total / other);
        return Ok(Coherent {
            log_odds: vec![x],
            probabilities: vec![total],
            multiplier: (means[0] - x) / (variances[0] * total * other),
        });
    }
    let excess = |nu: f64| -> f64 {
        means.iter().zip(variances).map(|(&mean, &variance)| sigmoid(solve(mean, nu * variance))).sum::<f64>()
            - total
    };
    // The excess falls as the multiplier rises: bracket the root, then bisect with secants (Illinois).
    let (mut low, mut high, mut at_low, mut at_high) = (-1.0, 1.0, excess(-1.0), excess(1.0));
    for _ in 0..DOUBLINGS {
        if at_low < 0.0 {
            (high, at_high) = (low, at_low);
            low *= 4.0;
            at_low = excess(low);
        } else if at_high > 0.0 {
            (low, at_low) = (high, at_high);
            high *= 4.0;
            at_high = excess(high);
        }
    }
    if !(at_low >= 0.0 && at_high <= 0.0) {
        return Err(Invalid::new("means", "are so far from summing to one that no agreement was found"));
    }
    let mut multiplier = 0.5 * (low + high);
    let mut last = 0;
    for _ in 0..ROOT_STEPS {
        if at_low - at_high > 0.0 {
            multiplier = low + (high - low) * (at_low / (at_low - at_high));
        }
        multiplier = min(max(multiplier, low), high);
        let at = excess(multiplier);
        if at == 0.0 || high - low <= 1e-15 * max(1.0, multiplier.abs()) {
            break;
        }
        if at > 0.0 {
            (low, at_low) = (multiplier, at);
            if last == 1 {
                at_high *= 0.5;
            }
            last = 1;
        } else {
            (high, at_high) = (multiplier, at);
            if last == -1 {
                at_low *= 0.5;
            }
            last = -1;
        }
    }
    let log_odds: Vec<f64> =
        means.iter().zip(variances).map(|(&mean, &variance)| solve(mean, multiplier * variance)).collect();
    let mut probabilities: Vec<f64> = log_odds.iter().map(|x| sigmoid(*x)).collect();
    let sum: f64 = probabilities.iter().sum();
    // Log-odds that are little known jump as the multiplier rises, from one solution of their condition to another: then
    // the search ends at a jump, and the sum is right on neither side of it.
    if (sum - total).abs() > MOST_AMISS {
        return Err(Invalid::new("means", "are so far from summing to one that no agreement was found"));
    }
    // What rounding leaves of the sum.
    let scale = total / sum;
    probabilities.iter_mut().for_each(|p| *p *= scale);
    Ok(Coherent { log_odds, probabilities, multiplier })
}

/// The most that the sum of probabilities may be off before rounding is taken out of it.
const MOST_AMISS: f64 = 1e-9;
/// Fourfold steps out to a bracket, and steps of the root search.
const DOUBLINGS: usize = 60;
const ROOT_STEPS: usize = 200;
/// Halvings of the interval that holds the log-odds.
const HALVINGS: usize = 200;

/// Returns the `x` with `x + pull S(x) (1 - S(x)) = mean`, on the branch that moves steadily with `pull`.
fn solve(mean: f64, pull: f64) -> f64 {
    // S(1 - S) is at most 1/4, so the root lies within a quarter of the pull, on the side of its sign.
    let reach = 0.25 * pull;
    let (mut low, mut high) = if reach > 0.0 { (mean - reach, mean) } else { (mean, mean - reach) };
    let mut x = min(max(mean - pull * sigmoid(mean) * sigmoid(-mean), low), high);
    for _ in 0..HALVINGS {
        let (p, q) = (sigmoid(x), sigmoid(-x));
        let (pulled, at) = (pull * p * q, x + pull * p * q - mean);
        if at > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - at / (1.0 + pulled * (q - p));
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * max(1.0, x.abs()) {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beliefs_that_jump_past_each_other_are_refused() {
        // Both are sure to win, and neither sure of it: between 99 c and next to nothing there is no way.
        let refused = project(&[4.6, 4.6], &[100.0, 100.0], 0.0).unwrap_err();
        assert_eq!(refused.field, "means");
        let met = project(&[1.0, 1.0], &[100.0, 100.0], 0.0).unwrap();
        assert!((met.probabilities[0] - 0.5).abs() < 1e-12);
    }
}
