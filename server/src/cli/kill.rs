//! `tauroi kill`: takes all orders back, whatever else runs or doesn't.

use std::io::Write as _;

use anyhow::{Context, bail};

use crate::clock::Clock;
use crate::kalshi::{Client, Config, Failure};

/// How often it is asked again whether nothing rests.
const ROUNDS: usize = 5;

/// Takes all orders back and asks the exchange until none rests.
pub(super) fn run() -> anyhow::Result<()> {
    let client = Client::new(Config::from_environment()?, Clock::real())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(kill(&client))
}

async fn kill(client: &Client) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let mut last = None;
    for _ in 0..ROUNDS {
        // To cancel everything once more changes nothing, so that what is unknown may be asked again.
        match client.cancel_all().await {
            Ok(()) => {}
            Err(refused @ Failure::Refused { .. }) => bail!(refused),
            Err(other) => last = Some(other),
        }
        match client.resting().await {
            Ok(resting) if resting.is_empty() => {
                return writeln!(out, "No order rests.").context("standard output can't be written");
            }
            Ok(resting) => {
                writeln!(out, "{} orders still rest.", resting.len())
                    .context("standard output can't be written")?;
            }
            Err(refused @ Failure::Refused { .. }) => bail!(refused),
            Err(other) => last = Some(other),
        }
    }
    match last {
        Some(failure) => Err(failure).context("ORDERS MAY STILL REST"),
        None => bail!("ORDERS STILL REST after {ROUNDS} cancellations"),
    }
}
