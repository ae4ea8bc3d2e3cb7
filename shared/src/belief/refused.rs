//! Why a print is not taken in.

use crate::Invalid;
use crate::error::{Fault, Kind};
use crate::market::{Ticker, TradeId};
use crate::units::Timestamp;

/// Why trades were refused. Nothing of them was taken in, and what is believed is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was listed there.
    #[error("no contract is listed at place {place}")]
    Unlisted {
        /// The place that was asked for.
        place: usize,
    },
    /// There is no trade.
    #[error("{ticker}: an instant without a trade")]
    Empty {
        /// The contract.
        ticker: Ticker,
    },
    /// A trade is of another contract than was said.
    #[error("a trade of {got} among those of {ticker}")]
    OtherContract {
        /// The contract.
        ticker: Ticker,
        /// The trade's.
        got: Ticker,
    },
    /// The trades are not of one instant.
    #[error("{ticker}: trades at {at} and at {other} are not of one instant")]
    OtherInstant {
        /// The contract.
        ticker: Ticker,
        /// When the first was.
        at: Timestamp,
        /// When another was.
        other: Timestamp,
    },
    /// A trade was taken in before.
    #[error("{ticker}: a trade at {at} that was taken in before")]
    Repeated {
        /// The contract.
        ticker: Ticker,
        /// When the trade was.
        at: Timestamp,
        /// What the exchange calls it.
        id: Option<TradeId>,
    },
    /// A later instant of the contract was taken in before.
    #[error("{ticker}: a trade at {at}, after those at {last} were taken in")]
    OutOfOrder {
        /// The contract.
        ticker: Ticker,
        /// When the trade was.
        at: Timestamp,
        /// When the last one was that was taken in.
        last: Timestamp,
    },
}

impl From<Refused> for Invalid {
    fn from(refused: Refused) -> Self {
        Self::new("trades", refused.to_string())
    }
}

impl Fault for Refused {
    fn kind(&self) -> Kind {
        match self {
            Self::Unlisted { .. } | Self::Empty { .. } => Kind::Precondition,
            Self::OtherContract { .. }
            | Self::OtherInstant { .. }
            | Self::Repeated { .. }
            | Self::OutOfOrder { .. } => Kind::Input,
        }
    }
}
