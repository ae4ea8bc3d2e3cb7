//! How good a fair value was: what a while later was paid on average, and how the prints lay in their predictions.

use super::Track;
use super::forward::forward_means;
use super::prints::{Batch, Prints};
use crate::market::Tape;
use crate::math::{ln, max, min, normal};

/// The weight of the newest print in the moving average that a fair value must not lose to.
pub const AVERAGE_WEIGHT: f64 = 0.2;

/// The sums of squared misses of the mean price from 15 minutes to an hour after a print, square dollars.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ForwardMisses {
    /// How many prints have such a mean.
    pub count: usize,
    /// Of the fair value after the print.
    pub fair: f64,
    /// Of the exponential moving average of prices with [`AVERAGE_WEIGHT`].
    pub average: f64,
    /// Of the print's price.
    pub last: f64,
}

impl ForwardMisses {
    /// Returns the root mean squares of the fair value, the average and the last print, in dollars; NaN without a print.
    pub fn root_mean_squares(&self) -> [f64; 3] {
        [self.fair, self.average, self.last].map(|sum| (sum / self.count as f64).sqrt())
    }

    /// Returns both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            fair: self.fair + other.fair,
            average: self.average + other.average,
            last: self.last + other.last,
        }
    }
}

/// Returns for each print of `tape` the mean price of those later than 15 minutes after it and at most an hour; NaN where
/// there are none.
pub fn forward_prices(tape: &Tape) -> Vec<f64> {
    let prints = Prints::of(tape);
    let of_batch = |(batch, mean): (&Batch, f64)| core::iter::repeat_n(mean, batch.end - batch.first);
    prints.batches.iter().zip(forward_means(&prints)).flat_map(of_batch).collect()
}

/// Returns how far the fair values of `track` were from what was paid later, print by print of `tape`.
pub fn forward_misses(tape: &Tape, track: &Track) -> Vec<ForwardMisses> {
    let prints = Prints::of(tape);
    let forward = forward_means(&prints);
    let mut misses = Vec::with_capacity(track.points.len());
    let mut average = tape.trades()[0].price.to_dollars();
    for (batch, forward) in prints.batches.iter().zip(forward) {
        for (print, point) in prints.of_batch(batch).iter().zip(&track.points[batch.first..]) {
            let price = print.price().to_dollars();
            average += AVERAGE_WEIGHT * (price - average);
            let square = |value: f64| (value - forward) * (value - forward);
            misses.push(if forward.is_nan() {
                ForwardMisses::default()
            } else {
                ForwardMisses {
                    count: 1,
                    fair: square(point.fair_after),
                    average: square(average),
                    last: square(price),
                }
            });
        }
    }
    misses
}

/// Returns the greatest distance of the distribution of `values` from the uniform one on (0, 1), Kolmogorov and Smirnov's;
/// NaN without a value.
pub fn distance_from_uniform(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let mut greatest = if sorted.is_empty() { f64::NAN } else { 0.0 };
    for (place, value) in sorted.iter().enumerate() {
        let below = place as f64 / count;
        greatest = max(greatest, max(value - below, below + 1.0 / count - value));
    }
    greatest
}

/// Returns Ljung and Box's (1978) statistic of the normal quantiles of `values`, which are uniform if they are calibrated:
/// chi-squared with `lags` degrees of freedom if they are independent too.
pub fn ljung_box(values: &[f64], lags: usize) -> f64 {
    let normals: Vec<f64> =
        values.iter().map(|u| normal::quantile(min(max(*u, 1e-12), 1.0 - 1e-12)).unwrap_or(0.0)).collect();
    let count = normals.len() as f64;
    let mean = normals.iter().sum::<f64>() / count;
    let variance: f64 = normals.iter().map(|x| (x - mean) * (x - mean)).sum();
    let mut sum = 0.0;
    for lag in 1..=lags.min(normals.len().saturating_sub(1)) {
        let products = normals[lag..].iter().zip(&normals).map(|(a, b)| (a - mean) * (b - mean));
        let correlation = products.sum::<f64>() / variance;
        sum += correlation * correlation / (count - lag as f64);
    }
    count * (count + 2.0) * sum
}

/// The least probability that a print is scored with: nothing is impossible.
const LEAST_PROBABILITY: f64 = 1e-12;

/// How a contract's prints lay in their predictions. Those of the first instant are predicted by nothing, and left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forecasts {
    /// The probability integral transforms, print by print.
    pub transforms: Vec<f64>,
    /// The transforms of the first print of each instant: the fills of one sweep were predicted together.
    pub of_instants: Vec<f64>,
    /// The sum of the logarithms of the probabilities of the ticks printed.
    pub log_score: f64,
}

impl Forecasts {
    /// Returns the forecasts of the prints of `tape` along its `track`.
    pub fn of(tape: &Tape, track: &Track) -> Self {
        let mut all = Self::default();
        let mut place = 0;
        for trades in tape.batches() {
            for (k, point) in track.points.iter().skip(place).take(trades.len()).enumerate() {
                if place == 0 {
                    continue;
                }
                all.transforms.push(point.pit);
                if k == 0 {
                    all.of_instants.push(point.pit);
                }
                all.log_score += ln(max(point.probability, LEAST_PROBABILITY));
            }
            place += trades.len();
        }
        all
    }

    /// Adds those of another contract.
    pub fn add(&mut self, other: &Self) {
        self.transforms.extend(&other.transforms);
        self.of_instants.extend(&other.of_instants);
        self.log_score += other.log_score;
    }

    /// Returns the mean logarithm of the probability of the tick printed; NaN without a print.
    pub fn mean_log_score(&self) -> f64 {
        self.log_score / self.transforms.len() as f64
    }
}

/// Returns the distance from uniform that independent uniform values exceed in one sample of twenty, for many values.
pub fn critical_distance(count: usize) -> f64 {
    1.358 / (count as f64).sqrt()
}

/// What [`ljung_box`] with ten lags exceeds in one sample of twenty if values are independent.
pub const CRITICAL_LJUNG_BOX_10: f64 = 18.307;
