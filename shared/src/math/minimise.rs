//! A small deterministic minimiser.

use crate::pieces::{Pace, Pieces};

/// Returns a local minimum of `f` near `start`, and the value there.
///
/// Broyden, Fletcher, Goldfarb and Shanno's quasi-Newton method with forward differences and a backtracking
/// (Armijo) line search: Nocedal and Wright, *Numerical Optimization* (2006), algorithms 3.1 and 6.1. It
/// stops when an iteration gains less than `tolerance`, or after `iterations`. A value that is not finite
/// counts as infinitely bad. Every value of `f` is a piece of the work.
pub(crate) async fn minimise<const N: usize>(
    pace: &Pace,
    mut f: impl FnMut(&[f64; N]) -> f64,
    start: [f64; N],
    iterations: usize,
    tolerance: f64,
) -> ([f64; N], f64) {
    const DIFFERENCE: f64 = 1e-5;
    const SUFFICIENT: f64 = 1e-4;
    const HALVINGS: usize = 12;
    const LONGEST_FIRST_STEP: f64 = 0.25;

    let mut x = start;
    let mut value = f(&x);
    let mut gradient = slope(pace, &mut f, &x, value, DIFFERENCE).await;
    let mut inverse = [[0.0; N]; N];
    let mut fresh = true;
    for _ in 0..iterations {
        if fresh {
            let length = libm::sqrt(dot(&gradient, &gradient));
            if length == 0.0 {
                break;
            }
            inverse = [[0.0; N]; N];
            for (i, row) in inverse.iter_mut().enumerate() {
                row[i] = LONGEST_FIRST_STEP / length;
            }
        }
        let direction: [f64; N] = core::array::from_fn(|i| -dot(&inverse[i], &gradient));
        let descent = dot(&direction, &gradient);
        let mut step = 1.0;
        let mut found = None;
        for _ in 0..HALVINGS {
            let candidate: [f64; N] = core::array::from_fn(|i| x[i] + step * direction[i]);
            let there = f(&candidate);
            pace.rest().await;
            if there.is_finite() && there <= value + SUFFICIENT * step * descent {
                found = Some((candidate, there));
                break;
            }
            step *= 0.5;
        }
        let Some((next, there)) = found else {
            // The curvature has gone stale: start again from steepest descent, once.
            if fresh {
                break;
            }
            fresh = true;
            continue;
        };
        let gained = value - there;
        let there_gradient = slope(pace, &mut f, &next, there, DIFFERENCE).await;
        let moved: [f64; N] = core::array::from_fn(|i| next[i] - x[i]);
        let turned: [f64; N] = core::array::from_fn(|i| there_gradient[i] - gradient[i]);
        let curvature = dot(&moved, &turned);
        if curvature > 0.0 {
            if fresh {
                let scale = curvature / dot(&turned, &turned);
                inverse = [[0.0; N]; N];
                for (i, row) in inverse.iter_mut().enumerate() {
                    row[i] = scale;
                }
            }
            let bent: [f64; N] = core::array::from_fn(|i| dot(&inverse[i], &turned));
            let weight = (1.0 + dot(&turned, &bent) / curvature) / curvature;
            for (i, row) in inverse.iter_mut().enumerate() {
                for (j, cell) in row.iter_mut().enumerate() {
                    *cell +=
                        weight * moved[i] * moved[j] - (bent[i] * moved[j] + moved[i] * bent[j]) / curvature;
                }
            }
            fresh = false;
        }
        (x, value, gradient) = (next, there, there_gradient);
        if gained < tolerance {
            break;
        }
    }
    (x, value)
}

/// [`minimise`] in one piece.
pub(crate) fn minimise_at_once<const N: usize>(
    f: impl FnMut(&[f64; N]) -> f64,
    start: [f64; N],
    iterations: usize,
    tolerance: f64,
) -> ([f64; N], f64) {
    Pieces::new(|pace| async move { minimise(&pace, f, start, iterations, tolerance).await }).finish()
}

async fn slope<const N: usize>(
    pace: &Pace,
    f: &mut impl FnMut(&[f64; N]) -> f64,
    x: &[f64; N],
    value: f64,
    width: f64,
) -> [f64; N] {
    let mut slope = [0.0; N];
    for (i, slope) in slope.iter_mut().enumerate() {
        let mut beside = *x;
        beside[i] += width;
        let there = f(&beside);
        pace.rest().await;
        if there.is_finite() {
            *slope = (there - value) / width;
        }
    }
    slope
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_curved_valley() {
        let rosenbrock = |x: &[f64; 2]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let (x, value) = minimise_at_once(rosenbrock, [-1.2, 1.0], 200, 1e-14);
        // A forward difference of width 1e-5 is off by half of it times the curvature, 802; along the valley,
        // whose curvature is 0.4, that is a hundredth.
        assert!(value < 1e-4 && (x[0] - 1.0).abs() < 0.01 && (x[1] - 1.0).abs() < 0.02, "{x:?} {value}");
    }

    #[test]
    fn turns_away_from_where_there_is_no_value() {
        let (x, _) =
            minimise_at_once(|x: &[f64; 1]| if x[0] > 0.5 { f64::NAN } else { -x[0] }, [0.0], 100, 0.0);
        assert!(x[0] <= 0.5 && x[0] > 0.45, "{x:?}");
    }
}
