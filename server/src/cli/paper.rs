//! `tauroi paper`: the paper exchange alone.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum as _};
use tracing::info;

use super::interrupts::Interrupts;
use crate::clock::{Clock, machine_time, speed};
use crate::paper::{Behaviour, FaultFile, KeyKind, Settings, Tier, read_faults, start};

pub(super) const ABOUT: &str = "\
Run a paper exchange that speaks Kalshi's wire, with simulated traders

It listens on 127.0.0.1 alone, and lists one simulated KXTOPMONTHLY event whose traders are drawn from the
seed. Its one member starts with 10,000 dollars of play money. Its first line on standard output says where it
is. It keeps nothing: when it ends, all that happened there is gone.";

const MORE: &str = "\
Files:
  FILE gets a line NAME=value for each of
    KALSHI_ACCESS_KEY        the id of the member's key
    KALSHI_API_SECRET_FILE   where its private key is: FILE.key, in PEM
    KALSHI_API_BASE          where REST is
    KALSHI_WS_URL            where the WebSocket is
    TAUROI_PAPER_CLOCK       the exchange's time: what it shows, as of which time of this machine, how fast; the
                             times in microseconds since 1970
    TAUROI_PAPER_TOKEN       what lets one change the exchange while it runs, under /paper
  Both files are replaced if they are there, and only their owner may read them.

Example: a month that passes in three quarters of an hour
  tauroi paper --speed 1000 --days 31 --env paper.env";

#[derive(Args)]
#[command(after_long_help = MORE)]
pub(super) struct Options {
    /// The port on 127.0.0.1 that it listens on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The seed of the simulated traders
    #[arg(long, default_value_t = 20)]
    rng_seed: u64,
    /// How many times as fast as the real one the exchange's clock runs
    #[arg(long, default_value = "1", value_parser = speed)]
    speed: f64,
    /// How many days the simulated event lasts
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(2..=62))]
    days: u32,
    /// The kind of key that its member signs with
    #[arg(long, value_enum, default_value_t = KeyKind::Ed25519)]
    key: KeyKind,
    /// How much its member may ask, as Kalshi's tiers of usage; `unlimited` asks without limit
    #[arg(long, value_name = "TIER", default_value = "basic", value_parser = tier)]
    tier: Limits,
    /// What goes wrong on purpose, and how the exchange behaves: a file in TOML, as docs/faults.md says
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Leave out the oddities of Kalshi's exchange, as positions that are behind fills
    #[arg(long)]
    plain: bool,
    /// Write what a client needs to this file, as variables, and the private key to `FILE.key`
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
}

/// What a member may ask.
type Limits = Option<Tier>;

/// Reads a tier, or that there is none.
fn tier(text: &str) -> Result<Limits, String> {
    if text == "unlimited" { Ok(None) } else { Tier::from_str(text, false).map(Some) }
}

/// Runs the exchange until it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(options));
    runtime.shutdown_background();
    outcome
}

async fn serve(options: &Options) -> anyhow::Result<()> {
    let clock = Clock::scaled(machine_time(), options.speed);
    let Options { port, rng_seed, days, key, tier, plain, .. } = *options;
    let FaultFile { behaviour, faults } =
        options.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default();
    anyhow::ensure!(
        !plain || behaviour.is_none(),
        "--plain: the file of faults says how the exchange behaves"
    );
    let behaviour = if plain { Behaviour::plain() } else { behaviour.unwrap_or_default() };
    let settings =
        Settings { port, rng_seed, days, past_days: 0, key, tier, behaviour, faults, clock: clock.clone() };
    let mut exchange = start(settings).await?;
    if let Some(file) = &options.env {
        exchange.credentials().write(file, &clock)?;
    }
    // Before anybody can know that it runs.
    let mut signals = Interrupts::listen().context("can't listen for signals")?;
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
