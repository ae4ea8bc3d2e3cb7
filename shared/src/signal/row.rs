//! What a page is told of signals.

use serde::{Deserialize, Serialize};

use super::decision::Action;
use super::record::Signal;
use crate::market::{EventTicker, Ticker};
use crate::units::Timestamp;

/// The answer of `GET /api/signals`: the latest lines of the log of signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalLog {
    /// Tells this log from another server's: what was heard of another one is forgotten.
    pub epoch: i64,
    /// How many lines there are before the first one here.
    pub first: u64,
    /// The lines, oldest first.
    pub rows: Vec<SignalRow>,
    /// How many seconds pass between two runs.
    pub every_s: u64,
    /// When signals were last looked for.
    pub last_run: Option<Timestamp>,
    /// When they are next.
    pub next_run: Option<Timestamp>,
    /// What went wrong in the last run, a sentence each.
    pub problems: Vec<String>,
}

/// What a page shows of a line of the log of signals; [`Signal`] says what is what, and has more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalRow {
    /// When it was made.
    pub logged_at: Timestamp,
    /// The run that made it.
    pub run: String,
    /// The event, where that is known.
    pub event: Option<EventTicker>,
    /// The contract.
    pub ticker: Ticker,
    /// Its artist.
    pub artist: String,
    /// What follows.
    pub signal: Action,
    /// Why.
    pub reason: String,
    /// What YES is worth, in dollars.
    pub fair_value: f64,
    /// The ends of its interval of 95 %, where there is one.
    pub fair_low: Option<f64>,
    /// The upper end.
    pub fair_high: Option<f64>,
    /// The market's price, in dollars.
    pub market_price: Option<f64>,
    /// Fair value less market price.
    pub edge: Option<f64>,
    /// What it is worth against the leader's count alone, in dollars.
    pub leader_strike_value: Option<f64>,
    /// The artist's last published listeners.
    pub spot_official: Option<f64>,
    /// Today's, by the nowcast.
    pub spot_nowcast: Option<f64>,
    /// The volatility used, a year's.
    pub sigma_adj: Option<f64>,
    /// How many counts are published up to the one that settles.
    pub publications_left: Option<u32>,
    /// How many contracts Kelly's rule buys, of NO counted negative.
    pub kelly_contracts: Option<f64>,
    /// Whether its counts or its price are older than they should be, as `reason` says.
    pub is_stale: bool,
    /// All assumptions about the event, as a link's query: on a run's first line alone.
    pub scenario: Option<String>,
}

impl From<&Signal> for SignalRow {
    fn from(line: &Signal) -> Self {
        // Counts and contracts are far below 2^53.
        let count = |count: Option<u64>| count.map(|count| count as f64);
        Self {
            logged_at: line.logged_at,
            run: line.run.clone(),
            event: line.event.clone(),
            ticker: line.ticker.clone(),
            artist: line.artist.clone(),
            signal: line.signal,
            reason: line.reason.clone(),
            fair_value: line.fair_value,
            fair_low: line.fair_low,
            fair_high: line.fair_high,
            market_price: line.market_price,
            edge: line.edge,
            leader_strike_value: line.leader_strike_value,
            spot_official: count(line.spot_official),
            spot_nowcast: count(line.spot_nowcast),
            sigma_adj: line.sigma_adj,
            publications_left: line.publications_left,
            kelly_contracts: line.kelly_contracts.map(|contracts| contracts as f64),
            is_stale: line.listeners_stale_since.or(line.prices_stale_since).is_some(),
            scenario: line.scenario.clone(),
        }
    }
}
