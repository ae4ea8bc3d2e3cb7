//! What is believed of an event's contracts, made to add up.

use serde::{Deserialize, Serialize};

use super::{tilt, weight};

/// The beliefs in an event's contracts and the probabilities nearest to them of which at most one comes true.
///
/// It depends on nothing but beliefs: who runs many strategies over the same ones keeps one of these and tells them what it
/// finds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Agreement {
    /// What the listed outcomes may add up to.
    listed: f64,
    /// By how much more longshots give way, as [`weight`] takes it.
    longshots: f64,
    #[serde(with = "crate::bits")]
    fairs: Vec<f64>,
    #[serde(with = "crate::bits")]
    weights: Vec<f64>,
    #[serde(with = "crate::bits")]
    probabilities: Vec<f64>,
}

impl Agreement {
    /// Returns the agreement of so many contracts of which nothing is believed yet, where an outcome that isn't listed has
    /// at least the probability `other` and longshots give way by the exponent `longshots`, as [`weight`] has it; by 1 where
    /// nothing is known.
    pub fn new(other: f64, longshots: Option<f64>, contracts: usize) -> Self {
        let nothing = vec![0.0; contracts];
        let (weights, probabilities) = (nothing.clone(), nothing.clone());
        let longshots = longshots.unwrap_or(1.0);
        Self { listed: 1.0 - other, longshots, fairs: nothing, weights, probabilities }
    }

    /// Adds a contract, behind those there are.
    pub fn list(&mut self) {
        for numbers in [&mut self.fairs, &mut self.weights, &mut self.probabilities] {
            numbers.push(0.0);
        }
    }

    /// Takes note of what is believed of a contract and makes all agree; 0 of which nothing is believed any more.
    pub fn believe(&mut self, contract: usize, fair: f64) {
        self.note(contract, fair);
        self.agree();
    }

    /// Takes note of a contract that has settled: it is worth nothing here any more, and the others agree without it from
    /// the next belief on.
    pub fn settle(&mut self, contract: usize) {
        self.note(contract, 0.0);
        if let Some(probability) = self.probabilities.get_mut(contract) {
            *probability = 0.0;
        }
    }

    /// Takes note of a belief as [`Agreement::believe`] does, and takes the probabilities that all come to then from who
    /// has found them already.
    #[inline]
    pub fn take(&mut self, contract: usize, fair: f64, agreed: &[f64]) {
        self.note(contract, fair);
        if agreed.len() == self.probabilities.len() {
            self.probabilities.copy_from_slice(agreed);
        }
    }

    /// Returns how many contracts there are, if all that is known is of as many.
    pub fn contracts(&self) -> Option<usize> {
        let count = self.fairs.len();
        ([self.weights.len(), self.probabilities.len()] == [count; 2]).then_some(count)
    }

    /// Returns the probabilities that agree, by contract.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Takes note of what is believed of a contract, without making all agree.
    #[inline]
    pub fn note(&mut self, contract: usize, fair: f64) {
        if let (Some(own), Some(weight)) = (self.fairs.get_mut(contract), self.weights.get_mut(contract)) {
            // Not a number: it is found when it is needed.
            (*own, *weight) = (fair, f64::NAN);
        }
    }

    /// Makes the probabilities add up to at most what is listed, the rest being OTHER's.
    ///
    /// They never grow to add up to it: a contract that has not printed yet, or is not on the tape, is part of OTHER.
    pub fn agree(&mut self) {
        if self.fairs.iter().fold(0.0, |sum, fair| sum + fair) <= self.listed {
            self.probabilities.copy_from_slice(&self.fairs);
            return;
        }
        for (own, fair) in self.weights.iter_mut().zip(&self.fairs).filter(|(own, _)| own.is_nan()) {
            *own = weight(*fair, self.longshots);
        }
        tilt(&self.fairs, &self.weights, self.listed, &mut self.probabilities);
    }
}
