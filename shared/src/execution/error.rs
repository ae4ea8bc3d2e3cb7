//! What of an exchange's reports can't be.

use crate::error::{Fault, Kind};
use crate::exchange::OrderId;

/// Why a report was not taken in. Nothing changes then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such contract.
    #[error("contract {contract} is none of the {contracts} that are traded")]
    NoContract {
        /// The place that was named.
        contract: usize,
        /// How many contracts there are.
        contracts: usize,
    },
    /// There is no such order on that side of the contract.
    #[error("order {order} of contract {contract} is none that works")]
    NoOrder {
        /// The contract's place.
        contract: usize,
        /// The order that was named.
        order: OrderId,
    },
    /// There is an order already where another one is to be adopted.
    #[error("contract {contract} has an order where {order} is to be adopted")]
    Taken {
        /// The contract's place.
        contract: usize,
        /// The order that was to be adopted.
        order: OrderId,
    },
    /// An order has traded more than it was for.
    #[error("order {order} has traded more than it was for")]
    Overfilled {
        /// Which order.
        order: OrderId,
    },
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        // What the exchange says and what we think it was asked don't go together: only asking it what rests can.
        Kind::Precondition
    }
}
