//! What is known of contracts besides their trades.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::market::csv::read_markets;
use shared::market::{Contract, EventTape, doubts};

use crate::markets::{Known, read as known_of};
use crate::{files, history};

/// Returns the files of contracts of the histories among `tapes`: what is known of contracts where no file is named.
///
/// # Errors
///
/// Names the folder that can't be read.
pub(super) fn of_tapes(tapes: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in tapes {
        let found = history::markets_of(folder);
        files.extend(found.with_context(|| format!("--tape: {} can't be read", folder.display()))?);
    }
    Ok(files)
}

/// Reads the file of `--markets`, or else the files of the histories among `tapes`, which is said on standard error, and so are
/// the rows that were skipped; nothing is known without any.
pub(super) fn read(path: Option<&Path>, tapes: &[PathBuf]) -> anyhow::Result<Vec<Contract>> {
    let Some(path) = path else {
        let files = of_tapes(tapes)?;
        let Known { contracts, left_out } = known_of(&files);
        let mut stderr = std::io::stderr().lock();
        for file in files {
            writeln!(stderr, "contracts: those of {}, as there is no --markets", file.display())?;
        }
        for what in left_out {
            writeln!(stderr, "skipped: {what}")?;
        }
        return Ok(contracts);
    };
    let bytes = files::read(path).context("--markets")?;
    let name = path.display().to_string();
    let read = read_markets(&bytes, &name).context("--markets")?;
    let mut stderr = std::io::stderr().lock();
    for what in read.malformed.sentences(&name) {
        writeln!(stderr, "skipped: {what}")?;
    }
    Ok(read.contracts)
}

/// Groups tapes by the events that their contracts are of, and says on standard error which events may be none of which at
/// most one contract pays.
pub(super) fn group(tapes: Vec<EventTape>, markets: &[Contract]) -> anyhow::Result<Vec<EventTape>> {
    let tapes = EventTape::regrouped(tapes, markets);
    let mut stderr = std::io::stderr().lock();
    for doubt in doubts(&tapes, markets) {
        writeln!(stderr, "doubtful: {doubt}")?;
    }
    Ok(tapes)
}
