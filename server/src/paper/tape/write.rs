//! The tape's lines, their digest and their files.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest as _, Sha256};
use shared::exchange::matching::{Event, What};
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::Frame;

use super::frames::{Subscriptions, public_trade};
use super::{Files, Summary};
use crate::paper::ids::Ids;

/// A file, and its name for errors.
type Named<W> = (PathBuf, W);

/// Writes a tape.
pub(super) struct Writer {
    ids: Ids,
    tickers: Vec<Ticker>,
    subscriptions: Subscriptions,
    digest: Sha256,
    lines: u64,
    traded: u64,
    frames: Option<Named<BufWriter<File>>>,
    trades: Option<Named<csv::Writer<File>>>,
}

/// A line of the tape: when the frame was said, in nanoseconds since 1970, and its text.
#[derive(serde::Serialize)]
struct Line<'a> {
    recv_ts_ns: i64,
    raw: &'a str,
}

/// The columns of the trades.
const COLUMNS: [&str; 7] = [
    "trade_id",
    "ticker",
    "created_time",
    "yes_price_dollars",
    "count_fp",
    "taker_outcome_side",
    "is_block_trade",
];

fn create(path: &Path) -> anyhow::Result<Named<File>> {
    let file = File::create(path).with_context(|| format!("can't write {}", path.display()))?;
    Ok((path.to_owned(), file))
}

/// Returns what a file is called in an error.
fn unwritten(path: &Path) -> String {
    format!("can't write {}", path.display())
}

impl Writer {
    /// Creates the files.
    pub(super) fn create(files: &Files, ids: Ids) -> anyhow::Result<Self> {
        let frames = files.frames.as_deref().map(create).transpose()?;
        let trades = files.trades.as_deref().map(create).transpose()?;
        let mut trades = trades.map(|(path, file)| (path, csv::Writer::from_writer(file)));
        if let Some((path, trades)) = &mut trades {
            trades.write_record(COLUMNS).with_context(|| unwritten(path))?;
        }
        Ok(Self {
            ids,
            tickers: Vec::new(),
            subscriptions: Subscriptions::default(),
            digest: Sha256::new(),
            lines: 0,
            traded: 0,
            frames: frames.map(|(path, file)| (path, BufWriter::new(file))),
            trades,
        })
    }

    /// Notes a contract, at the next place.
    pub(super) fn list(&mut self, ticker: Ticker, at: Timestamp) -> anyhow::Result<()> {
        let frame = self.subscriptions.listed(self.ids, self.tickers.len(), &ticker);
        self.tickers.push(ticker);
        self.write(at, &frame)
    }

    /// Notes what happened.
    pub(super) fn note(&mut self, event: &Event) -> anyhow::Result<()> {
        let market = match &event.what {
            What::Level { market, .. } | What::Status { market, .. } => *market,
            What::Trade(trade) => trade.market,
            _ => return Ok(()),
        };
        // All that is listed is told before anything happens to it.
        let Some(ticker) = self.tickers.get(market) else { return Ok(()) };
        if let What::Trade(trade) = &event.what {
            self.traded += 1;
            if let Some((path, trades)) = &mut self.trades {
                let told = public_trade(self.ids, event.at, trade, ticker);
                let side =
                    if told.taker_outcome_side == Some(shared::market::Side::Yes) { "yes" } else { "no" };
                let (at, price, count) =
                    (event.at.to_string(), trade.price.to_string(), trade.count.to_string());
                let row = [&told.trade_id, ticker.as_str(), &at, &price, &count, side, "false"];
                trades.write_record(row).with_context(|| unwritten(path))?;
            }
        }
        match self.subscriptions.frame(self.ids, event, ticker) {
            Some(frame) => self.write(event.at, &frame),
            None => Ok(()),
        }
    }

    fn write(&mut self, at: Timestamp, frame: &Frame) -> anyhow::Result<()> {
        let raw = serde_json::to_string(frame).context("a frame can't be written as JSON")?;
        let line = Line { recv_ts_ns: at.micros().saturating_mul(1_000), raw: &raw };
        let mut line = serde_json::to_string(&line).context("a line can't be written as JSON")?;
        line.push('\n');
        self.digest.update(line.as_bytes());
        self.lines += 1;
        if let Some((path, frames)) = &mut self.frames {
            frames.write_all(line.as_bytes()).with_context(|| unwritten(path))?;
        }
        Ok(())
    }

    /// Ends the tape: all is in the files.
    pub(super) fn finish(self) -> anyhow::Result<Summary> {
        if let Some((path, mut frames)) = self.frames {
            frames.flush().with_context(|| unwritten(&path))?;
        }
        if let Some((path, mut trades)) = self.trades {
            trades.flush().with_context(|| unwritten(&path))?;
        }
        Ok(Summary { lines: self.lines, trades: self.traded, sha256: hexadecimal(&self.digest.finalize()) })
    }
}

/// Returns bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
