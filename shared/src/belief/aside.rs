//! A contract's belief, apart from its engine.

use super::Belief;
use super::contract::{Contract, Learned};
use super::experts::Design;
use crate::market::Trade;
use crate::units::Timestamp;

/// What is known of a contract, to try prints on that nobody made: the engine hears nothing of what is tried on it.
pub(super) struct Aside {
    pub(super) contract: Contract,
    pub(super) learned: Learned,
    pub(super) design: Design,
    pub(super) settles: Option<Timestamp>,
}

impl Aside {
    /// Returns what would be believed after a trade.
    pub(super) fn take(&mut self, trade: &Trade) -> Belief {
        let batch = self.contract.keep(trade.instant(), self.settles, core::slice::from_ref(trade));
        self.contract.take(&self.learned, &self.design, &batch, None)
    }
}
