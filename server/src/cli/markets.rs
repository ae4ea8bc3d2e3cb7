//! What is known of contracts besides their trades.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use shared::market::csv::read_markets;
use shared::market::{Contract, EventTape, doubts};

use crate::files;

/// Reads the file of `--markets`, and says on standard error which rows were skipped; nothing is known without one.
pub(super) fn read(path: Option<&Path>) -> anyhow::Result<Vec<Contract>> {
    let Some(path) = path else { return Ok(Vec::new()) };
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
