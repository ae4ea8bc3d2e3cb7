//! `tauroi signal --data-only`: fetch and calibrate, and ask no exchange.

use std::io::Write as _;

use anyhow::{Context, bail};
use tracing::{info, warn};

use super::ground::Ground;
use crate::sources::Wanted;

/// Fetches what is stale of an artist and writes what is known of it, a JSON line.
pub(super) async fn print(ground: &Ground, target: &Wanted) -> anyhow::Result<()> {
    let wanted = [target.clone()];
    let plan = ground.collector.plan(&wanted).await?;
    info!("{plan}");
    let collected = ground.collector.collect(plan).await?;
    for problem in collected.problems() {
        warn!("{problem}");
    }
    let known = collected.artists.first().and_then(|artist| artist.history.as_ref());
    let Some(history) = known else { bail!("nothing is known of {target}") };
    let line = serde_json::json!({ "artist": history.artist() });
    writeln!(std::io::stdout(), "{line}").context("standard output can't be written")
}
