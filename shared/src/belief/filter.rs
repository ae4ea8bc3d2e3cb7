//! The filter of one contract as prints come in.

use super::bounce::Average;
use super::model::Model;
use super::prints::{Batch, hours_between, hours_left};
use super::run::{Runner, surprise};
use crate::market::Trade;
use crate::units::Timestamp;

/// What is believed of a contract after the prints of an instant, and how they surprised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// The fair YES price in dollars, corrected for bounce.
    pub fair: f64,
    /// The standard deviation of the log-odds.
    pub sd: f64,
    /// The belief volatility that was in force, log-odds per square root of a year.
    pub sigma_b: f64,
    /// The standardised innovation of the prints as one.
    pub z: f64,
    /// The posterior weights of diffusion, stray print and jump, of any size; they sum to one.
    pub weights: [f64; 3],
}

/// A filter that follows one contract with a given model. Its state is a few numbers, and a print takes no allocation.
#[derive(Debug, Clone)]
pub struct Filter {
    model: Model,
    bounce: f64,
    settles: Option<Timestamp>,
    runner: Runner,
    average: Average,
    last: Option<Timestamp>,
}

impl Filter {
    /// Returns the filter before the first print of a contract that settles at `settles`, half a month after each print
    /// where that is unknown. `bounce`, from 0 to 1, is the weight of the moving average in the fair value.
    pub fn new(model: Model, bounce: f64, settles: Option<Timestamp>) -> Self {
        let runner = Runner::new(&model);
        Self { model, bounce, settles, runner, average: Average::new(), last: None }
    }

    /// Takes in the prints of one instant, which are not before those of the last; `None` if there are none.
    pub fn take(&mut self, trades: &[Trade]) -> Option<Belief> {
        let at = trades.first()?.at;
        let hours = self.last.map_or(0.0, |last| hours_between(last, at));
        let first = usize::from(self.last.is_some());
        let batch = Batch::seen(at, hours, hours_left(self.settles, at), first, trades);
        self.last = Some(at);
        let taken = self.runner.take(&self.model, &batch);
        let filtered = self.runner.fair();
        let average = self.average.follow(&batch);
        Some(Belief {
            fair: filtered + self.bounce * (average - filtered),
            sd: self.runner.sd(),
            sigma_b: taken.sigma_b,
            z: surprise(&taken.prediction, &batch.sight),
            weights: taken.weights,
        })
    }
}
