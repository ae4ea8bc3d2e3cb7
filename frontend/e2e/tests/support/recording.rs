//! A recorded session that is long enough.

use anyhow::{Context, Result};

use super::files::unzipped;
use super::recorded;

/// What it is called, and its contract with the most changes.
pub(crate) const NAME: &str = "KXBTC15M_20260514T043808Z";
pub(crate) const CONTRACT: &str = "KXBTC15M-26MAY140100-00";

/// Returns a file with the recording twice, the second time an hour later: a hundred thousand changes of one contract.
pub(crate) fn twice() -> Result<Option<std::path::PathBuf>> {
    let Some(path) = recorded(&format!("data/books/{NAME}.ws.jsonl.gz")) else { return Ok(None) };
    let text = String::from_utf8(unzipped(&path)?)?;
    let folder = std::env::temp_dir().join(format!("tauroi-depth-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{NAME}.ws.jsonl"));
    let mut lines = text.clone();
    for line in text.lines() {
        let rest = line.strip_prefix("{\"recv_ns\":").context("a time")?;
        let (time, rest) = rest.split_once(',').context("more than a time")?;
        lines.push_str(&format!("{{\"recv_ns\":{},{rest}\n", time.parse::<i64>()? + 3_600_000_000_000));
    }
    std::fs::write(&file, lines)?;
    Ok(Some(file))
}
