//! What is written down.

use anyhow::Context;
use serde::Serialize;
use serde_json::json;
use shared::engine::{Decision, Record};
use shared::market::Ticker;
use shared::units::Timestamp;

use crate::desk::orders::{Outcome, Sent};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The engine was told something: a [`Record`].
    Input,
    /// The engine decided: a [`Decision`].
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

    pub(in crate::desk) fn input(at: Timestamp, record: &Record) -> Self {
        Self::new(at, Kind::Input, record)
    }

    pub(crate) fn decision(at: Timestamp, decision: &Decision) -> Self {
        Self::new(at, Kind::Decision, decision)
    }

    pub(in crate::desk) fn setting(at: Timestamp, config: &str) -> Self {
        Self::new(at, Kind::Setting, &json!({ "config": config }))
    }

    pub(in crate::desk) fn command(at: Timestamp, sent: &Sent, ticker: Option<&Ticker>) -> Self {
        let Sent { job, name, id, price, total, expires } = sent;
        Self::new(
            at,
            Kind::Command,
            &json!({
                "client_order_id": name, "order_id": id, "ticker": ticker, "side": job.action, "what": job.what,
                "price": price, "count": total, "expires": expires,
            }),
        )
    }

    pub(in crate::desk) fn answer(at: Timestamp, sent: &Sent, outcome: &Outcome) -> Self {
        let what = match outcome {
            Outcome::Placed(placed) => json!({ "placed": placed }),
            Outcome::Amended(amended) => json!({ "amended": amended }),
            Outcome::Cancelled(cancelled) => json!({ "cancelled": cancelled }),
            Outcome::Found(found) => json!({ "found": found }),
            Outcome::Failed(failure) => json!({ "failed": failure.to_string() }),
        };
        Self::new(
            at,
            Kind::Answer,
            &json!({ "client_order_id": sent.name, "what": sent.job.what, "answer": what }),
        )
    }

    /// What was found out of an order that an earlier run left.
    pub(in crate::desk) fn found(at: Timestamp, name: &str, became: &str) -> Self {
        Self::new(
            at,
            Kind::Answer,
            &json!({ "client_order_id": name, "what": "reconciled", "answer": became }),
        )
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
