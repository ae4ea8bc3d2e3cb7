//! Which contracts' quotes nothing but a drift of their value can change, and how far it may go.

use serde::{Deserialize, Serialize};

use crate::quoting::Nano;

/// The values that contracts' quotes were made for. Most stay where they are, most of the time; to know that takes
/// neither a division nor a look at a contract's state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// By contract, in dollars; not a number where something else than drift may change the quotes.
    #[serde(with = "crate::bits")]
    made_for: Vec<f64>,
    /// The drift that surely changes nothing.
    leeway: f64,
}

impl Watch {
    /// Returns the watch over `contracts` contracts whose quotes stay until a drift of more than `drift`.
    pub(crate) fn new(contracts: usize, drift: Nano) -> Self {
        // Values are rounded to billionths before they are compared.
        Self { made_for: vec![f64::NAN; contracts], leeway: drift as f64 / 1e9 - 2e-9 }
    }

    /// Adds a contract that isn't watched, behind those there are.
    pub(crate) fn list(&mut self) {
        self.made_for.push(f64::NAN);
    }

    /// Returns how many contracts there are.
    pub(crate) fn contracts(&self) -> Option<usize> {
        Some(self.made_for.len())
    }

    /// Takes note that nothing but a drift from `made_for` can change a contract's quotes, until it is unwatched.
    #[inline]
    pub(crate) fn watch(&mut self, contract: usize, made_for: Nano) {
        if let Some(own) = self.made_for.get_mut(contract) {
            *own = made_for as f64 / 1e9;
        }
    }

    /// Takes note that something else may.
    #[inline]
    pub(crate) fn unwatch(&mut self, contract: usize) {
        if let Some(own) = self.made_for.get_mut(contract) {
            *own = f64::NAN;
        }
    }

    /// Returns whether a contract's quotes stay at a value of `part / whole`.
    #[inline]
    pub(crate) fn stays(&self, contract: usize, (part, whole): (f64, f64)) -> bool {
        // Where nothing is watched the drift is no number, and nothing stays.
        let made_for = self.made_for.get(contract).copied().unwrap_or(f64::NAN);
        (part - made_for * whole).abs() < self.leeway * whole
    }

    /// Returns the first contract from `from` on whose quotes may have to change at values of `parts / whole`.
    #[inline]
    pub(crate) fn next_moved(&self, from: usize, parts: &[f64], whole: f64) -> Option<usize> {
        let leeway = self.leeway * whole;
        let pairs = parts.get(from..)?.iter().zip(self.made_for.get(from..)?);
        pairs
            .map(|(part, made_for)| (part - made_for * whole).abs() < leeway)
            .position(|stays| !stays)
            .map(|after| from + after)
    }
}
