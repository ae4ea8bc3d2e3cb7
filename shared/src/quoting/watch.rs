//! Which contracts' quotes nothing but a drift of their value can change, and how far it may go.

use super::amount::Nano;

/// The values that contracts' quotes were made for. Most stay where they are, most of the time; to know that takes
/// neither a division nor a look at a contract's state.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    /// By contract, in dollars; not a number where something else than drift may change the quotes.
    made_for: Vec<f64>,
    /// The drift that surely changes nothing.
    leeway: f64,
}

impl Watch {
    /// Returns the watch over `contracts` contracts whose quotes stay until a drift of more than `drift` dollars.
    pub(super) fn new(contracts: usize, drift: f64) -> Self {
        // Values are rounded to billionths before they are compared.
        Self { made_for: vec![f64::NAN; contracts], leeway: drift - 2e-9 }
    }

    /// Takes note that nothing but a drift from `made_for` can change a contract's quotes, until it is unwatched.
    #[inline]
    pub(super) fn watch(&mut self, contract: usize, made_for: Nano) {
        self.made_for[contract] = made_for as f64 / 1e9;
    }

    /// Takes note that something else may.
    #[inline]
    pub(super) fn unwatch(&mut self, contract: usize) {
        self.made_for[contract] = f64::NAN;
    }

    /// Returns whether a contract's quotes stay at a value of `part / whole`.
    #[inline]
    pub(super) fn stays(&self, contract: usize, (part, whole): (f64, f64)) -> bool {
        // Where nothing is watched the drift is no number, and nothing stays.
        (part - self.made_for[contract] * whole).abs() < self.leeway * whole
    }

    /// Returns the first contract from `from` on whose quotes may have to change at values of `parts / whole`.
    #[inline]
    pub(super) fn next_moved(&self, from: usize, parts: &[f64], whole: f64) -> Option<usize> {
        let leeway = self.leeway * whole;
        let pairs = parts.get(from..)?.iter().zip(self.made_for.get(from..)?);
        pairs
            .map(|(part, made_for)| (part - made_for * whole).abs() < leeway)
            .position(|stays| !stays)
            .map(|after| from + after)
    }
}
