//! What is known of contracts besides their trades.

use std::path::Path;

use anyhow::Context;
use shared::market::Contract;
use shared::market::csv::read_markets;

use crate::files;

/// Reads the file of `--markets`; nothing is known without one.
pub(super) fn read(path: Option<&Path>) -> anyhow::Result<Vec<Contract>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = files::read(path).context("--markets")?;
    read_markets(&bytes, &path.display().to_string()).context("--markets")
}
