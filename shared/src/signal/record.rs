//! The signal line.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decision::{Action, PriceBasis};
use crate::market::{EventTicker, Ticker};
use crate::units::{Date, Timestamp};

/// What kind of market it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum MarketType {
    /// One of several contracts pays.
    #[default]
    WinnerTakeAll,
}

/// What a fair value rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FairBasis {
    /// The nowcast of the artist's listeners.
    #[default]
    Nowcast,
    /// The contract's price, as no history of the artist is known: it says nothing against that price.
    MarketShare,
}

/// What a strike is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum StrikeBasis {
    /// The leader's count.
    #[default]
    Leader,
    /// The runner-up's, of the leader's own contract.
    RunnerUp,
    /// What was asked for.
    Override,
    /// A hundred million, as no competitor's count is known.
    Default,
}

/// One line of the signal log: what a contract was worth at an instant, against what, and what follows.
///
/// First the first system's fields, under its names and in its order, then ours. Numbers are numbers, what isn't known is
/// `null`, and nothing is nested, so that `pandas.read_json(path, lines=True)` reads a log as a table. A line that has the
/// first system's fields alone is read, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The artist's name.
    pub artist: String,
    /// The day it was made, in UTC.
    pub date: Date,
    /// The artist's last published monthly listeners.
    pub spot_official: Option<u64>,
    /// The artist's monthly listeners today, not published yet, by the nowcast.
    pub spot_nowcast: Option<u64>,
    /// The count that the leader-strike value takes for the one to exceed.
    pub strike: Option<u64>,
    /// Who has the most listeners of the event's artists.
    pub leader: Option<String>,
    /// What kind of market it is.
    pub market_type: MarketType,
    /// The probability that the contract pays, which is its worth in dollars: all of an event and `other` sum to one.
    pub fair_value: f64,
    /// The market's price, in dollars.
    pub market_price: Option<f64>,
    /// Fair value less market price.
    pub edge: Option<f64>,
    /// What follows.
    pub signal: Action,
    /// The volatility used, after TikTok and event impact, per square root of a year.
    pub sigma_adj: Option<f64>,
    /// The contract.
    pub ticker: Ticker,
    /// Wall-clock days to settlement, to a tenth.
    #[serde(rename = "T_days")]
    pub days: f64,
    /// When it was made, to the second, in UTC.
    #[serde(with = "seconds")]
    pub logged_at: Timestamp,

    /// The event, as the exchange says.
    #[serde(default)]
    pub event: Option<EventTicker>,
    /// How many counts are published from the last known one to the one that settles.
    #[serde(default)]
    pub publications_left: Option<u32>,
    /// The day of the artist's last published count.
    #[serde(default)]
    pub counts_as_of: Option<Date>,
    /// What the fair value rests on.
    #[serde(default)]
    pub fair_basis: FairBasis,
    /// Within these the fair value lies with 95 % probability, as far as its parameters are known.
    #[serde(default)]
    pub fair_low: Option<f64>,
    /// The upper end.
    #[serde(default)]
    pub fair_high: Option<f64>,
    /// The probability that an artist who isn't listed wins.
    #[serde(default)]
    pub other: Option<f64>,
    /// What the market's price is.
    #[serde(default)]
    pub price_basis: PriceBasis,
    /// The best bid for YES, in dollars.
    #[serde(default)]
    pub bid: Option<f64>,
    /// The best ask for YES, in dollars.
    #[serde(default)]
    pub ask: Option<f64>,
    /// The last trade, in dollars.
    #[serde(default)]
    pub last: Option<f64>,
    /// Why it buys, sells or holds.
    #[serde(default)]
    pub reason: String,
    /// What the contract is worth by the first system's way, against the strike alone, in dollars.
    #[serde(default)]
    pub leader_strike_value: Option<f64>,
    /// The rate a year at which that value discounts, and by which it takes the count to grow.
    #[serde(default)]
    pub leader_strike_rate: Option<f64>,
    /// What the strike is.
    #[serde(default)]
    pub strike_basis: StrikeBasis,
    /// Whose count the strike is.
    #[serde(default)]
    pub strike_artist: Option<String>,
    /// The count that replaced the leader's, where one was given.
    #[serde(default)]
    pub competitor_listeners: Option<u64>,
    /// The volatility without TikTok and events.
    #[serde(default)]
    pub sigma_base: Option<f64>,
    /// Volatility a unit of TikTok velocity, as used.
    #[serde(default)]
    pub tiktok_gamma: Option<f64>,
    /// Growth a year and a unit of TikTok velocity, as used.
    #[serde(default)]
    pub tiktok_beta: Option<f64>,
    /// Jumps a year, as used.
    #[serde(default)]
    pub lambda: Option<f64>,
    /// The artist's daily volatility over a year, by its history, without TikTok, events and jumps; and its standard error.
    #[serde(default)]
    pub calibrated_sigma: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub calibrated_sigma_se: Option<f64>,
    /// What velocity adds to that volatility a unit, by the artist's history, before anything is shrunk.
    #[serde(default)]
    pub calibrated_gamma: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub calibrated_gamma_se: Option<f64>,
    /// What velocity adds to growth a unit, a year, likewise.
    #[serde(default)]
    pub calibrated_beta: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub calibrated_beta_se: Option<f64>,
    /// What velocity adds to the jumps a year, a unit, likewise.
    #[serde(default)]
    pub calibrated_jumps: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub calibrated_jumps_se: Option<f64>,
    /// How many days the calibration rests on.
    #[serde(default)]
    pub calibration_days: Option<u32>,
    /// TikTok velocity: 0 is quiet, 1 the artist's own peak.
    #[serde(default)]
    pub velocity: Option<f64>,
    /// What scheduled events multiply the volatility up to settlement by.
    #[serde(default)]
    pub event_impact: Option<f64>,
    /// Since when the artist's counts are older than they should be, if they are.
    #[serde(default)]
    pub listeners_stale_since: Option<Timestamp>,
    /// Since when the market's prices are, if they are.
    #[serde(default)]
    pub prices_stale_since: Option<Timestamp>,
    /// How many contracts Kelly's rule over all of the event's contracts buys, as if nothing were held; of NO counted negative.
    #[serde(default)]
    pub kelly_contracts: Option<i64>,
    /// Why these are none.
    #[serde(default)]
    pub kelly_reason: Option<String>,
    /// How many the first system's ladder buys: 2, 4 or 6 % of the money at an edge of 5, 15 or 25 cents.
    #[serde(default)]
    pub ladder_contracts: Option<i64>,
    /// All assumptions about the event, as the query of a link to What-if: on the first line of a run alone.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Whether it was only tried.
    #[serde(default)]
    pub dry_run: bool,
    /// The run that made it.
    #[serde(default)]
    pub run: String,
}

/// An instant to the second, as `2026-02-12T19:01:19Z`.
mod seconds {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::format::second(*at))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}
