//! The tape: what the exchange says to everybody, in the bytes that a client would record who had subscribed to all of it.
//!
//! Without clients it follows from the seed, the start and the number of days alone, however fast the exchange's clock runs
//! and however often it is looked at. Its digest says so in one line.

mod frames;
mod write;

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context;
use shared::exchange::matching::{Event, What};
use shared::market::Ticker;
use shared::units::Timestamp;

use self::write::Writer;
use super::catalogue::Catalogue;
use super::ids::Ids;

/// How many parcels of events may wait for the writer. Where the disk is slower than the exchange, the exchange waits.
const WAITING: usize = 4_096;

/// Where a tape goes. Its digest needs no file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// All that was said, a frame a line with the exchange's time, as recordings of Kalshi's stream are kept (`.ws.jsonl`).
    pub(crate) frames: Option<PathBuf>,
    /// The trades alone, in CSV.
    pub(crate) trades: Option<PathBuf>,
}

/// What a tape came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// How many lines it has.
    pub(crate) lines: u64,
    /// How many of them are trades.
    pub(crate) trades: u64,
    /// The SHA-256 of all lines, that is of the file, in hexadecimal.
    pub(crate) sha256: String,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines, {} trades, SHA-256 {}", self.lines, self.trades, self.sha256)
    }
}

/// What the writer is handed.
enum Parcel {
    /// A contract, at the next place.
    Listed(Ticker, Timestamp),
    /// What happened, in order.
    Happened(Vec<Event>),
}

/// The exchange's end of a tape: what it is handed is put into words and written by a thread of its own.
pub(super) struct Tape {
    writer: SyncSender<Parcel>,
    /// How many contracts the writer knows.
    listed: usize,
}

/// The other end: it is joined when the exchange has let go of the tape.
#[derive(Debug)]
pub(super) struct Recording(JoinHandle<anyhow::Result<Summary>>);

impl Recording {
    /// Waits until all is written, and returns what it came to.
    ///
    /// # Errors
    ///
    /// Names the file that could not be written.
    pub(super) fn finish(self) -> anyhow::Result<Summary> {
        self.0.join().unwrap_or_else(|_| anyhow::bail!("the tape's writer panicked"))
    }
}

impl Tape {
    /// Begins a tape.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn begin(files: &Files, ids: Ids) -> anyhow::Result<(Self, Recording)> {
        let mut to = Writer::create(files, ids)?;
        let (writer, parcels) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("tape".to_owned()).spawn(move || {
            for parcel in parcels {
                match parcel {
                    Parcel::Listed(ticker, at) => to.list(ticker, at)?,
                    Parcel::Happened(events) => {
                        for event in &events {
                            to.note(event)?;
                        }
                    }
                }
            }
            to.finish()
        });
        let thread = thread.context("the tape's writer can't be started")?;
        Ok((Self { writer, listed: 0 }, Recording(thread)))
    }

    /// Takes in what has happened. Returns whether the tape goes on: its file may be full, which [`Recording::finish`] tells.
    pub(super) fn take(&mut self, catalogue: &Catalogue, mut events: Vec<Event>) -> bool {
        for listed in catalogue.markets.iter().skip(self.listed) {
            let parcel = Parcel::Listed(listed.ticker.clone(), listed.opened);
            if self.writer.send(parcel).is_err() {
                return false;
            }
            self.listed += 1;
        }
        events
            .retain(|event| matches!(event.what, What::Level { .. } | What::Trade(_) | What::Status { .. }));
        events.is_empty() || self.writer.send(Parcel::Happened(events)).is_ok()
    }
}

#[cfg(test)]
mod tests;
