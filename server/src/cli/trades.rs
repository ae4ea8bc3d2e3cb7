//! The trades that `--tape` names.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use crate::trades::{self, Recorded};

/// Reads the trades in the order of files and lines, and says on standard error what was left out.
///
/// # Errors
///
/// Names the option when a path isn't there, or when there is no trade at all.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Recorded> {
    let recorded = trades::read("--tape", paths)?;
    let mut stderr = std::io::stderr().lock();
    for what in &recorded.left_out {
        writeln!(stderr, "skipped: {what}")?;
    }
    if recorded.trades.is_empty() {
        bail!("--tape: there is no trade in these files");
    }
    Ok(recorded)
}
