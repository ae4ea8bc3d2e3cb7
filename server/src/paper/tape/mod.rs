//! The tape: what the exchange says to everybody, in the bytes that a client would record who had subscribed to all of it.
//!
//! Without clients it follows from the seed, the start and the number of days alone, however fast the exchange's clock runs
//! and however often it is looked at. Its digest says so in one line.

mod write;

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context;
use shared::units::Timestamp;
use shared::wire::{Channel, Frame, OrderbookSnapshot};

use self::write::Writer;
use super::hub::Subscribed;

/// How many frames may wait for the writer. Where the disk is slower than the exchange, the exchange waits.
const WAITING: usize = 16_384;

/// What no member's number is.
const NOBODY: usize = usize::MAX;

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

/// The exchange's end of a tape: a subscriber to all contracts' books, trades and lifecycles that no fault befalls. What it
/// hears is put into words and written by a thread of its own.
#[derive(Debug)]
pub(super) struct Tape {
    writer: SyncSender<(Timestamp, Frame)>,
    /// By the number of the subscription, from 1 on.
    subscriptions: [Subscribed; 3],
    /// How many contracts' books were begun.
    listed: usize,
    /// The file is full, which [`Recording::finish`] tells.
    is_broken: bool,
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
    pub(super) fn begin(files: &Files) -> anyhow::Result<(Self, Recording)> {
        let mut to = Writer::create(files)?;
        let (writer, frames) = sync_channel::<(Timestamp, Frame)>(WAITING);
        let thread = std::thread::Builder::new().name("tape".to_owned()).spawn(move || {
            for (at, frame) in frames {
                to.write(at, &frame)?;
            }
            to.finish()
        });
        let thread = thread.context("the tape's writer can't be started")?;
        let channels = [Channel::OrderbookDelta, Channel::Trade, Channel::MarketLifecycle];
        let subscriptions = channels.map(|channel| Subscribed::new(channel, None));
        Ok((Self { writer, subscriptions, listed: 0, is_broken: false }, Recording(thread)))
    }

    /// Returns how many contracts' books were begun.
    pub(super) const fn listed(&self) -> usize {
        self.listed
    }

    /// Begins the next contract's book, which is empty.
    pub(super) fn list(&mut self, at: Timestamp, book: OrderbookSnapshot) {
        self.listed += 1;
        let [books, ..] = &mut self.subscriptions;
        let seq = books.next();
        self.write(at, Frame::OrderbookSnapshot { sid: 1, seq, id: None, msg: book });
    }

    /// Takes in what a channel is told, as [`super::hub::Hub::tell`] has it.
    pub(super) fn tell(
        &mut self,
        at: Timestamp,
        channel: Channel,
        frame: &mut dyn FnMut(usize, u64, &mut Subscribed) -> Option<Frame>,
    ) {
        let mut numbered = (1..).zip(&mut self.subscriptions);
        let Some((sid, subscribed)) = numbered.find(|(_, subscribed)| subscribed.channel == channel) else {
            return;
        };
        if let Some(frame) = frame(NOBODY, sid, subscribed) {
            self.write(at, frame);
        }
    }

    fn write(&mut self, at: Timestamp, frame: Frame) {
        if !self.is_broken && self.writer.send((at, frame)).is_err() {
            tracing::error!("the tape can't be written any further");
            self.is_broken = true;
        }
    }
}

#[cfg(test)]
mod tests;
