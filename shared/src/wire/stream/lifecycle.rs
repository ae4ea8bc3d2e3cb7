//! What happens to contracts and events.

use serde::{Deserialize, Serialize};

use crate::market::{EventTicker, PriceGrid, Ticker};
use crate::units::Price;
use crate::wire::{MarketResult, Seconds};

/// Something that happened to a contract. That it opens or closes at its time is not told. Which fields are there depends on
/// what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketLifecycle {
    /// The contract.
    pub market_ticker: Ticker,
    /// What: `created`, `activated`, `deactivated`, `close_date_updated`, `determined`, `settled`,
    /// `price_level_structure_updated`, and words that decide nothing here.
    pub event_type: String,
    /// When it opened, where it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_ts: Option<Seconds>,
    /// When it closes, where it was created or that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_ts: Option<Seconds>,
    /// Whether it is paused, where that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_deactivated: Option<bool>,
    /// The label of its prices, where it was created or they have changed. Nothing is to be decided by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_level_structure: Option<String>,
    /// Its prices, where it was created or they have changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_ranges: Option<PriceGrid>,
    /// What it is, where it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_metadata: Option<MarketMetadata>,
    /// How it settles, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<MarketResult>,
    /// What a YES contract pays, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_value: Option<Price>,
    /// When its outcome was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determination_ts: Option<Seconds>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_ts: Option<Seconds>,
    /// The part of the exchange, where it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

impl MarketLifecycle {
    /// Returns a message that says nothing but what happened to a contract.
    pub fn of(ticker: Ticker, event_type: &str) -> Self {
        Self {
            market_ticker: ticker,
            event_type: event_type.to_owned(),
            open_ts: None,
            close_ts: None,
            is_deactivated: None,
            price_level_structure: None,
            price_ranges: None,
            additional_metadata: None,
            result: None,
            settlement_value: None,
            determination_ts: None,
            settled_ts: None,
            exchange_index: None,
        }
    }
}

/// What a contract is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketMetadata {
    /// Its name.
    pub name: String,
    /// Its event's question.
    pub title: String,
    /// What YES means.
    pub yes_sub_title: String,
    /// What NO means.
    pub no_sub_title: String,
    /// Its rules.
    pub rules_primary: String,
    /// The rest of them.
    pub rules_secondary: String,
    /// Whether it may close before its time.
    pub can_close_early: bool,
    /// Its event.
    pub event_ticker: EventTicker,
    /// When it is expected to be paid.
    pub expected_expiration_ts: Seconds,
    /// How its strike is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_type: Option<String>,
}

/// An event that was listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLifecycle {
    /// The event.
    pub event_ticker: EventTicker,
    /// The part of the exchange.
    pub exchange_index: i64,
    /// Its question.
    pub title: String,
    /// The rest of it.
    pub subtitle: String,
    /// `MECNET` where at most one of its contracts pays, else empty.
    pub collateral_return_type: String,
    /// Its series.
    pub series_ticker: String,
    /// When it is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_date: Option<Seconds>,
    /// How often such an event is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_period: Option<String>,
}
