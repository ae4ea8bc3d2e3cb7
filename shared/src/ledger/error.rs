//! What can't be booked.

use crate::error::{Fault, Kind};

/// Why something was not booked. Nothing changes then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ledger has no such contract.
    #[error("contract {contract} is none of the {contracts} in the ledger")]
    NoContract {
        /// The place that was asked for.
        contract: usize,
        /// How many contracts there are.
        contracts: usize,
    },
    /// The contract has settled: nothing is held of it any more.
    #[error("contract {contract} has settled")]
    Settled {
        /// Its place.
        contract: usize,
    },
    /// An amount is beyond what its type holds.
    #[error("{0} would be beyond what can be held")]
    TooMuch(&'static str),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NoContract { .. } | Self::Settled { .. } => Kind::Precondition,
            Self::TooMuch(_) => Kind::Input,
        }
    }
}
