//! What entries say of orders and positions.

use anyhow::bail;
use serde::Deserialize;
use serde_json::Value as Json;
use shared::desk::Setting;
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
            Kind::Setting => What::Setting(match serde_json::from_str(&entry.data)? {
                // As the next run begins with it: that is no other version.
                Setting::Changed(change) => serde_json::to_string(&Setting::Config(change.holds))?,
                _ => entry.data.clone(),
            }),
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

#[cfg(test)]
mod tests {
    use shared::desk::{By, Change};

    use super::*;

    #[test]
    fn what_a_change_makes_hold_is_the_version_that_the_next_run_begins_with() {
        let at = Timestamp::MIN;
        let holds = "preset=seed&quote_size=2".to_owned();
        let (by, why, set) = (By::Page, "a test".to_owned(), Vec::new());
        let change = Change { version: 1, at, by, why, set, holds: holds.clone() };
        let read = |setting: &Setting| {
            let entry = Entry::new(at, Kind::Setting, setting);
            assert!(matters(entry.kind, &entry.data));
            match Event::read(1, 0, &entry).unwrap().what {
                What::Setting(data) => data,
                _ => unreachable!("a setting was read"),
            }
        };
        let changed = read(&Setting::Changed(Box::new(change)));
        assert_eq!(changed, read(&Setting::Config(holds)));
    }
}
