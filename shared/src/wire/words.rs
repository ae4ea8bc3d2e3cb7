//! Words with a fixed meaning.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// Declares words of which there may be new ones. A new word is kept as it is, and is never taken for one that is known.
macro_rules! words {
    (
        $(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }
        $(#[$other_doc:meta])* other
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            $(#[$other_doc])*
            Other(String),
        }

        impl $name {
            /// Returns the word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = Cow::<'de, str>::deserialize(deserializer)?;
                Ok(Self::from(&*word))
            }
        }
    };
}

words! {
    /// Where an order stands.
    OrderStatus {
        /// In the book.
        Resting = "resting",
        /// Out of the book with contracts left.
        Canceled = "canceled",
        /// Filled whole.
        Executed = "executed",
    }
    /// A word that is not known here: what the order is must be asked again.
    other
}

words! {
    /// Where a contract stands.
    MarketStatus {
        /// Listed, and not open yet.
        Initialized = "initialized",
        /// Paused.
        Inactive = "inactive",
        /// Open.
        Active = "active",
        /// Past its close.
        Closed = "closed",
        /// Its outcome is known, and not paid yet.
        Determined = "determined",
        /// Its outcome is disputed.
        Disputed = "disputed",
        /// Its outcome was changed.
        Amended = "amended",
        /// Paid.
        Finalized = "finalized",
    }
    /// A word that is not known here: it is not to be traded.
    other
}

words! {
    /// How a contract settled.
    MarketResult {
        /// Not yet.
        None = "",
        /// YES paid a dollar.
        Yes = "yes",
        /// NO paid a dollar.
        No = "no",
        /// Each paid a part of a dollar.
        Scalar = "scalar",
    }
    /// A word that is not known here: what it paid must be read from its value.
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_decides_nothing_may_be_new_and_one_that_does_may_not() {
        let frozen: MarketStatus = serde_json::from_str("\"frozen\"").unwrap();
        assert_eq!(frozen, MarketStatus::Other("frozen".to_owned()));
        assert_eq!(serde_json::to_string(&frozen).unwrap(), "\"frozen\"");
        // Escapes are read too.
        assert_eq!(serde_json::from_str::<MarketStatus>("\"acti\\u0076e\"").unwrap(), MarketStatus::Active);
        assert_eq!(serde_json::from_str::<MarketResult>("\"\"").unwrap(), MarketResult::None);
        let pending: OrderStatus = serde_json::from_str("\"pending\"").unwrap();
        assert_eq!(pending.as_str(), "pending");
        // A word is exact: what is nearly one is another.
        assert_eq!(OrderStatus::from("Resting"), OrderStatus::Other("Resting".to_owned()));
        assert!(serde_json::from_str::<BookSide>("\"buy\"").is_err());
        assert!(serde_json::from_str::<TimeInForce>("\"day\"").is_err());
    }
}
