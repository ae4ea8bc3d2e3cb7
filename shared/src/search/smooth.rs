//! The search over smooth functions, which follows their slopes.
//!
//! It fits the nowcast: up to six variables of a smooth likelihood, in the page too, so that it rests after every value.

use crate::pieces::Pace;

/// The most variables: as many as the model's dynamics have.
const MOST: usize = 6;

/// What is minimised. One type for all, so that the page carries one minimiser.
type Function<'f> = dyn FnMut(&[f64]) -> f64 + 'f;

/// Moves `x`, of at most [`MOST`] variables, to a local minimum of `f` near it, and returns the value there.
///
/// Broyden, Fletcher, Goldfarb and Shanno's quasi-Newton method with forward differences and a backtracking
/// (Armijo) line search: Nocedal and Wright, *Numerical Optimization* (2006), algorithms 3.1 and 6.1. It
/// stops when an iteration gains less than `tolerance`, or after `iterations`. A value that is not finite
/// counts as infinitely bad. Every value of `f` is a piece of the work.
pub(crate) async fn minimise_smooth(
    pace: &Pace,
    f: &mut Function<'_>,
    x: &mut [f64],
    iterations: usize,
    tolerance: f64,
) -> f64 {
    const DIFFERENCE: f64 = 1e-5;
    const SUFFICIENT: f64 = 1e-4;
    const HALVINGS: usize = 12;
    const LONGEST_FIRST_STEP: f64 = 0.25;

    let n = x.len().min(MOST);
    let mut value = f(x);
    let mut gradient = slope(pace, f, x, value, DIFFERENCE).await;
    let mut inverse = [[0.0; MOST]; MOST];
    let mut fresh = true;
    for _ in 0..iterations {
        if fresh {
            let length = libm::sqrt(dot(&gradient[..n], &gradient[..n]));
            if length == 0.0 {
                break;
            }
            inverse = diagonal(LONGEST_FIRST_STEP / length);
        }
        let mut direction = [0.0; MOST];
        for (i, direction) in direction[..n].iter_mut().enumerate() {
            *direction = -dot(&inverse[i][..n], &gradient[..n]);
        }
        let descent = dot(&direction[..n], &gradient[..n]);
        let mut step = 1.0;
        let mut found = None;
        for _ in 0..HALVINGS {
            let mut candidate = [0.0; MOST];
            for i in 0..n {
                candidate[i] = x[i] + step * direction[i];
            }
            let there = f(&candidate[..n]);
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
        let there_gradient = slope(pace, f, &next[..n], there, DIFFERENCE).await;
        let (mut moved, mut turned) = ([0.0; MOST], [0.0; MOST]);
        for i in 0..n {
            moved[i] = next[i] - x[i];
            turned[i] = there_gradient[i] - gradient[i];
        }
        let (moved, turned) = (&moved[..n], &turned[..n]);
        let curvature = dot(moved, turned);
        if curvature > 0.0 {
            if fresh {
                inverse = diagonal(curvature / dot(turned, turned));
            }
            let mut bent = [0.0; MOST];
            for (i, bent) in bent[..n].iter_mut().enumerate() {
                *bent = dot(&inverse[i][..n], turned);
            }
            let weight = (1.0 + dot(turned, &bent[..n]) / curvature) / curvature;
            for i in 0..n {
                for j in 0..n {
                    inverse[i][j] +=
                        weight * moved[i] * moved[j] - (bent[i] * moved[j] + moved[i] * bent[j]) / curvature;
                }
            }
            fresh = false;
        }
        x.copy_from_slice(&next[..n]);
        (value, gradient) = (there, there_gradient);
        if gained < tolerance {
            break;
        }
    }
    value
}

fn diagonal(value: f64) -> [[f64; MOST]; MOST] {
    let mut matrix = [[0.0; MOST]; MOST];
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] = value;
    }
    matrix
}

async fn slope(pace: &Pace, f: &mut Function<'_>, x: &[f64], value: f64, width: f64) -> [f64; MOST] {
    let mut slope = [0.0; MOST];
    for i in 0..x.len() {
        let mut beside = [0.0; MOST];
        beside[..x.len()].copy_from_slice(x);
        beside[i] += width;
        let there = f(&beside[..x.len()]);
        pace.rest().await;
        if there.is_finite() {
            slope[i] = (there - value) / width;
        }
    }
    slope
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::Pieces;

    fn minimum(f: &mut Function<'_>, start: &[f64], iterations: usize, tolerance: f64) -> (Vec<f64>, f64) {
        let mut x = start.to_vec();
        let work = |pace| async move { (minimise_smooth(&pace, f, &mut x, iterations, tolerance).await, x) };
        let (value, x) = Pieces::new(work).finish();
        (x, value)
    }

    #[test]
    fn finds_the_minimum_of_a_curved_valley() {
        let mut rosenbrock = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let (x, value) = minimum(&mut rosenbrock, &[-1.2, 1.0], 200, 1e-14);
        // A forward difference of width 1e-5 is off by half of it times the curvature, 802; along the valley,
        // whose curvature is 0.4, that is a hundredth.
        assert!(value < 1e-4 && (x[0] - 1.0).abs() < 0.01 && (x[1] - 1.0).abs() < 0.02, "{x:?} {value}");
    }

    #[test]
    fn turns_away_from_where_there_is_no_value() {
        let (x, _) = minimum(&mut |x| if x[0] > 0.5 { f64::NAN } else { -x[0] }, &[0.0], 100, 0.0);
        assert!(x[0] <= 0.5 && x[0] > 0.45, "{x:?}");
    }
}
