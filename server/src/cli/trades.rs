//! The trades that `--tape` names.

use std::path::PathBuf;

use anyhow::bail;
use shared::market::Trade;
use shared::market::csv::read_trades;

use crate::files;

/// Reads the trades in the order of files and lines; an error names the option or the file, with its line and column.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Trade>> {
    let mut trades = Vec::new();
    let wanted = |name: &str| name.ends_with("trades.csv") || name.ends_with("trades.csv.gz");
    for file in files::find("--tape", paths, wanted, "*trades.csv or *trades.csv.gz")? {
        let name = file.path.display().to_string();
        trades.extend(read_trades(&files::read(&file.path)?, &name)?);
    }
    if trades.is_empty() {
        bail!("--tape: there is no trade in these files");
    }
    Ok(trades)
}
