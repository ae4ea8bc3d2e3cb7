//! The filter along a contract's prints.

use super::Point;
use super::kalman::Gaussian;
use super::model::{Model, fair};
use super::prints::{Batch, Prints};
use super::switching::Prediction;
use crate::math::{ln, max};

/// The least probability that a print is scored with: nothing is impossible.
const LEAST_PROBABILITY: f64 = 1e-12;

/// Where the filter is in a contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runner {
    state: Gaussian,
    fair: f64,
    started: bool,
}

impl Runner {
    /// Returns the filter before the first print.
    pub(crate) fn new(model: &Model) -> Self {
        let state = model.before_first();
        Self { state, fair: fair(state), started: false }
    }

    /// Returns the fair price.
    pub(crate) const fn fair(&self) -> f64 {
        self.fair
    }

    /// Takes in a batch; `each` is told of every print its place in the tape, what was predicted of it before the batch
    /// and after the prints of the batch before it, and the posterior weights.
    #[inline(always)]
    fn take(
        &mut self,
        model: &Model,
        prints: &Prints,
        batch: &Batch,
        mut each: impl FnMut(usize, &Prediction, &Prediction, [f64; 3]),
    ) -> Before {
        let mut jumped = 0.0;
        let mut before = Before { fair: self.fair, sd: 0.0, sigma_b: 0.0 };
        if self.started {
            (self.state, before.sigma_b) = model.ahead(self.state, batch);
            jumped = model.jumped(batch.hours);
        } else {
            before.sigma_b = model.belief_volatility(self.state.mean, batch.left);
            self.started = true;
        }
        before.sd = self.state.variance.sqrt();
        let initial = self.state;
        let first_jumped = jumped;
        for place in batch.first..batch.end {
            let print = &prints.prints[place];
            let prediction = model.predict(self.state, print, jumped);
            let update = prediction.update(print.log_odds);
            if place == batch.first {
                each(place, &prediction, &prediction, update.weights);
            } else {
                each(place, &model.predict(initial, print, first_jumped), &prediction, update.weights);
            }
            self.state = update.state;
            jumped = 0.0;
        }
        self.fair = fair(self.state);
        before
    }

    /// Takes in a batch and appends what was believed at its prints.
    pub(crate) fn record(&mut self, model: &Model, prints: &Prints, batch: &Batch, points: &mut Vec<Point>) {
        let first = points.len();
        let before = self.take(model, prints, batch, |place, before, prediction, weights| {
            let print = &prints.prints[place];
            let seen = before.observation();
            let below = prediction.cdf(print.low);
            points.push(Point {
                fair_before: 0.0,
                sd_before: 0.0,
                fair_after: 0.0,
                sd_after: 0.0,
                weights,
                z: (print.log_odds - seen.mean) / seen.variance.sqrt(),
                pit: below + within_tick(place) * (prediction.cdf(print.high) - below),
                sigma_b: 0.0,
            });
        });
        let sd_after = self.state.variance.sqrt();
        for point in &mut points[first..] {
            (point.fair_before, point.sd_before) = (before.fair, before.sd);
            (point.fair_after, point.sd_after) = (self.fair, sd_after);
            point.sigma_b = before.sigma_b;
        }
    }

    /// Takes in a batch and returns the logarithm of the probability of its printed ticks.
    pub(crate) fn score(&mut self, model: &Model, prints: &Prints, batch: &Batch) -> f64 {
        let mut sum = 0.0;
        self.take(model, prints, batch, |place, _, prediction, _| {
            let print = &prints.prints[place];
            let probability = prediction.cdf(print.high) - prediction.cdf(print.low);
            sum += ln(max(probability, LEAST_PROBABILITY));
        });
        sum
    }
}

/// What was believed before a batch.
struct Before {
    fair: f64,
    sd: f64,
    sigma_b: f64,
}

/// Returns a number in (0, 1) for the print at `place`: where within its tick the unrounded price is taken to be, so
/// that the transform of a discrete price can be uniform.
fn within_tick(place: usize) -> f64 {
    // The mixing of SplitMix64: neighbours are unrelated, so that none of it shows in the transform's correlations.
    let mut z = (place as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}
