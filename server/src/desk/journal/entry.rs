//! What is written down.

use anyhow::Context;
use serde::Serialize;
use serde_json::json;
use shared::desk::{self, Written};
use shared::units::Timestamp;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The engine was told something: a [`Record`](shared::engine::Record).
    Input,
    /// The engine decided: a [`Decision`](shared::engine::Decision).
    Decision,
    /// The exchange is asked something.
    Command,
    /// It answered, or didn't.
    Answer,
    /// How the run trades, and what a person wants of it.
    Setting,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::Input, Self::Decision, Self::Command, Self::Answer, Self::Setting];

    /// Returns its name in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Decision => "decision",
            Self::Command => "command",
            Self::Answer => "answer",
            Self::Setting => "setting",
        }
    }
}

/// Something to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) kind: Kind,
    /// JSON.
    pub(crate) data: String,
}

impl Entry {
    fn new(at: Timestamp, kind: Kind, data: &impl Serialize) -> Self {
        // All that is written down here can be: texts, whole numbers and finite or missing ones.
        Self {
            at,
            kind,
            data: serde_json::to_string(data)
                .unwrap_or_else(|why| json!({ "unwritten": why.to_string() }).to_string()),
        }
    }

    /// Returns it as a line of an export.
    ///
    /// # Errors
    ///
    /// Says that what was written down is no JSON.
    pub(crate) fn line(&self, run: i64, seq: i64) -> anyhow::Result<String> {
        let data: &serde_json::value::RawValue =
            serde_json::from_str(&self.data).context("an entry is no JSON")?;
        let line = ExportedEntry { schema: 1, run, seq, t: self.at, kind: self.kind.name(), data };
        Ok(serde_json::to_string(&line)?)
    }

    /// Returns it as what a desk wrote down.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) fn read(&self) -> anyhow::Result<desk::Entry> {
        let data = self.data.as_str();
        let read = || {
            Ok::<_, serde_json::Error>(match self.kind {
                Kind::Input => Written::Input(serde_json::from_str(data)?),
                Kind::Decision => Written::Decision(serde_json::from_str(data)?),
                Kind::Command => Written::Command(serde_json::from_str(data)?),
                Kind::Answer => Written::Answer(serde_json::from_str(data)?),
                Kind::Setting => Written::Setting(serde_json::from_str(data)?),
            })
        };
        Ok(desk::Entry { at: self.at, what: read().context("an entry can't be read")? })
    }
}

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

/// An entry as it is exported.
#[derive(Serialize)]
struct ExportedEntry<'a> {
    schema: u32,
    run: i64,
    seq: i64,
    t: Timestamp,
    kind: &'static str,
    data: &'a serde_json::value::RawValue,
}
