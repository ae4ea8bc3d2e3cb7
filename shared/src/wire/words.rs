//! Words with a fixed meaning.

use serde::{Deserialize, Serialize};

use crate::market::{Action, Side};

/// A side of the book: `bid` buys YES, `ask` sells YES, which is to buy NO at the complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookSide {
    /// Buys YES.
    Bid,
    /// Sells YES.
    Ask,
}

impl BookSide {
    /// Returns whether YES is bought or sold.
    pub const fn action(self) -> Action {
        match self {
            Self::Bid => Action::Buy,
            Self::Ask => Action::Sell,
        }
    }

    /// Returns the outcome that is wanted.
    pub const fn outcome(self) -> Side {
        match self {
            Self::Bid => Side::Yes,
            Self::Ask => Side::No,
        }
    }
}

impl From<Action> for BookSide {
    fn from(action: Action) -> Self {
        match action {
            Action::Buy => Self::Bid,
            Action::Sell => Self::Ask,
        }
    }
}

/// How long an order lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// Until it is filled, cancelled or expired.
    GoodTillCanceled,
    /// What can't be filled at once is cancelled.
    ImmediateOrCancel,
    /// Filled at once and whole, or not at all.
    FillOrKill,
}

/// What becomes of an order that meets another one of its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfTradePrevention {
    /// What is left of the arriving order is cancelled.
    TakerAtCross,
    /// The resting order is cancelled, and the arriving one goes on.
    Maker,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// In the book.
    Resting,
    /// Out of the book with contracts left.
    Canceled,
    /// Filled whole.
    Executed,
    /// A word that is not known here: what the order is must be asked again.
    #[serde(other)]
    Unknown,
}

/// Where a contract stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketStatus {
    /// Listed, and not open yet.
    Initialized,
    /// Paused.
    Inactive,
    /// Open.
    Active,
    /// Past its close.
    Closed,
    /// Its outcome is known, and not paid yet.
    Determined,
    /// Its outcome is disputed.
    Disputed,
    /// Its outcome was changed.
    Amended,
    /// Paid.
    Finalized,
    /// A word that is not known here: it is not to be traded.
    #[serde(other)]
    Unknown,
}

/// How a contract settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketResult {
    /// Not yet.
    #[serde(rename = "")]
    None,
    /// YES paid a dollar.
    Yes,
    /// NO paid a dollar.
    No,
    /// Each paid a part of a dollar.
    Scalar,
    /// A word that is not known here: what it paid must be read from its value.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_decides_nothing_may_be_new_and_one_that_does_may_not() {
        assert_eq!(serde_json::from_str::<MarketStatus>("\"frozen\"").unwrap(), MarketStatus::Unknown);
        assert_eq!(serde_json::from_str::<MarketResult>("\"\"").unwrap(), MarketResult::None);
        assert_eq!(serde_json::from_str::<OrderStatus>("\"pending\"").unwrap(), OrderStatus::Unknown);
        assert!(serde_json::from_str::<BookSide>("\"buy\"").is_err());
        assert!(serde_json::from_str::<TimeInForce>("\"day\"").is_err());
    }
}
