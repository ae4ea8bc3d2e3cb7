//! What a client asks for.

use serde::{Deserialize, Serialize};

use crate::market::Ticker;

/// A question on the WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The client's number of it, from 1 on: its answer has the same.
    #[serde(default)]
    pub id: u64,
    /// What is to be done: `subscribe`, `unsubscribe`, `list_subscriptions` or `update_subscription`.
    pub cmd: String,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Parameters>,
}

/// What a command is about. Which fields it needs depends on the command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parameters {
    /// What to be told: names of [`Channel`]s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// One contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_ticker: Option<Ticker>,
    /// Several contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_tickers: Option<Vec<Ticker>>,
    /// Whether levels of NO are told at YES prices. Its default is to change: it is always sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_yes_price: Option<bool>,
    /// One subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<u64>,
    /// Several subscriptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sids: Option<Vec<u64>>,
    /// What is to be done with them: the name of an [`UpdateAction`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// Declares words that are asked for by name.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// Returns the wire's word.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns what the wire's word means, if it is known here.
            pub fn named(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Something to be told of.
    Channel {
        /// A snapshot of the book, then each change of it.
        OrderbookDelta = "orderbook_delta",
        /// Public trades.
        Trade = "trade",
        /// Our own fills.
        Fill = "fill",
        /// Our own orders.
        UserOrders = "user_orders",
        /// Contracts that are paused, opened or paid.
        MarketLifecycle = "market_lifecycle_v2",
    }
}

words! {
    /// What is to be done with a subscription.
    UpdateAction {
        /// Tell of more contracts.
        AddMarkets = "add_markets",
        /// Tell of fewer.
        DeleteMarkets = "delete_markets",
        /// Send the books again.
        GetSnapshot = "get_snapshot",
    }
}
