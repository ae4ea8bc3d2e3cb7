//! One contract that is followed: what is kept of its prints, and what is believed of it.

use serde::{Deserialize, Serialize};

use super::experts::{Design, EXPERTS, Experts, Learning, Losses, Said};
use super::forward::Window;
use super::kalman::Gaussian;
use super::legacy::{Level, LevelParameters};
use super::model::Model;
use super::prints::{Batch, Prints};
use super::recalibration::Recalibration;
use super::run::{Runner, surprise, transform};
use super::{Belief, Point};
use crate::market::{Ticker, Trade, TradeId};
use crate::units::Timestamp;

/// What a filter goes by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learned {
    pub(crate) model: Model,
    /// The same of the local level.
    pub(crate) level: LevelParameters,
}

impl Learned {
    /// Returns what holds before anything was learned.
    pub(crate) const fn nothing() -> Self {
        Self { model: Model::prior(), level: LevelParameters::first() }
    }
}

/// Where a filter is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum State {
    Switching(Runner),
    Legacy(Level),
}

impl State {
    /// Returns where the filter is, as a Gaussian; `None` if it has not begun.
    pub(crate) const fn gaussian(&self) -> Option<Gaussian> {
        match self {
            Self::Switching(runner) => Some(runner.state()),
            Self::Legacy(level) => level.state(),
        }
    }
}

/// A contract that is followed.
#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) ticker: Ticker,
    /// Its event's place.
    pub(crate) event: usize,
    pub(crate) prints: Prints,
    /// The ids of the trades of the last instant that have one, and where among the prints each is.
    pub(crate) ids: Vec<(TradeId, usize)>,
    pub(crate) state: State,
    /// The fair price after the last batch.
    pub(crate) fair: f64,
    pub(crate) experts: Experts,
    /// The experts' weights until the next end of a day, and what they have lost by the last.
    pub(crate) weights: [f64; EXPERTS],
    pub(crate) losses: Losses,
    /// What they said after the last batches, whose hours had not passed by then.
    pub(crate) open: Vec<Said>,
    /// What was paid after the batches before those.
    pub(crate) window: Window,
    /// Where its prints lay in what the filter said of them.
    pub(crate) recalibration: Recalibration,
}

impl Contract {
    /// Returns a contract without a print.
    pub(crate) fn new(ticker: Ticker, event: usize, state: State, weights: [f64; EXPERTS]) -> Self {
        Self {
            ticker,
            event,
            prints: Prints::default(),
            ids: Vec::new(),
            state,
            // Even odds.
            fair: 0.5,
            experts: Experts::default(),
            weights,
            losses: Losses::default(),
            open: Vec::new(),
            window: Window::default(),
            recalibration: Recalibration::default(),
        }
    }

    /// Returns when the last batch was.
    pub(crate) fn last(&self) -> Option<Timestamp> {
        self.prints.batches.last().map(|batch| batch.at)
    }

    /// Returns whether a trade was taken in with the last instant, as one can be that is told in parts.
    #[inline]
    pub(crate) fn has_taken(&self, trade: &Trade) -> bool {
        let is_it = |(id, place): &(TradeId, usize)| {
            let of = self.prints.prints.get(*place);
            Some(*id) == trade.id && of.is_some_and(|of| (of.price(), of.count) == (trade.price, trade.count))
        };
        self.last() == Some(trade.instant()) && self.ids.iter().any(is_it)
    }

    /// Takes in what was kept last, and appends what was believed at each of its prints where that is wanted.
    #[inline]
    pub(crate) fn take(
        &mut self,
        learned: &Learned,
        design: &Design,
        batch: &Batch,
        points: Option<&mut Vec<Point>>,
    ) -> Belief {
        match &mut self.state {
            State::Switching(runner) => {
                let taken = runner.take(&learned.model, batch);
                let (said, fair) =
                    self.experts.follow(design, batch, runner.fair(), self.fair, &self.weights);
                self.open.push(said);
                let belief = Belief {
                    fair,
                    sd: runner.sd(),
                    sigma_b: taken.sigma_b,
                    z: surprise(&taken.prediction, &batch.sight),
                    weights: taken.weights,
                };
                let said = taken.said(batch);
                if let Some(points) = points {
                    let told = |of| self.recalibration.map(design, of);
                    taken.record(
                        &learned.model,
                        (&self.prints, batch),
                        said,
                        (self.fair, &belief),
                        told,
                        points,
                    );
                }
                // The first prints are predicted by nothing.
                if batch.first > 0 {
                    self.recalibration.learn(design, transform(said, batch.first));
                }
                self.fair = belief.fair;
                belief
            }
            State::Legacy(level) => level.follow(&learned.level, self.prints.of_batch(batch), points),
        }
    }

    /// Returns it with nothing of its past but what the next instant is filtered with.
    pub(crate) fn aside(&self) -> Self {
        let prints = self.prints.last_instant();
        let (ids, open) = (Vec::new(), Vec::new());
        Self { ticker: self.ticker.clone(), prints, ids, open, ..*self }
    }

    /// Keeps the trades of one instant of a contract that settles at `settles`, and returns them as one.
    pub(crate) fn keep(&mut self, at: Timestamp, settles: Option<Timestamp>, trades: &[Trade]) -> Batch {
        if self.last() != Some(at) {
            self.ids.clear();
        }
        for (place, trade) in (self.prints.prints.len()..).zip(trades) {
            self.ids.extend(trade.id.map(|id| (id, place)));
        }
        self.prints.take(at, settles, trades)
    }

    /// Returns the day since `start` by whose end the next batch's hour will have passed.
    pub(crate) fn next_closing(&self, start: Timestamp) -> Option<i64> {
        let next = self.prints.batches.len().checked_sub(self.open.len())?;
        Learning::closed_on(start, self.prints.batches.get(next)?.at)
    }

    /// Adds to the losses, and to those `of_day`, what was lost in the hours that had passed by the end of `day`.
    pub(crate) fn close(&mut self, design: &Design, start: Timestamp, day: i64, of_day: &mut Losses) {
        let batches = &self.prints.batches;
        let first = batches.len().saturating_sub(self.open.len());
        let closed = batches[first..]
            .iter()
            .take_while(|batch| Learning::closed_on(start, batch.at).is_some_and(|on| on <= day));
        let mut done = 0;
        for (batch, said) in closed.zip(&self.open) {
            let mean = self.window.mean_after(batch.at, &self.prints);
            if !mean.is_nan() {
                self.losses.add(design, said, mean);
                of_day.add(design, said, mean);
            }
            done += 1;
        }
        self.open.drain(..done);
    }
}
