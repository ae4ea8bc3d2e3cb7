//! What is believed of an event's contracts, made to add up.

use serde::{Deserialize, Serialize};

use super::{newton, project};
use crate::belief::logit;
use crate::market::PriceGrid;
use crate::units::Timestamp;

const MICROS_PER_YEAR: f64 = 365.0 * 86_400e6;
/// Beliefs that add up to more than this many times what they may are not of one event: which of them is nearer to the
/// truth can't be told from how certain they are. No recorded event is as far apart.
const MOST_APART: f64 = 3.0;

/// The beliefs in an event's contracts and the probabilities nearest to them of which at most one comes true.
///
/// It depends on nothing but beliefs: who runs many strategies over the same ones keeps one of these and tells them what it
/// finds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Agreement {
    /// What the listed outcomes may add up to.
    listed: f64,
    #[serde(with = "crate::bits")]
    fairs: Vec<f64>,
    /// When each was believed, the standard deviation of its log-odds then, and the variance added in a microsecond since.
    at: Vec<Timestamp>,
    #[serde(with = "crate::bits")]
    sds: Vec<f64>,
    #[serde(with = "crate::bits")]
    variance_rate: Vec<f64>,
    /// The log-odds and their variance then, the grid's included; not a number until they are needed.
    #[serde(with = "crate::bits")]
    log_odds: Vec<f64>,
    #[serde(with = "crate::bits")]
    variance_then: Vec<f64>,
    #[serde(with = "crate::bits")]
    variances: Vec<f64>,
    grids: Vec<PriceGrid>,
    /// Room for the log-odds that add up.
    #[serde(with = "crate::bits")]
    projected: Vec<f64>,
    #[serde(with = "crate::bits")]
    probabilities: Vec<f64>,
}

impl Agreement {
    /// Returns the agreement of contracts of which nothing is believed yet, with the prices that each is quoted at, where an
    /// outcome that isn't listed has at least the probability `other`.
    pub fn new<'a>(other: f64, grids: impl IntoIterator<Item = &'a PriceGrid>) -> Self {
        let mut agreement = Self {
            listed: 1.0 - other,
            fairs: Vec::new(),
            at: Vec::new(),
            sds: Vec::new(),
            variance_rate: Vec::new(),
            log_odds: Vec::new(),
            variance_then: Vec::new(),
            variances: Vec::new(),
            grids: Vec::new(),
            projected: Vec::new(),
            probabilities: Vec::new(),
        };
        grids.into_iter().for_each(|grid| agreement.list(grid.clone()));
        agreement
    }

    /// Adds a contract, behind those there are.
    pub fn list(&mut self, grid: PriceGrid) {
        self.fairs.push(0.0);
        self.at.push(Timestamp::MIN);
        self.log_odds.push(f64::NEG_INFINITY);
        self.grids.push(grid);
        for numbers in [
            &mut self.sds,
            &mut self.variance_rate,
            &mut self.variance_then,
            &mut self.variances,
            &mut self.projected,
            &mut self.probabilities,
        ] {
            numbers.push(0.0);
        }
    }

    /// Takes note of what is believed of a contract at `now`, its fair value, the standard deviation of its log-odds and
    /// its belief volatility, and makes all agree.
    pub fn believe(&mut self, contract: usize, now: Timestamp, fair: f64, sd: f64, sigma_b: f64) {
        self.note(contract, now, fair, sd, sigma_b);
        self.agree(now);
    }

    /// Takes note of other prices that a contract is quoted at; they count from the next belief on.
    pub fn set_grid(&mut self, contract: usize, grid: PriceGrid) {
        if let (Some(own), Some(log_odds)) = (self.grids.get_mut(contract), self.log_odds.get_mut(contract)) {
            (*own, *log_odds) = (grid, f64::NAN);
        }
    }

    /// Takes note of a contract of which nothing is believed any more.
    pub fn forget(&mut self, contract: usize, now: Timestamp) {
        self.believe(contract, now, 0.0, 0.0, 0.0);
    }

    /// Takes note of a contract that has settled: it is worth nothing here any more, and the others agree without it from
    /// the next belief on.
    pub fn settle(&mut self, contract: usize, now: Timestamp) {
        self.note(contract, now, 0.0, 0.0, 0.0);
        if let Some(probability) = self.probabilities.get_mut(contract) {
            *probability = 0.0;
        }
    }

    /// Takes note of a belief as [`Agreement::believe`] does, and takes the probabilities that all come to then from who
    /// has found them already.
    #[inline]
    pub fn take(
        &mut self,
        contract: usize,
        now: Timestamp,
        (fair, sd, sigma_b): (f64, f64, f64),
        agreed: &[f64],
    ) {
        self.note(contract, now, fair, sd, sigma_b);
        if agreed.len() == self.probabilities.len() {
            self.probabilities.copy_from_slice(agreed);
        }
    }

    /// Returns how many contracts there are, if all that is known is of as many.
    pub fn contracts(&self) -> Option<usize> {
        let count = self.fairs.len();
        let numbers = [
            &self.sds,
            &self.variance_rate,
            &self.log_odds,
            &self.variance_then,
            &self.variances,
            &self.projected,
            &self.probabilities,
        ];
        let fits = numbers.iter().all(|numbers| numbers.len() == count);
        (fits && self.at.len() == count && self.grids.len() == count).then_some(count)
    }

    /// Returns the probabilities that agree, by contract.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Takes note of what was believed of a contract at `at`, without making all agree.
    pub fn note(&mut self, contract: usize, at: Timestamp, fair: f64, sd: f64, sigma_b: f64) {
        if contract >= self.fairs.len() {
            return;
        }
        self.fairs[contract] = fair;
        self.at[contract] = at;
        self.sds[contract] = sd;
        self.variance_rate[contract] = sigma_b * sigma_b / MICROS_PER_YEAR;
        self.log_odds[contract] = f64::NAN;
    }

    /// Makes the probabilities add up to at most what is listed at `now`, the rest being OTHER's.
    ///
    /// They never grow to add up to it: a contract that has not printed yet, or is not on the tape, is part of OTHER.
    /// Log-odds diffuse while nothing prints, so what was believed longest ago gives way most.
    pub fn agree(&mut self, now: Timestamp) {
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
        let found = newton::project(
            &self.log_odds,
            &self.variances,
            listed,
            &mut self.projected,
            &mut self.probabilities,
        );
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
        let Ok(agreed) = project(&of(&self.log_odds), &of(&self.variances), 1.0 - left) else {
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
