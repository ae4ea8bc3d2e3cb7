//! `cargo xtask bench history`: how fast a contract's year is charted from a history of a hundred million trades.

use std::process::Command;

use anyhow::{Context, bail};

use super::Options;
use crate::{bundle, workspace};

/// How many trades there are, if nothing else is said: a busy exchange's year.
const TICKS: u64 = 100_000_000;

/// Lets the program make the history in the cache, where it stays, and measure.
///
/// # Errors
///
/// Says that the program failed.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let program = options.program.clone().map_or_else(bundle::release_binary, Ok)?;
    let ticks = options.ticks.unwrap_or(TICKS);
    let folder = workspace::cache().join(format!("bench/history-{ticks}"));
    eprintln!(
        "  ▸ {ticks} trades in {}, made the first time: some minutes and 25 bytes each",
        folder.display()
    );
    let mut command = Command::new(&program);
    command.args(["history", "--measure", &ticks.to_string(), "--history"]).arg(&folder);
    let status = command.status().with_context(|| format!("{} could not be started", program.display()))?;
    if !status.success() {
        bail!("a history could not be measured ({status}): the lines above say why");
    }
    Ok(())
}
