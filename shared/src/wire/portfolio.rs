//! What an account has: money, fills, positions, settlements.

use serde::{Deserialize, Serialize};

use super::{BookSide, Dollars, MarketResult, Rfc3339, Seconds, SignedCount};
use crate::market::{Action, EventTicker, Side, Ticker};
use crate::units::{Cash, Price, Quantity};

/// The answer to `GET /portfolio/balance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// What is free, in whole cents, cut off.
    pub balance: i64,
    /// What is free: orders that rest have their money taken off. Answers of early 2026 have cents alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_dollars: Option<Dollars>,
    /// By part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_breakdown: Option<Vec<BalanceShare>>,
    /// What the positions are worth, in whole cents.
    pub portfolio_value: i64,
    /// When it last changed.
    pub updated_ts: Seconds,
}

/// What is free in one part of the exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceShare {
    /// The part.
    pub exchange_index: i64,
    /// What is free there.
    pub balance: Dollars,
}

/// One side of a trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The exchange's id.
    pub fill_id: String,
    /// The public trade's id.
    pub trade_id: String,
    /// The order's id.
    pub order_id: String,
    /// The contract.
    pub ticker: Ticker,
    /// The same, by its old name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_ticker: Option<Ticker>,
    /// Deprecated: the outcome that was traded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Deprecated: whether it was bought or sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The outcome that was taken on.
    pub outcome_side: Side,
    /// The same in words of the book.
    pub book_side: BookSide,
    /// How many contracts.
    pub count_fp: Quantity,
    /// The YES price.
    pub yes_price_dollars: Price,
    /// The complement.
    pub no_price_dollars: Price,
    /// Whether the order took.
    pub is_taker: bool,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Rfc3339>,
    /// What it was charged.
    pub fee_cost: Cash,
    /// The part of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subaccount_number: Option<i64>,
    /// When, in whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<Seconds>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `GET /portfolio/fills`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillsPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The fills.
    pub fills: Vec<Fill>,
}

/// What is held of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketPosition {
    /// The contract.
    pub ticker: Ticker,
    /// Net YES contracts, NO negative.
    pub position_fp: SignedCount,
    /// What all contracts that were bought have cost.
    pub total_traded_dollars: Cash,
    /// What those that are held have cost.
    pub market_exposure_dollars: Cash,
    /// What was made on those that are not held any more.
    pub realized_pnl_dollars: Cash,
    /// What was charged.
    pub fees_paid_dollars: Cash,
    /// When it last changed.
    pub last_updated_ts: Rfc3339,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// What is held of an event's contracts together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPosition {
    /// The event.
    pub event_ticker: EventTicker,
    /// What all contracts that were bought have cost.
    pub total_cost_dollars: Cash,
    /// How many those were.
    pub total_cost_shares_fp: Quantity,
    /// What those that are held have cost.
    pub event_exposure_dollars: Cash,
    /// What was made on those that are not held any more.
    pub realized_pnl_dollars: Cash,
    /// What was charged.
    pub fees_paid_dollars: Cash,
}

/// The answer to `GET /portfolio/positions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionsPage {
    /// Where the next page begins; empty on the last.
    #[serde(default)]
    pub cursor: String,
    /// By contract.
    pub market_positions: Vec<MarketPosition>,
    /// By event.
    pub event_positions: Vec<EventPosition>,
}

/// What a contract paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The contract.
    pub ticker: Ticker,
    /// Its event.
    pub event_ticker: EventTicker,
    /// How it settled.
    pub market_result: MarketResult,
    /// How many YES contracts were held.
    pub yes_count_fp: Quantity,
    /// What they had cost.
    pub yes_total_cost_dollars: Cash,
    /// How many NO contracts were held.
    pub no_count_fp: Quantity,
    /// What they had cost.
    pub no_total_cost_dollars: Cash,
    /// What was paid, in whole cents.
    pub revenue: i64,
    /// When.
    pub settled_time: Rfc3339,
    /// What was charged.
    pub fee_cost: Dollars,
    /// What a YES contract paid, in whole cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The part of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `GET /portfolio/settlements`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementsPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The settlements.
    pub settlements: Vec<Settlement>,
}
