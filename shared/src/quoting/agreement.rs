//! What is believed of an event's contracts, made to add up.

use super::coherence::project;
use super::{Belief, Terms};
use crate::belief::{coherence as sure, logit};
use crate::market::PriceGrid;
use crate::units::Timestamp;

const MICROS_PER_YEAR: f64 = 365.0 * 86_400e6;
/// Beliefs that add up to more than this many times what they may are not of one event: which of them is nearer to the
/// truth can't be told from how certain they are. No recorded event is as far apart.
const MOST_APART: f64 = 3.0;

/// The beliefs in an event's contracts and the probabilities nearest to them of which at most one comes true.
///
/// It depends on nothing but beliefs: who runs many quoters over the same ones keeps one of these and tells them what it
/// finds ([`super::Event::Agreed`]).
#[derive(Debug, Clone)]
pub struct Agreement {
    /// What the listed outcomes may add up to.
    listed: f64,
    fairs: Vec<f64>,
    /// When each was believed, the standard deviation of its log-odds then, and the variance added in a microsecond since.
    at: Vec<Timestamp>,
    sds: Vec<f64>,
    variance_rate: Vec<f64>,
    /// The log-odds and their variance then, the grid's included; not a number until they are needed.
    log_odds: Vec<f64>,
    variance_then: Vec<f64>,
    variances: Vec<f64>,
    grids: Vec<PriceGrid>,
    /// Room for the log-odds that add up.
    projected: Vec<f64>,
    probabilities: Vec<f64>,
}

impl Agreement {
    /// Returns the agreement of contracts of which nothing is believed yet, where an outcome that isn't listed has at
    /// least the probability `other`.
    pub fn new(other: f64, contracts: &[Terms]) -> Self {
        let count = contracts.len();
        Self {
            listed: 1.0 - other,
            fairs: vec![0.0; count],
            log_odds: vec![f64::NEG_INFINITY; count],
            at: vec![Timestamp::MIN; count],
            variance_then: vec![0.0; count],
            sds: vec![0.0; count],
            variance_rate: vec![0.0; count],
            variances: vec![0.0; count],
            grids: contracts.iter().map(|terms| terms.grid.clone()).collect(),
            projected: vec![0.0; count],
            probabilities: vec![0.0; count],
        }
    }

    /// Takes note of what is believed of a contract at `now`, and makes all agree.
    pub fn believe(&mut self, contract: usize, now: Timestamp, belief: &Belief) {
        self.note(contract, now, belief);
        self.add_up(now);
    }

    /// Takes note of a contract of which nothing is believed any more.
    pub(super) fn forget(&mut self, contract: usize, now: Timestamp) {
        self.believe(contract, now, &Belief { fair: 0.0, sd: 0.0, sigma_b: 0.0, z: 0.0, alarm: 0.0 });
    }

    /// Takes note of what is believed of a contract, and of the probabilities that all then come to, found elsewhere.
    pub(super) fn take(&mut self, contract: usize, now: Timestamp, belief: &Belief, agreed: &[f64]) {
        self.note(contract, now, belief);
        self.probabilities.copy_from_slice(agreed);
    }

    /// Returns the probabilities that agree, by contract.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Returns a contract's probability among those that agree.
    #[inline]
    pub(super) fn probability(&self, contract: usize) -> f64 {
        self.probabilities[contract]
    }

    /// Returns a contract's fair value as it is believed by itself.
    #[inline]
    pub(super) fn fair(&self, contract: usize) -> f64 {
        self.fairs[contract]
    }

    fn note(&mut self, contract: usize, now: Timestamp, belief: &Belief) {
        self.fairs[contract] = belief.fair;
        self.at[contract] = now;
        self.sds[contract] = belief.sd;
        self.variance_rate[contract] = belief.sigma_b * belief.sigma_b / MICROS_PER_YEAR;
        self.log_odds[contract] = f64::NAN;
    }

    /// Makes the probabilities add up to at most what is listed, the rest being OTHER's.
    ///
    /// They never grow to add up to it: a contract that has not printed yet, or is not on the tape, is part of OTHER.
    /// Log-odds diffuse while nothing prints, so what was believed longest ago gives way most.
    fn add_up(&mut self, now: Timestamp) {
        let listed = self.listed;
        let sum = self.fairs.iter().fold(0.0, |sum, fair| sum + fair);
        if sum <= listed {
            self.probabilities.copy_from_slice(&self.fairs);
            return;
        }
        if sum > MOST_APART * listed {
            self.shrink_alike(listed / sum);
            return;
        }
        for (i, variance) in self.variances.iter_mut().enumerate() {
            if self.log_odds[i].is_nan() {
                let tick = tick_sd(&self.grids[i], self.fairs[i]);
                self.variance_then[i] = self.sds[i] * self.sds[i] + tick * tick;
                self.log_odds[i] = logit(self.fairs[i]);
            }
            let age = now.micros_since(self.at[i]) as f64;
            *variance = self.variance_then[i] + self.variance_rate[i] * age;
        }
        let found =
            project(&self.log_odds, &self.variances, listed, &mut self.projected, &mut self.probabilities);
        if !found && !self.add_up_surely(listed) {
            // Too certain to give way.
            self.shrink_alike(listed / sum);
        }
    }

    /// Makes the probabilities add up by making all of them smaller alike.
    fn shrink_alike(&mut self, by: f64) {
        for (probability, fair) in self.probabilities.iter_mut().zip(&self.fairs) {
            *probability = fair * by;
        }
    }

    /// Makes the probabilities add up to `listed` where the fast way doesn't, which is rare and may take its time: the
    /// last prints of thin contracts are far from agreeing now and then. Returns whether it could.
    fn add_up_surely(&mut self, listed: f64) -> bool {
        let uncertain: Vec<usize> =
            (0..self.log_odds.len()).filter(|&i| self.log_odds[i].is_finite()).collect();
        let of = |values: &[f64]| uncertain.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        // What is certain has the probability 0 or 1, and keeps it.
        let certain = self.log_odds.iter().filter(|x| **x == f64::INFINITY).count() as f64;
        let left = listed - certain;
        let Ok(agreed) = sure::project(&of(&self.log_odds), &of(&self.variances), 1.0 - left) else {
            return false;
        };
        self.probabilities.copy_from_slice(&self.fairs);
        for (i, probability) in uncertain.into_iter().zip(agreed.probabilities) {
            self.probabilities[i] = probability;
        }
        true
    }
}

/// Returns how uncertain log-odds are for having been seen on a grid: half a step of it at `fair`.
///
/// Hopeless outcomes trade at the lowest price however hopeless they are: ten of them at a cent add up to ten cents that
/// the favourite didn't lose. This is what makes them give way.
fn tick_sd(grid: &PriceGrid, fair: f64) -> f64 {
    let range = grid.ranges().iter().find(|range| range.end.to_dollars() >= fair);
    let half = range.map_or(0.0, |range| 0.5 * range.step.to_dollars());
    let slope = fair * (1.0 - fair);
    if slope > 0.0 { half / slope } else { 0.0 }
}
