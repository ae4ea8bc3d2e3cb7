//! What charts of a backtest are made of: points, each an x in microseconds followed by its y.

use super::prepared::Prepared;
use super::run_result::RunResult;
use crate::belief::{logit, sigmoid};
use crate::quoting::Quote;
use crate::units::Cash;

/// How many standard deviations of the log-odds a band reaches to either side: 95 % of a normal distribution.
const REACH: f64 = 1.96;

/// Half of a bundle of columns must be kept by each model of an equity view.
const LEAST_COLUMNS: usize = 1;

/// What was printed and believed of one contract. Prices are in dollars.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BeliefView {
    /// The prints.
    pub prints: Vec<f64>,
    /// The fair price after each batch.
    pub fair: Vec<f64>,
    /// The fair price's 95 % band: of each batch two points of one x, the lower first.
    pub band: Vec<f64>,
}

/// What was quoted and traded in one contract. Prices are in dollars, positions in contracts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuoteView {
    /// The bid, point by point where it changes; not a number where there is none.
    pub bid: Vec<f64>,
    /// The offer alike.
    pub ask: Vec<f64>,
    /// Our purchases: time and price.
    pub bought: Vec<f64>,
    /// Our sales: time and price.
    pub sold: Vec<f64>,
    /// The position after each fill, from zero at the first print on.
    pub position: Vec<f64>,
    /// The places of the contract's fills in the result's series.
    pub fills: Vec<f64>,
}

impl Prepared {
    /// Returns what was printed and believed of the contract at `place`.
    pub fn belief_view(&self, place: usize) -> BeliefView {
        let mut view = BeliefView::default();
        for (at, (batch, belief)) in self.batches.iter().zip(self.beliefs()).enumerate() {
            if batch.contract as usize != place {
                continue;
            }
            let x = batch.at as f64;
            for print in &self.prints[self.prints_of(at)] {
                view.prints.extend([x, print.price.to_dollars()]);
            }
            let centre = logit(belief.fair);
            view.fair.extend([x, belief.fair]);
            view.band.extend([
                x,
                sigmoid(centre - REACH * belief.sd),
                x,
                sigmoid(centre + REACH * belief.sd),
            ]);
        }
        view
    }

    /// Returns what the contract at `place` was believed to be worth just before each instant of its prints.
    pub fn fair_before_view(&self, place: usize) -> Vec<f64> {
        let own = self.batches.iter().filter(|batch| batch.contract as usize == place);
        own.flat_map(|batch| [batch.at as f64, batch.before.to_dollars()]).collect()
    }

    /// Returns what `outcome`, which has its series, did in the contract at `place`.
    pub fn quote_view(&self, outcome: &RunResult, place: usize) -> QuoteView {
        let mut view = QuoteView::default();
        for decision in outcome.series.decisions.iter().filter(|d| d.contract as usize == place) {
            let x = decision.at as f64;
            append(&mut view.bid, x, decision.quotes.bid);
            append(&mut view.ask, x, decision.quotes.ask);
        }
        if let Some(first) = self.batches.iter().find(|batch| batch.contract as usize == place) {
            view.position.extend([first.at as f64, 0.0]);
        }
        for (at, fill) in outcome.series.fills.iter().enumerate() {
            if fill.contract as usize != place {
                continue;
            }
            let x = fill.at as f64;
            let side = if fill.is_bought() { &mut view.bought } else { &mut view.sold };
            side.extend([x, fill.price.to_dollars()]);
            view.position.extend([x, fill.position.contracts()]);
            view.fills.push(at as f64);
        }
        view
    }

    /// Returns the equity of each of `outcomes`, which have their series, in dollars, at the same instants, at most some
    /// `columns` times sixteen of them: of each column of time the first, the last, and every result's extremes.
    pub fn equity_view(&self, outcomes: &[RunResult], columns: usize) -> Vec<Vec<f64>> {
        let places = self.telling_places(outcomes, columns.max(LEAST_COLUMNS));
        let point = |outcome: &RunResult, place: usize| {
            let equity = outcome.series.equity.get(place).copied().unwrap_or(Cash::ZERO);
            [self.batches[place].at as f64, equity.to_dollars()]
        };
        outcomes
            .iter()
            .map(|outcome| places.iter().flat_map(|&place| point(outcome, place)).collect())
            .collect()
    }

    fn telling_places(&self, outcomes: &[RunResult], columns: usize) -> Vec<usize> {
        let (Some(first), Some(last)) = (self.batches.first(), self.batches.last()) else {
            return Vec::new();
        };
        let span = (last.at - first.at).max(1) as f64;
        let column =
            |place: usize| ((self.batches[place].at - first.at) as f64 / span * columns as f64) as usize;
        let mut places = Vec::new();
        let mut start = 0;
        while start < self.batches.len() {
            let mut end = start + 1;
            while end < self.batches.len() && column(end) == column(start) {
                end += 1;
            }
            let from = places.len();
            places.extend([start, end - 1]);
            for outcome in outcomes {
                let equity = outcome.series.equity.get(start..end).unwrap_or_default();
                let (mut low, mut high) = (0, 0);
                for (i, value) in equity.iter().enumerate() {
                    if *value < equity[low] {
                        low = i;
                    }
                    if *value > equity[high] {
                        high = i;
                    }
                }
                places.extend([start + low, start + high]);
            }
            // Few enough that the simplest sort is the lightest.
            for i in from + 1..places.len() {
                let mut j = i;
                while j > from && places[j - 1] > places[j] {
                    places.swap(j - 1, j);
                    j -= 1;
                }
            }
            start = end;
        }
        places.dedup();
        places
    }
}

fn append(points: &mut Vec<f64>, x: f64, quote: Option<Quote>) {
    let y = quote.map_or(f64::NAN, |quote| quote.price.to_dollars());
    let same = points.last().is_some_and(|last| *last == y || last.is_nan() && y.is_nan());
    if !same {
        points.extend([x, y]);
    }
}
