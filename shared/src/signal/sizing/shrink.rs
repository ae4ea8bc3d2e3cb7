//! What the fair values' own errors leave of a size.

use crate::math::max;
use crate::search::Bets;
use crate::sort;

/// Returns which part of the best portfolio `amounts` of who has `before` in every outcome to play: `E^2 / (E^2 + S^2)`, where `E` is what it is expected to
/// return and `S` the standard deviation of that expectation, as the probabilities have standard errors `errors`.
///
/// A size that is best for an estimated probability is too large on average, because an estimate that errs upward is bet on
/// more. For one bet the factor is that of R. D. Baker and I. G. `McHale`, "Optimal betting under parameter uncertainty:
/// improving the Kelly criterion", Decision Analysis 10, 2013: with an edge of `e = p - cost` a contract and a standard
/// error `s` of `p` it is `e^2 / (e^2 + s^2)`. Here the portfolio is the one bet. How the errors of an event's outcomes
/// hang together isn't known, only that they cancel, as probabilities sum to one: so what is the same in all outcomes
/// carries no error, and `S` is the most that they can come to, `min over c of sum over j of errors_j |return_j - c|`
/// (Minkowski's inequality), where `c` is the median of the returns weighed by the errors. For the same reason no error is
/// greater than those of all others together: the last outcome's, OTHER's, is raised to that where it is stated less.
pub fn shrink(bets: &Bets, probabilities: &[f64], errors: &[f64], before: f64, amounts: &[f64]) -> f64 {
    let returns: Vec<f64> = bets.wealth_with(amounts).iter().map(|after| (after - before) / before).collect();
    let expected: f64 = probabilities.iter().zip(&returns).map(|(p, r)| p * r).sum();
    let mut errors = errors.to_vec();
    if let Some((other, listed)) = errors.split_last_mut() {
        let sum: f64 = listed.iter().sum();
        let least = listed.iter().fold(0.0, |least, error| max(least, 2.0 * error - sum));
        *other = max(*other, least);
    }
    let deviation = least_deviation(&returns, &errors);
    let (signal, noise) = (expected * expected, deviation * deviation);
    // Nothing expected, nothing bought: there is nothing to shrink.
    if expected > 0.0 && signal + noise > 0.0 { signal / (signal + noise) } else { 1.0 }
}

/// Returns the least over `c` of the sum of `weights · |values - c|`.
fn least_deviation(values: &[f64], weights: &[f64]) -> f64 {
    let rising = sort::places(values.len(), &|a, b| values[a] < values[b]);
    let weight = |place: &usize| weights.get(*place).map_or(0.0, |weight| max(*weight, 0.0));
    let half = 0.5 * rising.iter().map(weight).sum::<f64>();
    let (mut below, mut median) = (0.0, 0.0);
    for place in &rising {
        median = values[*place];
        below += weight(place);
        if below >= half {
            break;
        }
    }
    rising.iter().map(|place| weight(place) * (values[*place] - median).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::least_deviation;

    #[test]
    fn errors_that_cancel_count_once() {
        // Two outcomes: what one gains the other loses.
        assert_eq!(least_deviation(&[0.5, -0.5], &[0.1, 0.1]), 0.1);
        // The same return everywhere has no error, and an outcome whose probability is certain adds none.
        assert_eq!(least_deviation(&[0.3, 0.3, 0.3], &[0.1, 0.2, 0.3]), 0.0);
        assert_eq!(least_deviation(&[1.0, 0.0, 0.0], &[0.1, 0.2, 0.0]), 0.1);
        assert_eq!(least_deviation(&[], &[]), 0.0);
    }
}
