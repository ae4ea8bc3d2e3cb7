//! `tauroi signal --data-only`: fetch and calibrate, and ask no exchange.

use std::io::Write as _;

use anyhow::{Context, bail};
use serde::Serialize;
use shared::nowcast::calibration::{Estimate, calibrate};
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::series::History;
use shared::units::{Date, Timestamp};
use tracing::{info, warn};

use super::ground::Ground;
use crate::sources::Wanted;

/// What is known of an artist: the line that is written.
#[derive(Debug, Serialize)]
struct Line<'a> {
    artist: &'a str,
    date: Date,
    spot_official: u64,
    counts_as_of: Date,
    spot_nowcast: u64,
    /// New posts on TikTok against the artist's own peak, from 0 to 1.
    velocity: f64,
    sigma: Option<f64>,
    sigma_se: Option<f64>,
    tiktok_gamma: Option<f64>,
    tiktok_gamma_se: Option<f64>,
    tiktok_beta: Option<f64>,
    tiktok_beta_se: Option<f64>,
    lambda: Option<f64>,
    lambda_se: Option<f64>,
    calibration_days: Option<u32>,
    /// How much of the nowcast's bands rests on other artists' errors, from 0 to 1.
    prior_share: f64,
    logged_at: Timestamp,
}

/// Fetches what is stale of an artist and writes what is known of it, a JSON line.
pub(super) async fn print(ground: &Ground, target: &Wanted) -> anyhow::Result<()> {
    let wanted = [target.clone()];
    let plan = ground.collector.plan(&wanted).await?;
    info!("{plan}");
    let collected = ground.collector.collect(plan).await?;
    for problem in collected.problems() {
        warn!("{problem}");
    }
    let known = collected.artists.into_iter().next().and_then(|artist| artist.history);
    let Some(history) = known else { bail!("nothing is known of {target}: --artist names another artist") };
    let now = ground.clock.now();
    let line = tokio::task::spawn_blocking(move || line(&history, now)).await.context("to calibrate")??;
    writeln!(std::io::stdout(), "{line}").context("standard output can't be written")
}

fn line(history: &History, now: Timestamp) -> anyhow::Result<String> {
    let view = history.as_of(now.date());
    let nowcaster = Nowcaster::fit(&[view])?;
    let fan = nowcaster.fan(0, 1, &[])?;
    let fit = nowcaster.parameters();
    let all = calibrate(fit, &[view]);
    let calibrated = all.first().copied().unwrap_or_default();
    let velocity = calibrated.found.and_then(|found| found.velocity);
    let value = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.value);
    let error = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.error);
    let sigma = calibrated.found.map(|found| found.sigma);
    let lambda = calibrated.found.map(|found| found.lambda);
    // Counts are far below 2^53.
    let count = |count: f64| count.round() as u64;
    let (as_of, official) = fan.official;
    Ok(serde_json::to_string(&Line {
        artist: history.artist(),
        date: now.date(),
        spot_official: count(official),
        counts_as_of: as_of,
        spot_nowcast: count(fan.steps.last().map_or(official, |step| step.listeners.median())),
        velocity: calibrated.now.0,
        sigma: value(sigma),
        sigma_se: error(sigma),
        tiktok_gamma: value(velocity.map(|velocity| velocity.gamma)),
        tiktok_gamma_se: error(velocity.map(|velocity| velocity.gamma)),
        tiktok_beta: value(velocity.map(|velocity| velocity.beta)),
        tiktok_beta_se: error(velocity.map(|velocity| velocity.beta)),
        lambda: value(lambda),
        lambda_se: error(lambda),
        calibration_days: sigma.map(|sigma| sigma.days),
        prior_share: fit.prior_share(),
        logged_at: now,
    })?)
}
