//! `tauroi paper`: the paper exchange alone.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use tracing::info;

use super::signals::Signals;
use crate::clock::{Clock, machine_time};
use crate::paper::{KeyKind, Settings, start};

#[derive(Args)]
pub(super) struct Options {
    /// The port on 127.0.0.1 that it listens on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The seed of the simulated traders
    #[arg(long, default_value_t = 20)]
    rng_seed: u64,
    /// How many times as fast as the real one the exchange's clock runs
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// How many days the simulated event lasts
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(2..=62))]
    days: u32,
    /// The kind of key that its member signs with
    #[arg(long, value_enum, default_value_t = KeyKind::Ed25519)]
    key: KeyKind,
    /// Write the four `KALSHI_` variables to this file, and the private key to `FILE.key`
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
}

/// Runs the exchange until it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // More than a year a second is no speed at which anything could be seen.
    if !(options.speed > 0.0 && options.speed <= 1e7) {
        bail!("--speed: must be above 0 and at most 10000000, got {}", options.speed);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(options));
    runtime.shutdown_background();
    outcome
}

async fn serve(options: &Options) -> anyhow::Result<()> {
    let clock = Clock::scaled(machine_time(), options.speed);
    let Options { port, rng_seed, days, key, .. } = *options;
    let settings = Settings { port, rng_seed, days, key, clock: clock.clone() };
    let mut exchange = start(settings).await?;
    if let Some(file) = &options.env {
        exchange.credentials().write(file, &clock)?;
    }
    // Before anybody can know that it runs.
    let mut signals = Signals::listen().context("can't listen for signals")?;
    // The first line on standard output is for programs that started this one: it names the address.
    writeln!(std::io::stdout(), "The paper exchange is at {}", exchange.credentials().api_base)
        .context("standard output can't be written")?;
    tokio::select! {
        ended = exchange.ended() => return ended,
        signal = signals.next() => info!("{signal}: stopping"),
    }
    exchange.stop().await?;
    info!("stopped");
    Ok(())
}
