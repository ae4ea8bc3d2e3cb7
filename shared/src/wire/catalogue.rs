//! What is listed: series and their events.

use serde::{Deserialize, Serialize};

use super::{Market, Rfc3339};
use crate::Invalid;
use crate::market::{EventTicker, FeeMultiplier, FeeType, Ticker};

/// Who says how a contract settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementSource {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A series of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its ticker.
    pub ticker: String,
    /// What it is about.
    pub title: String,
    /// How often it has an event.
    pub frequency: String,
    /// What kind of thing it is about.
    pub category: String,
    /// The same, where it has several; absent in answers from before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
    /// What it is sorted by.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// Who says how its contracts settle.
    #[serde(default)]
    pub settlement_sources: Option<Vec<SettlementSource>>,
    /// Where the contract was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_url: Option<String>,
    /// Where its terms are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_terms_url: Option<String>,
    /// What is further forbidden.
    #[serde(default)]
    pub additional_prohibitions: Option<Vec<String>>,
    /// The kind of fee: [`Series::fee_type`] reads it, as there may be new ones.
    pub fee_type: String,
    /// What multiplies the fee.
    #[serde(serialize_with = "as_number")]
    pub fee_multiplier: FeeMultiplier,
    /// The part of the exchange that it is traded on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

impl Series {
    /// Returns the kind of fee.
    ///
    /// # Errors
    ///
    /// Names `fee_type` if it is not known here: nothing can be charged by it, so that nothing should be quoted.
    pub fn fee_type(&self) -> Result<FeeType, Invalid> {
        self.fee_type.parse()
    }
}

/// Writes a multiplier as the JSON number that Kalshi sends: whole where it is.
pub(super) fn as_number<S: serde::Serializer>(
    multiplier: &FeeMultiplier,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let millionths = multiplier.millionths();
    if millionths % FeeMultiplier::ONE.millionths() == 0 {
        serializer.serialize_i64(millionths / FeeMultiplier::ONE.millionths())
    } else {
        // The double nearest to a decimal of so few digits has that decimal as its shortest.
        serializer.serialize_f64(millionths as f64 / 1_000_000.0)
    }
}

/// The answer to `GET /series/{ticker}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesAnswer {
    /// The series.
    pub series: Series,
}

/// The answer to `GET /series`, which has no pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesList {
    /// The series.
    pub series: Vec<Series>,
}

/// An event of a series: what its contracts are about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its ticker: with a contract's `event_ticker` the authority on what belongs together.
    pub event_ticker: EventTicker,
    /// Its series' ticker.
    pub series_ticker: String,
    /// What it is about.
    pub title: String,
    /// The same, shorter.
    pub sub_title: String,
    /// How collateral is given back over its contracts: `MECNET` where at most one settles to YES.
    pub collateral_return_type: String,
    /// Whether at most one of its contracts settles to YES.
    pub mutually_exclusive: bool,
    /// Deprecated: the series' category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The day it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_date: Option<Rfc3339>,
    /// The period it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_period: Option<String>,
    /// Its contracts, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markets: Option<Vec<Market>>,
    /// Who says how its contracts settle.
    #[serde(default)]
    pub settlement_sources: Option<Vec<SettlementSource>>,
    /// The kind of fee where it is not the series'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_type_override: Option<String>,
    /// What multiplies that fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_multiplier_override: Option<FeeMultiplier>,
    /// When what is said here last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_ts: Option<Rfc3339>,
    /// The part of the exchange that it is traded on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// The answer to `GET /events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventsPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The events.
    pub events: Vec<Event>,
}

/// The answer to `GET /events/{event_ticker}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventAnswer {
    /// The event.
    pub event: Event,
    /// Its contracts, unless they are nested in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markets: Option<Vec<Market>>,
}

/// How a contract is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketPicture {
    /// The contract.
    pub market_ticker: Ticker,
    /// Its picture.
    pub image_url: String,
    /// Its colour.
    pub color_code: String,
}

/// The answer to `GET /events/{event_ticker}/metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventMetadata {
    /// Its picture.
    pub image_url: String,
    /// How its contracts are shown.
    pub market_details: Vec<MarketPicture>,
    /// Who says how its contracts settle.
    pub settlement_sources: Vec<SettlementSource>,
}
