//! What a desk writes down, as it is kept.

use anyhow::Context;
use shared::desk::{self, Written};

use crate::store::{Entry, Kind};

impl From<&desk::Entry> for Entry {
    fn from(entry: &desk::Entry) -> Self {
        let at = entry.at;
        match &entry.what {
            Written::Input(record) => Self::new(at, Kind::Input, record),
            Written::Decision(decision) => Self::new(at, Kind::Decision, decision),
            Written::Command(command) => Self::new(at, Kind::Command, command),
            Written::Answer(answer) => Self::new(at, Kind::Answer, answer),
            Written::Setting(setting) => Self::new(at, Kind::Setting, setting),
        }
    }
}

/// Returns an entry as what a desk wrote down.
///
/// # Errors
///
/// Says that it can't be read.
pub(in crate::desk) fn read(entry: &Entry) -> anyhow::Result<desk::Entry> {
    let data = entry.data.as_str();
    let what = match entry.kind {
        Kind::Input => serde_json::from_str(data).map(Written::Input),
        Kind::Decision => serde_json::from_str(data).map(Written::Decision),
        Kind::Command => serde_json::from_str(data).map(Written::Command),
        Kind::Answer => serde_json::from_str(data).map(Written::Answer),
        Kind::Setting => serde_json::from_str(data).map(Written::Setting),
    };
    Ok(desk::Entry { at: entry.at, what: what.context("an entry can't be read")? })
}
