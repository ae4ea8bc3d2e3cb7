//! The tape's lines, their digest and their files.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest as _, Sha256};
use shared::market::Side;
use shared::units::Timestamp;
use shared::wire::{Frame, TradeMessage};

use super::{Files, Summary};
use crate::hexadecimal::hexadecimal;

/// A file, and its name for errors.
type Named<W> = (PathBuf, W);

/// Writes a tape.
pub(super) struct Writer {
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
    pub(super) fn create(files: &Files) -> anyhow::Result<Self> {
        let frames = files.frames.as_deref().map(create).transpose()?;
        let trades = files.trades.as_deref().map(create).transpose()?;
        let mut trades = trades.map(|(path, file)| (path, csv::Writer::from_writer(file)));
        if let Some((path, trades)) = &mut trades {
            trades.write_record(COLUMNS).with_context(|| unwritten(path))?;
        }
        Ok(Self {
            digest: Sha256::new(),
            lines: 0,
            traded: 0,
            frames: frames.map(|(path, file)| (path, BufWriter::new(file))),
            trades,
        })
    }

    /// Writes a trade into the table.
    fn trade(&mut self, at: Timestamp, trade: &TradeMessage) -> anyhow::Result<()> {
        self.traded += 1;
        let Some((path, trades)) = &mut self.trades else { return Ok(()) };
        let (at, price, count) =
            (at.to_string(), trade.yes_price_dollars.to_string(), trade.count_fp.to_string());
        let side = match trade.taker_outcome_side {
            Some(Side::Yes) => "yes",
            Some(Side::No) => "no",
            None => "",
        };
        let is_block = if trade.is_block_trade == Some(true) { "true" } else { "false" };
        let row = [&trade.trade_id, trade.market_ticker.as_str(), &at, &price, &count, side, is_block];
        trades.write_record(row).with_context(|| unwritten(path))
    }

    /// Writes what was said at an instant.
    pub(super) fn write(&mut self, at: Timestamp, frame: &Frame) -> anyhow::Result<()> {
        if let Frame::Trade { msg, .. } = frame {
            self.trade(at, msg)?;
        }
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
