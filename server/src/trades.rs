//! The trades that a command names, read the same way by all of them.

use std::path::PathBuf;

use anyhow::bail;
use shared::market::Trade;
use shared::market::csv::{TradeReader, TradesRead};

use crate::files::{self, Found};

/// What files of trades are called in a folder.
const CALLED: &str = "*trades.csv or *trades.csv.gz";

/// What files of trades hold.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The trades, in the order of files and lines.
    pub(crate) trades: Vec<Trade>,
    /// What was left out, and why, a sentence each: files, rows.
    pub(crate) left_out: Vec<String>,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
}

/// Reads the files of trades among `paths`, each a file or a folder, which `option` names.
///
/// A malformed row is left out and named, and the rest of its file is read; so is a file that can't be read as one of
/// trades.
///
/// # Errors
///
/// Fails when a path isn't there, or is a folder without a file of trades.
pub(crate) fn read(option: &str, paths: &[PathBuf]) -> anyhow::Result<Recorded> {
    let mut recorded = Recorded::default();
    for file in files::find(option, paths, is_called, CALLED)? {
        recorded.files.push(file.path.clone());
        match read_file(&file) {
            Ok(read) => recorded.add(&file, read),
            Err(error) => recorded.left_out.push(format!("{error:#}")),
        }
    }
    Ok(recorded)
}

impl Recorded {
    /// Takes in what a file holds.
    fn add(&mut self, file: &Found, read: TradesRead) {
        let more = read.malformed_count - read.malformed.len() as u64;
        self.left_out.extend(read.malformed.iter().map(ToString::to_string));
        if more > 0 {
            self.left_out.push(format!("{}: {more} more malformed rows", file.path.display()));
        }
        self.trades.extend(read.trades);
    }
}

/// Returns whether a file in a folder says by its name that it holds trades.
fn is_called(name: &str) -> bool {
    name.ends_with("trades.csv") || name.ends_with("trades.csv.gz")
}

/// Reads one file; an error names it.
fn read_file(file: &Found) -> anyhow::Result<TradesRead> {
    let mut reader = TradeReader::new(&file.path.display().to_string());
    files::read_pieces(&file.path, |piece| Ok(reader.push(piece)?))?;
    let read = reader.finish()?;
    if read.trades.is_empty() && read.malformed_count == 0 {
        bail!("{} holds no trade", file.path.display());
    }
    Ok(read)
}
