//! What the loop answers.

use serde::{Deserialize, Serialize};

use crate::belief::Belief;
use crate::exchange::OrderCommand;
use crate::execution::Reason;
use crate::market::Position;
use crate::quoting::{Quotes, Regime};
use crate::risk::Limit;

/// From now on these quotes shall rest for a contract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The contract's place in the event.
    pub contract: usize,
    /// What made the quotes change.
    pub reason: Reason,
    /// In which regime.
    pub regime: Regime,
    /// What was believed.
    pub belief: Belief,
    /// What was held of the contract.
    pub position: Position,
    /// What shall rest, within every limit.
    pub quotes: Quotes,
    /// Which limit refused the bid and the offer, where one did; [`Explained`](super::Explained) has the numbers.
    #[serde(default)]
    pub refused: [Option<Limit>; 2],
}

/// What the loop answers to an input. A driver keeps one and clears it between inputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outputs {
    /// What the exchange is to be asked, in this order.
    pub commands: Vec<OrderCommand>,
    /// What was decided, in this order; quotes that stay as they are are no decision.
    pub decisions: Vec<Decision>,
    /// Whether decisions are left out, as nobody reads them.
    silent: bool,
}

impl Outputs {
    /// Returns nothing yet.
    pub const fn new() -> Self {
        Self { commands: Vec::new(), decisions: Vec::new(), silent: false }
    }

    /// Returns room for commands alone.
    pub fn silent() -> Self {
        Self { silent: true, ..Self::new() }
    }

    /// Adds a decision, if they are wanted.
    #[inline]
    pub(super) fn decide(&mut self, decision: impl FnOnce() -> Decision) {
        if !self.silent {
            self.decisions.push(decision());
        }
    }

    /// Returns whether there is nothing in it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.decisions.is_empty()
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        self.commands.clear();
        self.decisions.clear();
    }
}
