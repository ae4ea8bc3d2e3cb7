//! Probabilities of an event's outcomes that add up, the excess taken from where it is.
//!
//! Prices of an event's outcomes add up to more than one, and what is too much is mostly paid for outcomes that hardly
//! ever come: an outcome that nobody believes in still trades at some cents. So an outcome gives way by as much as it
//! would surprise: with `w = (-ln p)^k`, what is found is
//!
//! ```text
//! q = p exp(-l w),  sum q = total
//! ```
//!
//! with one `l` for all: the nearest to `p` by the relative entropy `sum (q ln(q / p) - q + p) / w`. With `k = 0` all shrink
//! alike, as normalisation has it; with `k = 1` each is raised to the same power, which of the usual ways to take a
//! bookmaker's margin out of prices has done best (Clarke, Kovalchik and Ingram, "Adjusting bookmaker's odds to allow for
//! overround", 2017); above that, more of it comes from longshots still. The likelier of two outcomes stays the likelier.

use crate::math::{exp, ln};

/// The steps that the multiplier may take: it needs about five, and more only where outcomes are next to certain.
const MOST_STEPS: usize = 64;
/// How far the sum of the probabilities may be from the total before the rest is shared out alike.
const CLOSE: f64 = 1e-13;

/// Returns the weight of an outcome that is believed at `fair`: how much it would surprise, to the power of `exponent`.
/// What is impossible or certain stays so, and has none.
pub fn weight(fair: f64, exponent: f64) -> f64 {
    if fair > 0.0 && fair < 1.0 { exp(exponent * ln(-ln(fair))) } else { 0.0 }
}

/// Makes `fairs`, which add up to more, add up to `total`, and returns the multiplier; `probabilities` is where they are
/// written. All lists go by outcome. What has no weight stays as it is, unless all of it is too much already.
pub fn tilt(fairs: &[f64], weights: &[f64], total: f64, probabilities: &mut [f64]) -> f64 {
    let mut multiplier = 0.0;
    let mut sum = 0.0;
    for _ in 0..MOST_STEPS {
        let mut weighed = 0.0;
        sum = 0.0;
        for ((probability, fair), weight) in probabilities.iter_mut().zip(fairs).zip(weights) {
            *probability = fair * exp(-multiplier * weight);
            sum += *probability;
            weighed += weight * *probability;
        }
        // The logarithm of the sum is convex in the multiplier: Newton's steps come from below and never pass.
        let step = ln(sum / total) * sum / weighed;
        if !step.is_finite() || (sum - total).abs() <= CLOSE {
            break;
        }
        multiplier += step;
    }
    // What rounding leaves; all that is too much where outcomes are certain that can't all be.
    let scale = total / sum;
    probabilities.iter_mut().for_each(|probability| *probability *= scale);
    multiplier
}

/// Returns how fast the probabilities that [`tilt`] found with a `multiplier` move with what is believed of an outcome:
/// by place, `dq / dp`. They move past each other only by what is left of the total, which is nothing: they add up to 0.
pub fn slopes(
    fairs: &[f64],
    probabilities: &[f64],
    exponent: f64,
    multiplier: f64,
    of: usize,
) -> Option<Vec<f64>> {
    let (&fair, &probability) = fairs.get(of).zip(probabilities.get(of))?;
    let weights: Vec<f64> = fairs.iter().map(|fair| weight(*fair, exponent)).collect();
    let weighed: f64 = weights.iter().zip(probabilities).map(|(weight, q)| weight * q).sum();
    // Its own move with the multiplier held: of `p` itself, and of the weight, whose slope is `-k w / (p s)`.
    let surprise = -ln(fair);
    let own = probability / fair * (1.0 + multiplier * exponent * weights.get(of)? / surprise);
    let mut slopes: Vec<f64> =
        weights.iter().zip(probabilities).map(|(weight, q)| -own * weight * q / weighed).collect();
    *slopes.get_mut(of)? += own;
    Some(slopes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tilted(fairs: &[f64], exponent: f64, total: f64) -> (Vec<f64>, f64) {
        let weights: Vec<f64> = fairs.iter().map(|fair| weight(*fair, exponent)).collect();
        let mut found = vec![0.0; fairs.len()];
        let multiplier = tilt(fairs, &weights, total, &mut found);
        (found, multiplier)
    }

    #[test]
    fn the_exponent_0_normalises_and_1_raises_to_a_power() {
        let fairs = [0.9, 0.3, 0.05];
        let (alike, _) = tilted(&fairs, 0.0, 1.0);
        let (raised, multiplier) = tilted(&fairs, 1.0, 1.0);
        for ((fair, alike), raised) in fairs.iter().zip(alike).zip(raised) {
            assert!((alike - fair / 1.25).abs() < 1e-15);
            assert!((raised - exp((1.0 + multiplier) * ln(*fair))).abs() < 1e-15);
        }
        // x^2 + x^2 = 1 of two at 1 / sqrt 2.
        let half = core::f64::consts::FRAC_1_SQRT_2;
        let (even, multiplier) = tilted(&[half, half], 1.0, 1.0);
        assert!((even[0] - 0.5).abs() < 1e-15 && (multiplier - 1.0).abs() < 1e-13);
    }

    #[test]
    fn what_is_certain_stays_unless_it_is_too_much() {
        let (found, _) = tilted(&[0.99, 0.0, 0.1, 0.05], 1.0, 1.0);
        assert!(found[0] > 0.975 && found[1] == 0.0, "{found:?}");
        assert_eq!(tilted(&[1.0, 1.0], 1.0, 0.98).0, [0.49, 0.49]);
        let (found, _) = tilted(&[1.0, 0.5], 1.0, 0.99);
        assert!((found.iter().sum::<f64>() - 0.99).abs() < 1e-15 && found[0] > 0.98, "{found:?}");
    }

    proptest! {
        #[test]
        fn they_add_up_in_their_order(
            fairs in prop::collection::vec(0.0005..0.9995_f64, 1..30), exponent in 0.0..5.0_f64, part in 0.05..0.999_f64,
        ) {
            let total = part * fairs.iter().sum::<f64>();
            let (found, multiplier) = tilted(&fairs, exponent, total);
            prop_assert!((found.iter().sum::<f64>() - total).abs() <= 1e-14);
            // The steps found them, and not the sharing out that comes after.
            let first = fairs[0] * exp(-multiplier * weight(fairs[0], exponent));
            prop_assert!((found[0] - first).abs() <= 1e-12 * first + 1e-300, "{} {first}", found[0]);
            for i in 0..fairs.len() {
                prop_assert!(found[i] <= fairs[i] && found[i] >= 0.0);
                for j in 0..fairs.len() {
                    prop_assert!(fairs[i] <= fairs[j] || found[i] >= found[j]);
                }
            }
        }

        #[test]
        fn slopes_agree_with_differences(
            fairs in prop::collection::vec(0.01..0.99_f64, 2..12), exponent in 0.0..3.0_f64, of in 0..12_usize,
        ) {
            let of = of % fairs.len();
            prop_assume!(fairs.iter().sum::<f64>() > 1.05);
            let (found, multiplier) = tilted(&fairs, exponent, 1.0);
            let slopes = slopes(&fairs, &found, exponent, multiplier, of).unwrap();
            prop_assert!(slopes.iter().sum::<f64>().abs() < 1e-12);
            let step = 1e-6;
            let at = |by: f64| {
                let mut moved = fairs.clone();
                moved[of] += by;
                tilted(&moved, exponent, 1.0).0
            };
            for ((slope, up), down) in slopes.iter().zip(at(step)).zip(at(-step)) {
                let difference = (up - down) / (2.0 * step);
                prop_assert!((slope - difference).abs() < 1e-6 * (1.0 + slope.abs()), "{slope} {difference}");
            }
            // Its own rises, and the others fall.
            prop_assert!(slopes.iter().enumerate().all(|(i, slope)| (i == of) == (*slope > 0.0) || slope.abs() < 1e-15));
        }
    }
}
