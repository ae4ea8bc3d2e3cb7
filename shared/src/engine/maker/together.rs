//! An event's outcomes as one.

use serde::{Deserialize, Serialize};

use crate::coherence::Agreement;
use crate::engine::Parameters;
use crate::execution::{Patience, Watch};
use crate::quoting::{Coherent, Terms};

/// The event's outcomes as one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Together {
    pub(super) agreement: Agreement,
    pub(super) coherent: Coherent,
    /// Whether a contract has settled: whoever found what beliefs come to doesn't know of that.
    pub(super) alone: bool,
    /// What can be found again from the other parts, and is kept because it is asked for at every print.
    pub(super) watch: Watch,
}

impl Together {
    /// Whether all parts are of so many contracts.
    pub(super) fn fits(&self, contracts: usize) -> bool {
        [self.agreement.contracts(), self.coherent.contracts(), self.watch.contracts()]
            == [Some(contracts); 3]
    }

    /// Returns the event's outcomes as one, if the settings ask for it.
    pub(super) fn of(parameters: &Parameters, contracts: &[Terms]) -> Option<Self> {
        let coherent =
            Coherent::asked(&parameters.quoting, parameters.fee, parameters.limits.start_balance, contracts)?;
        let (other, longshots) = (parameters.quoting.other.to_f64(), parameters.quoting.longshots.number());
        Some(Self {
            agreement: Agreement::new(other, longshots, contracts.len()),
            coherent,
            alone: false,
            watch: Watch::new(contracts.len(), Patience::new(&parameters.execution).drift),
        })
    }

    /// Returns the first contract from `from` on whose quotes may have to change.
    #[inline]
    pub(super) fn next_moved(&self, from: usize) -> Option<usize> {
        if let Some((parts, whole)) = self.coherent.shares() {
            return self.watch.next_moved(from, parts, whole);
        }
        let probabilities = self.agreement.probabilities();
        let shares = probabilities.iter().enumerate().skip(from);
        shares
            .map(|(contract, p)| (contract, self.coherent.share(contract, *p)))
            .find(|(contract, share)| !self.watch.stays(*contract, *share))
            .map(|(contract, _)| contract)
    }
}
