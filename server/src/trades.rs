//! The trades that a command names, read the same way by all of them.

mod json;

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use shared::market::Trade;
use shared::market::csv::{TradeReader, TradesRead};

use crate::files::{self, Found};

/// What files of trades are called in a folder.
const CALLED: &str = "*trades.csv, *trades.json or *trades.jsonl, or one of these with .gz, or *trades.parquet, nor a part of a table";
/// The folder of a table in parts.
const TABLE: &str = "trades";

/// What files of trades hold.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The trades, in the order of files and lines.
    pub(crate) trades: Vec<Trade>,
    /// What was left out, and why, a sentence each: files, rows, trades that were in an earlier file.
    pub(crate) left_out: Vec<String>,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
}

/// Reads the files of trades among `paths`, each a file or a folder, which `option` names.
///
/// Of a folder, the files that are called so are read, and the parts of a table: Parquet in folders `NAME=VALUE`, as
/// [`crate::history`] writes them. Candles and contracts beside them are none.
///
/// A malformed row is left out and named, and the rest of its file is read; so is a file that can't be read as one of
/// trades. What an earlier file holds too counts once, and is named: the same file under another name or packing, or
/// downloads that overlap. Within a file all rows count: a sweep may fill several equal orders at one instant.
///
/// # Errors
///
/// Fails when a path isn't there, or is a folder without a file of trades.
pub(crate) fn read(option: &str, paths: &[PathBuf]) -> anyhow::Result<Recorded> {
    let mut recorded = Recorded::default();
    let (mut names, mut starts) = (Vec::new(), Vec::new());
    for file in files::find(option, paths, within, CALLED)? {
        recorded.files.push(file.path.clone());
        match read_file(&file) {
            Ok(mut read) => {
                let name = file.path.display().to_string();
                recorded.left_out.extend(read.malformed.sentences(&name));
                names.push(name);
                starts.push(recorded.trades.len());
                recorded.trades.append(&mut read.trades);
            }
            Err(error) => recorded.left_out.push(format!("{error:#}")),
        }
    }
    recorded.left_out.extend(shared::market::count_once_of(&mut recorded.trades, &starts, &names));
    Ok(recorded)
}

/// Returns whether there are files of trades in a folder.
pub(crate) fn are_in(folder: &Path) -> bool {
    within(folder).is_ok_and(|found| !found.is_empty())
}

/// Returns the files of trades in a folder.
fn within(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = files::in_folder(folder, is_called)?;
    files.retain(|path| !path.is_dir());
    files.extend(files::in_partitions(folder, TABLE, |name| name.ends_with(".parquet"))?);
    files.sort();
    files.dedup();
    Ok(files)
}

/// Returns whether a file in a folder says by its name that it holds trades.
fn is_called(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.ends_with("trades.parquet")
        || ["trades.csv", "trades.json", "trades.jsonl"].iter().any(|end| name.ends_with(end))
}

/// Returns what a table holds instead of trades, if its header says so: what lies beside trades is easily taken for them.
fn other_table(start: &[u8]) -> Option<&'static str> {
    let header = start.split(|byte| *byte == b'\n').next()?;
    let header = String::from_utf8_lossy(header).to_ascii_lowercase();
    let has = |column: &str| header.split(',').any(|name| name.trim().trim_matches('"') == column);
    match () {
        () if has("end_period_ts") => Some("candles"),
        () if has("event_ticker") && has("result") => Some("contracts"),
        () => None,
    }
}

/// Reads one file; an error names it.
fn read_file(file: &Found) -> anyhow::Result<TradesRead> {
    let name = file.path.display().to_string();
    let mut reader = TradeReader::new(&name);
    // A table is read as it comes; JSON is kept, and read when it is whole.
    let (mut kept, mut is_first, mut is_json) = (Vec::new(), true, false);
    files::read_pieces(&file.path, |piece| {
        if std::mem::take(&mut is_first) {
            is_json = json::begins(piece);
            other_table(piece).map_or(Ok(()), |what| Err(anyhow!("{name} holds {what}, and no trades")))?;
        }
        if is_json {
            kept.extend_from_slice(piece);
        } else {
            reader.push(piece)?;
        }
        Ok(())
    })?;
    let read = if is_json { json::read(&kept, &name)? } else { reader.finish()? };
    if read.trades.is_empty() && read.malformed.count == 0 {
        bail!("{} holds no trade", file.path.display());
    }
    Ok(read)
}
