//! That a store keeps what it was given, whichever engine has it and whatever happens to it.

mod ahead;
mod conformance;
mod derived;
mod faults;
mod lease;
mod old;
mod people;
mod places;
mod seen;

use serde_json::json;
use shared::units::Timestamp;

use super::{Entry, Kind};

/// An entry of a kind that nothing follows from.
fn told(at: i64, text: &str) -> Entry {
    Entry::new(Timestamp::from_micros(at).unwrap(), Kind::Decision, &json!({ "told": text }))
}
