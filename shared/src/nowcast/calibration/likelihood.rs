//! The likelihood of an artist's days, its maximum, and how sure that is.

use crate::math::{exp, ln, max, min};
use crate::pieces::Pace;

/// How many parameters there are, and where each is: the growth's constant and its slope on velocity; the logarithms of the
/// volatility and of the jumps' probability, each at a low and at a high velocity; and that of a jump's size.
const N: usize = 7;
const ALPHA: usize = 0;
pub(super) const BETA: usize = 1;
pub(super) const SIGMA: usize = 2;
pub(super) const JUMPS: usize = 4;
const SIZE: usize = 6;
/// At the low velocity, and at the high one.
pub(super) const LOW: usize = 0;
pub(super) const HIGH: usize = 1;

/// What is believed of the jumps before anything was seen, as the logarithms' mean and precision: about twelve a year, by
/// two percent or so, each give or take a factor of three. So the likelihood has a maximum where there was no jump.
const PRIOR: [(f64, f64); N] =
    [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (-3.4, 1.0), (-3.4, 1.0), (-4.0, 1.0)];

/// Beyond the two velocities, a line from one to the other goes no lower than this share of the lower end.
const FLOOR: f64 = 0.2;
/// No day is more likely a jump than not.
const MOST_JUMPS: f64 = 0.5;

const ITERATIONS: usize = 60;
/// An iteration that would gain less than this in the logarithm of the likelihood is the last.
const TOLERANCE: f64 = 1e-4;
/// Days this far apart may still depend on each other: a fortnight.
const LAGS: usize = 14;
/// The step of a difference, in a parameter's own unit: growth is of a thousandth a day, the rest are logarithms.
const STEPS: [f64; N] = [1e-6, 1e-6, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4];

/// What a day brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The growth that was not expected.
    pub(super) growth: f64,
    /// The part of velocity, and of one, that what was expected has not taken up.
    pub(super) by_velocity: f64,
    pub(super) constant: f64,
    /// The velocity of the day before.
    pub(super) velocity: f64,
    /// By what factor the day's events widen it.
    pub(super) impact: f64,
}

type Vector = [f64; N];
type Matrix = [Vector; N];

/// Where the likelihood is greatest, and two covariances of that: by the curvature alone, and by how the days' own slopes
/// vary, together over a fortnight (the sandwich of White, Econometrica 50, 1982, with the weights of Newey and West,
/// Econometrica 55, 1987).
pub(super) struct Found {
    pub(super) at: Vector,
    covariances: [Matrix; 2],
}

impl Found {
    /// Returns the standard error of a number whose slopes on the parameters are given: the larger by the two covariances.
    pub(super) fn error(&self, slopes: &[(usize, f64)]) -> f64 {
        let by = |covariance: &Matrix| {
            let mut variance = 0.0;
            for (i, a) in slopes {
                for (j, b) in slopes {
                    variance += a * b * covariance[*i][*j];
                }
            }
            variance
        };
        let [curvature, sandwich] = &self.covariances;
        max(max(by(curvature), by(sandwich)), 0.0).sqrt()
    }
}

/// The parameters as they are used.
struct Law {
    alpha: f64,
    beta: f64,
    sigma: [f64; 2],
    jumps: [f64; 2],
    size: f64,
    /// The low velocity and how far the high one is above it, if they are told apart.
    ends: Option<(f64, f64)>,
}

impl Law {
    fn new(at: &Vector, ends: Option<(f64, f64)>) -> Self {
        Self {
            alpha: at[ALPHA],
            beta: at[BETA],
            sigma: [exp(at[SIGMA]), exp(at[SIGMA + 1])],
            jumps: [exp(at[JUMPS]), exp(at[JUMPS + 1])],
            size: exp(at[SIZE]),
            ends: ends.map(|(low, high)| (low, high - low)),
        }
    }

    /// Returns the value of a line at a velocity, and its slopes on the logarithms of its two ends.
    fn line(&self, [low, high]: [f64; 2], velocity: f64) -> (f64, [f64; 2]) {
        let Some((from, width)) = self.ends else { return (low, [low, 0.0]) };
        let share = (velocity - from) / width;
        let (value, least) = (low + share * (high - low), FLOOR * min(low, high));
        if value > least {
            (value, [(1.0 - share) * low, share * high])
        } else {
            (least, if low < high { [least, 0.0] } else { [0.0, least] })
        }
    }

    /// Returns the logarithm of a day's density, up to a constant, and its slopes.
    fn density(&self, row: &Row) -> (f64, Vector) {
        let error = row.growth - self.alpha * row.constant - self.beta * row.by_velocity;
        let (sd, sd_slopes) = self.line(self.sigma, row.velocity);
        let sd = sd * row.impact;
        let (often, often_slopes) = self.line(self.jumps, row.velocity);
        let (often, is_free) = (min(often, MOST_JUMPS), often < MOST_JUMPS);
        let (calm, wide) = (sd * sd, sd * sd + self.size * self.size);
        let square = error * error;
        let usual = (1.0 - often) / sd * exp(-0.5 * square / calm);
        let jumped = often / wide.sqrt() * exp(-0.5 * square / wide);
        let density = usual + jumped + f64::MIN_POSITIVE;
        let jump = jumped / density;
        // Slopes on the error, and on the two variances.
        let by_error = -error * ((1.0 - jump) / calm + jump / wide);
        let by_calm = (1.0 - jump) * 0.5 * (square / calm - 1.0) / calm;
        let by_wide = jump * 0.5 * (square / wide - 1.0) / wide;
        let by_sd = 2.0 * sd * row.impact * (by_calm + by_wide);
        let by_often = if is_free { jump / often - (1.0 - jump) / (1.0 - often) } else { 0.0 };
        let slopes = [
            -by_error * row.constant,
            -by_error * row.by_velocity,
            by_sd * sd_slopes[LOW],
            by_sd * sd_slopes[HIGH],
            by_often * often_slopes[LOW],
            by_often * often_slopes[HIGH],
            2.0 * self.size * self.size * by_wide,
        ];
        (ln(density), slopes)
    }
}

/// What one pass over the days finds: the logarithm of the likelihood with its prior, its slopes, and the sum of the squares
/// of the days' own slopes.
struct Pass {
    value: f64,
    slopes: Vector,
    squares: Matrix,
}

impl Pass {
    fn new(at: &Vector, ends: Option<(f64, f64)>, rows: &[Row]) -> Self {
        let law = Law::new(at, ends);
        let mut pass = Self { value: 0.0, slopes: [0.0; N], squares: [[0.0; N]; N] };
        for row in rows {
            let (value, slopes) = law.density(row);
            pass.value += value;
            for (sum, slope) in pass.slopes.iter_mut().zip(&slopes) {
                *sum += slope;
            }
            add(&mut pass.squares, 1.0, &slopes, &slopes);
        }
        for ((slope, at), (mean, precision)) in pass.slopes.iter_mut().zip(at).zip(PRIOR) {
            pass.value -= 0.5 * precision * (at - mean) * (at - mean);
            *slope -= precision * (at - mean);
        }
        pass
    }
}

/// Adds a multiple of the product of two vectors.
fn add(to: &mut Matrix, times: f64, a: &Vector, b: &Vector) {
    for (row, a) in to.iter_mut().zip(a) {
        for (entry, b) in row.iter_mut().zip(b) {
            *entry += times * a * b;
        }
    }
}

/// Returns where the likelihood of the days is greatest; `None` where it has no curvature to speak of. A pass over the days
/// is a piece of the work.
///
/// By the method of Berndt, Hall, Hall and Hausman (Annals of Economic and Social Measurement 3, 1974), damped as Levenberg
/// and Marquardt do.
pub(super) async fn maximise(pace: &Pace, rows: &[Row], ends: Option<(f64, f64)>) -> Option<Found> {
    let mut sizes: Vec<f64> = rows.iter().map(|row| row.growth.abs() / row.impact).collect();
    let middle = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    // The median size of a normal is two thirds of its standard deviation.
    let sd = ln(max(1.5 * *median, 1e-7));
    let mut at = PRIOR.map(|(mean, _)| mean);
    (at[SIGMA], at[SIGMA + 1], at[SIZE]) = (sd, sd, sd + ln(6.0));
    let mut here = Pass::new(&at, ends, rows);
    let mut damping = 1e-2;
    for _ in 0..ITERATIONS {
        pace.rest().await;
        let mut matrix = here.squares;
        for (i, (_, precision)) in PRIOR.iter().enumerate() {
            matrix[i][i] += damping * matrix[i][i] + precision + 1e-9;
        }
        let inverse = inverse(&matrix)?;
        let (mut next, mut gain) = (at, 0.0);
        for ((place, to), row) in next.iter_mut().enumerate().zip(&inverse) {
            let step: f64 = row.iter().zip(&here.slopes).map(|(a, b)| a * b).sum();
            gain += step * here.slopes[place];
            *to += if place < SIGMA { step } else { max(min(step, 1.0), -1.0) };
        }
        if gain < TOLERANCE {
            break;
        }
        let there = Pass::new(&next, ends, rows);
        if there.value > here.value {
            (at, here) = (next, there);
            damping *= 0.3;
        } else {
            damping *= 8.0;
            if damping > 1e8 {
                break;
            }
        }
    }
    let mut curvature = [[0.0; N]; N];
    for (place, step) in STEPS.iter().enumerate() {
        pace.rest().await;
        let slopes = |by: f64| {
            let mut moved = at;
            moved[place] += by;
            Pass::new(&moved, ends, rows).slopes
        };
        let (up, down) = (slopes(*step), slopes(-step));
        for (other, (up, down)) in up.iter().zip(&down).enumerate() {
            // Half of each side, as the two differ by rounding.
            let half = -(up - down) / (4.0 * step);
            curvature[place][other] += half;
            curvature[other][place] += half;
        }
    }
    // A parameter of which nothing depends, as velocity's where there is none, is pinned.
    for (place, row) in curvature.iter_mut().enumerate() {
        row[place] += 1e-9;
    }
    let curvature = inverse(&curvature)?;
    pace.rest().await;
    let varies = together(&at, ends, rows);
    let mut sandwich = [[0.0; N]; N];
    for (i, outer) in sandwich.iter_mut().enumerate() {
        for (j, entry) in outer.iter_mut().enumerate() {
            for (k, row) in varies.iter().enumerate() {
                let inner: f64 = row.iter().zip(&curvature[j]).map(|(a, b)| a * b).sum();
                *entry += curvature[i][k] * inner;
            }
        }
    }
    Some(Found { at, covariances: [curvature, sandwich] })
}

/// Returns how the days' slopes vary together, days near each other included.
fn together(at: &Vector, ends: Option<(f64, f64)>, rows: &[Row]) -> Matrix {
    let law = Law::new(at, ends);
    let slopes: Vec<Vector> = rows.iter().map(|row| law.density(row).1).collect();
    let mut sum = [[0.0; N]; N];
    for (t, own) in slopes.iter().enumerate() {
        // All that came before within reach, each with its weight, at once.
        let mut before = *own;
        for (lag, other) in slopes[t.saturating_sub(LAGS)..t].iter().rev().enumerate() {
            let weight = 2.0 * (1.0 - (lag + 1) as f64 / (LAGS + 1) as f64);
            for (to, slope) in before.iter_mut().zip(other) {
                *to += weight * slope;
            }
        }
        add(&mut sum, 0.5, own, &before);
        add(&mut sum, 0.5, &before, own);
    }
    sum
}

/// Returns the inverse of a symmetric matrix by elimination without pivots; `None` unless it is positive definite.
fn inverse(matrix: &Matrix) -> Option<Matrix> {
    let (mut left, mut right) = (*matrix, [[0.0; N]; N]);
    for (place, row) in right.iter_mut().enumerate() {
        row[place] = 1.0;
    }
    for k in 0..N {
        let pivot = left[k][k];
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        for c in 0..N {
            left[k][c] /= pivot;
            right[k][c] /= pivot;
        }
        let (own, own_right) = (left[k], right[k]);
        for r in (0..N).filter(|r| *r != k) {
            let factor = left[r][k];
            for c in 0..N {
                left[r][c] -= factor * own[c];
                right[r][c] -= factor * own_right[c];
            }
        }
    }
    Some(right)
}
