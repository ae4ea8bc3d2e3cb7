//! Taking every order of the account back, whatever else runs or doesn't.

use anyhow::bail;

use crate::kalshi::{Client, Failure};

/// How often it is asked again whether nothing rests.
const ROUNDS: usize = 5;

/// Takes all orders back and asks the exchange until none rests; returns how many still rested after each round before.
///
/// # Errors
///
/// Says that orders still rest, or that it can't be found out.
pub(crate) async fn kill(client: &Client) -> anyhow::Result<Vec<usize>> {
    let mut rested = Vec::new();
    let mut last = None;
    for _ in 0..ROUNDS {
        // To cancel everything once more changes nothing, so that what is unknown may be asked again.
        match client.cancel_all().await {
            Ok(()) => {}
            Err(refused @ Failure::Refused { .. }) => bail!(refused),
            Err(other) => last = Some(other),
        }
        match client.resting().await {
            Ok(resting) if resting.is_empty() => return Ok(rested),
            Ok(resting) => rested.push(resting.len()),
            Err(refused @ Failure::Refused { .. }) => bail!(refused),
            Err(other) => last = Some(other),
        }
    }
    match last {
        Some(failure) => Err(anyhow::Error::new(failure).context("ORDERS MAY STILL REST")),
        None => bail!("ORDERS STILL REST after {ROUNDS} cancellations"),
    }
}
