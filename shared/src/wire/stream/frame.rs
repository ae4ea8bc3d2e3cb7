//! What the exchange sends.

use serde::{Deserialize, Serialize};

use super::{
    EventLifecycle, FillMessage, GroupUpdate, MarketLifecycle, OrderbookDelta, OrderbookSnapshot,
    PositionMessage, TickerMessage, TradeMessage, UserOrder,
};
use crate::market::Ticker;

/// A frame. `seq` counts those of one subscription from 1 on, answers to its updates included: where it skips, something
/// was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    /// A subscription begins.
    Subscribed {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Which.
        msg: Subscribed,
    },
    /// A subscription has ended.
    Unsubscribed {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Which.
        sid: u64,
        /// Its last number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
    },
    /// A command was carried out.
    Ok {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The subscription, where it was about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sid: Option<u64>,
        /// Its number there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// What the subscription is of now, or all subscriptions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        msg: Option<Subscription>,
    },
    /// A command was refused, or a subscription broke.
    Error {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The subscription, where it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sid: Option<u64>,
        /// Its number there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// Why.
        msg: CommandError,
    },
    /// All of a book.
    OrderbookSnapshot {
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// The command that asked for it again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The book.
        msg: OrderbookSnapshot,
    },
    /// A change of a book.
    OrderbookDelta {
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// The change.
        msg: OrderbookDelta,
    },
    /// The best prices of a contract, and what was traded of it.
    Ticker {
        /// The subscription.
        sid: u64,
        /// The prices.
        msg: TickerMessage,
    },
    /// A public trade.
    Trade {
        /// The subscription.
        sid: u64,
        /// Its number there; frames of early 2026 have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// The trade.
        msg: TradeMessage,
    },
    /// A fill of ours.
    Fill {
        /// The subscription.
        sid: u64,
        /// The fill.
        msg: FillMessage,
    },
    /// An order of ours.
    UserOrder {
        /// The subscription.
        sid: u64,
        /// The order.
        msg: UserOrder,
    },
    /// What is held of a contract.
    MarketPosition {
        /// The subscription.
        sid: u64,
        /// The position.
        msg: PositionMessage,
    },
    /// A group of orders of ours.
    OrderGroupUpdates {
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// What happened to it.
        msg: GroupUpdate,
    },
    /// An event that was listed.
    EventLifecycle {
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// The event.
        msg: EventLifecycle,
    },
    /// The benchmarks that there are.
    #[serde(rename = "cfbenchmarks_value_indexlist")]
    BenchmarkList {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// Their names.
        msg: Indices,
    },
    /// The benchmarks that there are five times a second.
    #[serde(rename = "cfbenchmarks_value_5hz_indexlist")]
    FastBenchmarkList {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// Their names.
        msg: Indices,
    },
    /// The other markets whose prices are told.
    #[serde(rename = "pyth_value_underlying_list")]
    UnderlyingList {
        /// The command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The subscription.
        sid: u64,
        /// Its number there.
        seq: u64,
        /// Their names.
        msg: Underlyings,
    },
    /// Something that happened to a contract.
    MarketLifecycleV2 {
        /// The subscription.
        sid: u64,
        /// Its number there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// What.
        msg: MarketLifecycle,
    },
    /// A frame of a kind that is not read here. Of a subscription that numbers its frames it still counts.
    #[serde(other)]
    Unknown,
}

/// A subscription that begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// What is told.
    pub channel: String,
    /// Its number.
    pub sid: u64,
}

/// What a subscription is of, or which there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subscription {
    /// What one subscription is of.
    Markets {
        /// All its contracts.
        market_tickers: Vec<Ticker>,
    },
    /// The same, where it was asked for by the exchange's ids of contracts.
    MarketIds {
        /// All its contracts.
        market_ids: Vec<String>,
    },
    /// Which benchmarks a subscription is of.
    Indices(Indices),
    /// Which prices of other markets.
    Underlyings(Underlyings),
    /// All subscriptions.
    All(Vec<Subscribed>),
}

/// Benchmarks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indices {
    /// Their names.
    pub index_ids: Vec<String>,
}

/// Other markets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Underlyings {
    /// Their names.
    pub underlying_tickers: Vec<String>,
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandError {
    /// The number of the reason: 5 unknown command, 8 unknown channel, 14 no contract was named, 25 too slow.
    pub code: i64,
    /// The same for people.
    pub msg: String,
}
