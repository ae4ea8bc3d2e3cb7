//! What is written down.

use anyhow::Context;
use serde::Serialize;
use serde_json::json;
use shared::units::Timestamp;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The engine was told something: a [`shared::engine::Record`].
    Input,
    /// The engine decided: a [`shared::engine::Decision`].
    Decision,
    /// The exchange is asked something.
    Command,
    /// It answered, or didn't.
    Answer,
    /// How the run quotes: the text of its configuration.
    Setting,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::Input, Self::Decision, Self::Command, Self::Answer, Self::Setting];

    /// Returns its name in the store.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Decision => "decision",
            Self::Command => "command",
            Self::Answer => "answer",
            Self::Setting => "setting",
        }
    }

    /// Returns its number among all of them, which never changes.
    pub(super) const fn number(self) -> u8 {
        self as u8
    }

    /// Returns the kind of that number.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Returns the kind of that name.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub(super) fn named(name: &str) -> anyhow::Result<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name).context("an entry is of no known kind")
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
    pub(crate) fn new(at: Timestamp, kind: Kind, data: &impl Serialize) -> Self {
        // All that is written down here can be: texts, whole numbers and finite or missing ones.
        Self {
            at,
            kind,
            data: serde_json::to_string(data)
                .unwrap_or_else(|why| json!({ "unwritten": why.to_string() }).to_string()),
        }
    }

    /// Returns the entry of a row: its time in microseconds, kind and data.
    ///
    /// # Errors
    ///
    /// Says that the row is no entry.
    pub(super) fn of_row((at, kind, data): (i64, String, String)) -> anyhow::Result<Self> {
        Ok(Self { at: Timestamp::from_micros(at)?, kind: Kind::named(&kind)?, data })
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
