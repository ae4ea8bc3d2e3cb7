//! The filter along a contract's prints.

use super::Point;
use super::kalman::Gaussian;
use super::model::{Jumps, Model, fair};
use super::prints::{Batch, Prints};
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

    /// Returns what is said of `batch` before it, and the belief volatility in force.
    #[inline(always)]
    fn ahead(&self, model: &Model, batch: &Batch) -> (Gaussian, f64, Jumps) {
        if self.started {
            let (state, sigma_b) = model.ahead(self.state, batch);
            (state, sigma_b, model.jumps(state, batch.hours))
        } else {
            // No jump can have been before the first print.
            (self.state, model.belief_volatility(self.state.mean, batch.left), Jumps::NONE)
        }
    }

    #[inline(always)]
    fn follow(&mut self, state: Gaussian) {
        self.state = state;
        self.fair = fair(state);
        self.started = true;
    }

    /// Takes in a batch and appends what was believed at its prints.
    pub(crate) fn record(&mut self, model: &Model, prints: &Prints, batch: &Batch, points: &mut Vec<Point>) {
        let (state, sigma_b, jumps) = self.ahead(model, batch);
        let fair_before = self.fair;
        let update = model.predict(state, &batch.sight, &jumps).update(batch.sight.log_odds);
        let [diffusion, stray, jump, leap] = update.weights;
        self.follow(update.state);
        for place in batch.first..batch.end {
            let print = &prints.prints[place];
            let prediction = model.predict(state, print, &jumps);
            let seen = prediction.observation();
            let below = prediction.cdf(print.low);
            points.push(Point {
                fair_before,
                sd_before: state.variance.sqrt(),
                fair_after: self.fair,
                sd_after: update.state.variance.sqrt(),
                weights: [diffusion, stray, jump + leap],
                z: (print.log_odds - seen.mean) / seen.variance.sqrt(),
                pit: below + within_tick(place) * (prediction.cdf(print.high) - below),
                sigma_b,
            });
        }
    }

    /// Takes in a batch and returns the logarithm of the probability of the tick that it printed.
    pub(crate) fn score(&mut self, model: &Model, batch: &Batch) -> f64 {
        let (state, _, jumps) = self.ahead(model, batch);
        let prediction = model.predict(state, &batch.sight, &jumps);
        let probability = prediction.cdf(batch.sight.high) - prediction.cdf(batch.sight.low);
        self.follow(prediction.update(batch.sight.log_odds).state);
        ln(max(probability, LEAST_PROBABILITY))
    }
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
