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
    /// One contract by the exchange's id of it; of the ticker's channel alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_id: Option<String>,
    /// Several contracts by their ids; of the ticker's channel alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_ids: Option<Vec<String>>,
    /// Whether the ticker's channel begins with a frame for each contract that is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_initial_snapshot: Option<bool>,
    /// Whether answers leave out the list of what a subscription is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_ticker_ack: Option<bool>,
    /// Whose requests for quotes are told: `self`, or everybody's where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_filter: Option<String>,
    /// In how many parts requests for quotes are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_factor: Option<i64>,
    /// Which of those parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_key: Option<i64>,
    /// Indices of the benchmarks' channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_ids: Option<Vec<String>>,
    /// What the channel of other markets' prices is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub underlying_tickers: Option<Vec<String>>,
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
        /// The best prices, volume and open interest of a contract, when one of them changes.
        Ticker = "ticker",
        /// Public trades.
        Trade = "trade",
        /// Our own fills.
        Fill = "fill",
        /// Our own orders.
        UserOrders = "user_orders",
        /// What we hold, when it changes.
        MarketPositions = "market_positions",
        /// Our own groups of orders.
        OrderGroups = "order_group_updates",
        /// Contracts that are listed, paused, opened or paid, and events that are listed.
        MarketLifecycle = "market_lifecycle_v2",
        /// The same of combinations.
        MultivariateLifecycle = "multivariate_market_lifecycle",
        /// Requests for quotes, and quotes.
        Communications = "communications",
        /// Values of benchmarks.
        Benchmarks = "cfbenchmarks_value",
        /// The same, five times a second.
        FastBenchmarks = "cfbenchmarks_value_5hz",
        /// Prices of other markets.
        Underlyings = "pyth_value",
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
        /// Tell of more benchmarks.
        SubscribeIndices = "subscribe_indices",
        /// Tell of fewer.
        UnsubscribeIndices = "unsubscribe_indices",
        /// List the benchmarks that there are.
        IndexList = "indexlist",
        /// Tell of more prices of other markets.
        SubscribeUnderlyings = "subscribe_underlyings",
        /// Tell of fewer.
        UnsubscribeUnderlyings = "unsubscribe_underlyings",
        /// List those that there are.
        UnderlyingList = "underlying_list",
    }
}
