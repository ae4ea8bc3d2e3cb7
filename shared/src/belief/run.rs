//! The filter along a contract's prints.

use serde::{Deserialize, Serialize};

use super::experts::{NEAR, reach};
use super::kalman::Gaussian;
use super::model::{BEFORE_FIRST, Jumps, Model, fair};
use super::prints::{Batch, Prints, Sight};
use super::switching::{Prediction, Update};
use super::{Belief, Point, logit, sigmoid};
use crate::math::{ln, max, min};

/// The least probability that a print is scored with: nothing is impossible.
const LEAST_PROBABILITY: f64 = 1e-12;

/// What was believed around a batch.
pub(crate) struct Taken {
    /// The state just before it.
    pub(crate) before: Gaussian,
    pub(crate) sigma_b: f64,
    pub(crate) jumps: Jumps,
    /// What was said of all its prints as one.
    pub(crate) prediction: Prediction,
    /// Of diffusion, stray print and jump.
    pub(crate) weights: [f64; 3],
}

/// Returns the standardised innovation.
#[inline]
pub(crate) fn surprise(prediction: &Prediction, print: &Sight) -> f64 {
    let seen = prediction.observation();
    (print.log_odds - seen.mean) / seen.variance.sqrt()
}

/// Where the filter is in a contract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Runner {
    state: Gaussian,
    /// What was paid in the last two instants, dollars; `None` before the first.
    prices: Option<[f64; 2]>,
}

impl Runner {
    /// Returns the filter before the first print.
    pub(crate) const fn new() -> Self {
        Self { state: BEFORE_FIRST, prices: None }
    }

    /// Returns what was paid in the last two instants, dollars; `None` before the first.
    pub(crate) const fn prices(&self) -> Option<[f64; 2]> {
        self.prices
    }

    /// Returns where it is.
    pub(crate) const fn state(&self) -> Gaussian {
        self.state
    }

    /// Returns what is said of `batch` before it, and the belief volatility in force.
    #[inline(always)]
    fn ahead(&self, model: &Model, batch: &Batch) -> (Gaussian, f64, Jumps) {
        if self.prices.is_some() {
            let (state, sigma_b) = model.ahead(self.state, batch);
            (state, sigma_b, model.jumps(state, batch.hours))
        } else {
            // No jump can have been before the first print.
            (self.state, model.belief_volatility(self.state.mean, batch.left), Jumps::NONE)
        }
    }

    /// Returns the log-odds of what the price of `print` counts as: no more than it may move the belief.
    #[inline(always)]
    fn counted(&self, print: &Sight) -> f64 {
        let Some([_, last]) = self.prices else { return print.log_odds };
        let p = sigmoid(self.state.mean);
        let (away, reach) = (print.price - p, reach(print, p, last));
        if away > reach {
            logit(p + reach)
        } else if away < -reach {
            logit(p - reach)
        } else {
            print.log_odds
        }
    }

    /// Goes where `update` says. What is called stray again and again isn't: the belief is not far from what was paid in
    /// three instants.
    #[inline(always)]
    fn follow(&mut self, update: &Update, print: &Sight) {
        let [second, last] = self.prices.unwrap_or([print.price; 2]);
        (self.state, self.prices) = (update.state, Some([last, print.price]));
        let [_, stray, ..] = update.weights;
        if stray > 0.5 {
            let p = sigmoid(self.state.mean);
            let low = min(second, min(last, print.price)) - NEAR;
            let high = max(second, max(last, print.price)) + NEAR;
            if p < low || p > high {
                self.state.mean = logit(min(max(p, low), high));
            }
        }
    }

    /// Takes in a batch and returns what was believed around it.
    #[inline(always)]
    pub(crate) fn take(&mut self, model: &Model, batch: &Batch) -> Taken {
        let (before, sigma_b, jumps) = self.ahead(model, batch);
        let prediction = model.predict(before, &batch.sight, &jumps);
        let update = prediction.update(self.counted(&batch.sight));
        self.follow(&update, &batch.sight);
        let [diffusion, stray, jump, leap] = update.weights;
        let weights = [diffusion, stray, jump + leap];
        Taken { before, sigma_b, jumps, prediction, weights }
    }

    /// Returns the fair price that the filter says.
    #[inline]
    pub(crate) fn fair(&self) -> f64 {
        fair(self.state)
    }

    /// Returns the standard deviation of the log-odds.
    pub(crate) fn sd(&self) -> f64 {
        self.state.variance.sqrt()
    }

    /// Takes in a batch and returns the logarithm of the probability of the tick that it printed.
    pub(crate) fn score(&mut self, model: &Model, batch: &Batch) -> f64 {
        let (state, _, jumps) = self.ahead(model, batch);
        let prediction = model.predict(state, &batch.sight, &jumps);
        let [below, up_to] = prediction.cdf_of_two([batch.sight.low, batch.sight.high]);
        self.follow(&prediction.update(self.counted(&batch.sight)), &batch.sight);
        ln(max(up_to - below, LEAST_PROBABILITY))
    }
}

impl Taken {
    /// Returns the probabilities, before it, of a price below that of `batch`, as one, and of one no higher.
    #[inline(always)]
    pub(crate) fn said(&self, batch: &Batch) -> [f64; 2] {
        self.prediction.cdf_of_two([batch.sight.low, batch.sight.high])
    }

    /// Appends what was believed at the prints of `batch`, of which as one it was `said` so much, and whose fair price was
    /// `fair_before` and is as in `after`; probabilities are mapped to what is `told`.
    pub(crate) fn record(
        &self,
        model: &Model,
        (prints, batch): (&Prints, &Batch),
        said: [f64; 2],
        (fair_before, after): (f64, &Belief),
        told: impl Fn([f64; 2]) -> [f64; 2],
        points: &mut Vec<Point>,
    ) {
        let sd_before = self.before.variance.sqrt();
        for place in batch.first..batch.end {
            let said = if batch.end - batch.first == 1 {
                said
            } else {
                let sight = Sight::of(&prints.prints[place..=place]);
                model.predict(self.before, &sight, &self.jumps).cdf_of_two([sight.low, sight.high])
            };
            let [below, up_to] = told(said);
            points.push(Point {
                fair_before,
                sd_before,
                fair_after: after.fair,
                sd_after: after.sd,
                weights: self.weights,
                z: after.z,
                pit: transform([below, up_to], place),
                probability: up_to - below,
                sigma_b: self.sigma_b,
            });
        }
    }
}

/// Returns where a print at `place` lay between these probabilities of a price below its own and of one no higher.
#[inline]
pub(crate) fn transform([below, up_to]: [f64; 2], place: usize) -> f64 {
    below + within_tick(place) * (up_to - below)
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
