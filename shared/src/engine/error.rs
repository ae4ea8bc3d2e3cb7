//! Why an input was not taken in.

use crate::belief::Refused;
use crate::error::{Fault, Kind};
use crate::{Invalid, execution, ledger};

/// Why an input was not taken in. Apart from what the kinds say nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The input can't be: what it names is not there, or a number is out of its range. An impossible belief takes the
    /// contract's quotes out of the book, until there is one that can be.
    #[error(transparent)]
    Input(#[from] Invalid),
    /// A trade was not taken into the belief: it is out of order, or was before.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What was heard of an order is not what was asked for: ask the exchange what rests.
    #[error(transparent)]
    Execution(#[from] execution::Error),
    /// What was heard can't be booked: ask the exchange what is held.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Input(invalid) => invalid.kind(),
            Self::Refused(refused) => refused.kind(),
            Self::Execution(error) => error.kind(),
            Self::Ledger(error) => error.kind(),
        }
    }
}
