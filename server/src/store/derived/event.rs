//! What entries say of orders and positions.

use anyhow::bail;
use serde::Deserialize;
use serde_json::Value as Json;
use shared::engine::Record;
use shared::exchange::Fill;
use shared::market::{Action, EventTicker, Position, Ticker};
use shared::units::{Price, Quantity, Timestamp};

use crate::store::{Entry, Kind};

/// Something that an entry says.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) run: i64,
    pub(super) seq: i64,
    pub(super) at: Timestamp,
    pub(super) what: What,
}

/// What it says.
#[derive(Debug)]
pub(super) enum What {
    /// How the run quotes.
    Setting(String),
    /// A contract was listed and has a place from now on.
    Listed { event: EventTicker, ticker: Ticker },
    /// So much is held, as the exchange says.
    Position { place: usize, position: Position },
    /// An order traded.
    Fill { fill: Fill, at: Timestamp },
    /// A contract paid.
    Settled { place: usize, value: Price },
    /// Something is asked about an order.
    Command(Command),
    /// It was answered.
    Answer(Answer),
}

/// What is asked about an order.
#[derive(Debug, Deserialize)]
pub(super) struct Command {
    #[serde(rename = "client_order_id")]
    pub(super) name: String,
    pub(super) ticker: Option<Ticker>,
    pub(super) side: Action,
    pub(super) what: Json,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) expires: Timestamp,
}

/// What was answered about an order.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "client_order_id")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) what: Json,
    pub(super) answer: Json,
}

/// Returns whether an entry says something of orders and positions.
pub(super) fn matters(kind: Kind, data: &str) -> bool {
    match kind {
        Kind::Command | Kind::Answer => true,
        // What else a run is told to do is for the next run alone.
        Kind::Setting => ["{\"config\":", "{\"changed\":"].iter().any(|begins| data.starts_with(begins)),
        Kind::Input => ["{\"list\":", "{\"fill\":", "{\"position\":", "{\"settled\":"]
            .iter()
            .any(|begins| data.starts_with(begins)),
        Kind::Decision => false,
    }
}

impl Event {
    /// Reads an entry that matters.
    ///
    /// # Errors
    ///
    /// Says why it can't be read.
    pub(super) fn read(run: i64, seq: i64, entry: &Entry) -> anyhow::Result<Self> {
        let what = match entry.kind {
            Kind::Setting => What::Setting(entry.data.clone()),
            Kind::Command => What::Command(serde_json::from_str(&entry.data)?),
            Kind::Answer => What::Answer(serde_json::from_str(&entry.data)?),
            Kind::Input | Kind::Decision => match serde_json::from_str(&entry.data)? {
                Record::List { event, ticker, .. } => What::Listed { event, ticker },
                Record::Position { place, position } => What::Position { place, position },
                Record::Fill { fill, trade } => What::Fill { fill, at: trade.at },
                Record::Settled { place, value } => What::Settled { place, value },
                _ => bail!("it says nothing of them"),
            },
        };
        Ok(Self { run, seq, at: entry.at, what })
    }
}
