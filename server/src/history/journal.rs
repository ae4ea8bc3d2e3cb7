//! What a fetch has read and not put into its place yet: a line an entry, only ever appended to.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::market::{EventTicker, Ticker};
use shared::units::Timestamp;
use shared::wire;

use super::kept::Span;
use super::question::{Minutes, Question, Series};
use super::rows::{CandleRow, TradeRow};
use crate::kalshi::Tier;

/// Something that was read, with where to go on: a line, so that it is there whole or not at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Entry {
    /// A fetch began: its number, what it is of, and as of when.
    Began { number: u64, question: Question, as_of: Timestamp },
    /// A series.
    Series(wire::Series),
    /// A page of a list of events.
    Events {
        list: List,
        next: Option<String>,
        events: Vec<wire::Event>,
        #[serde(default)]
        odd: Vec<OddEvent>,
    },
    /// A page of a list of contracts.
    Markets { list: List, tier: TierName, next: Option<String>, markets: Vec<wire::Market>, odd: Vec<String> },
    /// A page of a contract's trades.
    Trades { ticker: Ticker, tier: TierName, next: Option<String>, rows: Vec<TradeRow>, odd: Vec<String> },
    /// A contract's candles until an instant, from which on the next are asked for.
    Candles { ticker: Ticker, until: Timestamp, rows: Vec<CandleRow> },
    /// A contract of which something isn't found.
    Missing { ticker: Ticker, what: String },
    /// A contract whose trades, and candles of a length, are known in these times.
    Finished { ticker: Ticker, trades: Option<Span>, candles: Option<(Minutes, Span)> },
    /// A file that is about to get this content.
    Writing { path: String, sha256: String },
}

/// An event that can't be read: it and its contracts are left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OddEvent {
    pub(super) name: String,
    pub(super) why: String,
    /// It was counted already, before the journal began anew.
    pub(super) is_counted: bool,
}

impl fmt::Display for OddEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: an event that can't be read: {}: it is left out, with its contracts",
            self.name, self.why
        )
    }
}

/// Which list it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum List {
    /// Of all that a series has.
    Series(Series),
    /// Of what an event has.
    Event(EventTicker),
}

/// A tier, as a journal names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TierName {
    Live,
    Historical,
}

impl TierName {
    /// Returns the word that tells what is only there, with a space behind it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Live => "",
            Self::Historical => "historical ",
        }
    }

    /// Returns the tier that is asked.
    pub(super) const fn tier(self) -> Tier {
        match self {
            Self::Live => Tier::Live,
            Self::Historical => Tier::Historical,
        }
    }
}

/// A journal that is appended to.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens a journal, or begins one, and returns what it holds. A last line that is only half there, as of a process that
    /// was killed, is taken away.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, Vec<Entry>)> {
        let named = || path.display().to_string();
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).open(path).with_context(named)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(named)?;
        let (mut entries, mut whole) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // What follows a torn line was never said to be there.
            let Some(entry) = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok())
            else {
                break;
            };
            entries.push(entry);
            whole += line.len();
        }
        if whole < bytes.len() {
            file.set_len(u64::try_from(whole)?).with_context(named)?;
            file.sync_all().with_context(named)?;
        }
        file.seek(SeekFrom::End(0)).with_context(named)?;
        Ok((Self { path: path.to_owned(), file }, entries))
    }

    /// Writes an entry behind the others, and waits until it is on the disk.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) fn append(&mut self, entry: &Entry) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("{} can't be written", self.path.display()))
    }
}
