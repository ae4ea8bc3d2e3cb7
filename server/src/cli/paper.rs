//! `tauroi paper`: the paper exchange alone.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum as _};
use shared::units::Timestamp;
use tracing::info;

use super::interrupts::Interrupts;
use crate::cli::log;
use crate::clock::{Clock, machine_time, span, speed};
use crate::paper::{
    Behaviour, FaultFile, KeyKind, Settings, TapeFiles, TapeSummary, Tier, read_faults, replay, simulate,
    start,
};

pub(super) const ABOUT: &str = "\
Run a paper exchange that speaks Kalshi's wire, with simulated traders

It listens on 127.0.0.1 alone, and lists one simulated KXTOPMONTHLY event whose traders are drawn from the
seed. Its one member starts with 10,000 dollars of play money. Its first line on standard output says where it
is. When it ends, all that happened there is gone but for what --tape, --trades and --journal write.";

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

The same world again:
  What the simulated traders do follows from --rng-seed, --start and --days alone, whatever the speed. The tape is
  what the exchange says to everybody: books, trades and settlements, a frame a line with the exchange's time. Its
  SHA-256 is told at the end. --run-for without --speed listens to nobody and simulates as fast as it goes; its
  start, where none is named, is the first instant of November 2026.

Examples: a month that passes in three quarters of an hour, and one that is over at once
  tauroi paper --speed 1000 --days 31 --env paper.env
  tauroi paper --run-for 32d --days 31 --tape month.ws.jsonl --trades month.csv";

/// When a simulation without clients begins, if nothing else is said: 2026-11-01T00:00:00Z, in microseconds since 1970.
const FIRST_INSTANT: i64 = 1_793_491_200_000_000;

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
    #[arg(long, value_parser = speed)]
    speed: Option<f64>,
    /// What the exchange's clock shows at first, as `2026-11-01T00:00:00Z`; else the machine's time
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// How long it runs by the exchange's clock, as 10m, 5h or 31d; else until it is interrupted
    #[arg(long, value_name = "TIME", value_parser = span)]
    run_for: Option<Duration>,
    /// Write all that is told to everybody to this file (`.ws.jsonl`)
    #[arg(long, value_name = "FILE")]
    tape: Option<PathBuf>,
    /// Note what clients do in this file (JSON Lines), so that it can be done again
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Do what this journal says again, without any socket, and compare what is answered and told
    #[arg(long, value_name = "FILE", exclusive = true)]
    replay: Option<PathBuf>,
    /// Write the trades to this file (CSV)
    #[arg(long, value_name = "FILE")]
    trades: Option<PathBuf>,
    /// How many days the simulated event lasts
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(2..=62))]
    days: u32,
    /// How many days ago it began: what was traded since is there already, and so is how it settled if it has
    #[arg(long, default_value_t = 0, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=366))]
    past_days: u32,
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

/// Runs the exchange until its time is over or it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    log::begin();
    if let Some(file) = &options.replay {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let replayed = runtime.block_on(replay(file))?;
        return writeln!(std::io::stdout(), "{replayed}").context("standard output can't be written");
    }
    let start = match (options.start, options.run_for, options.speed) {
        (Some(start), ..) => start,
        (None, Some(_), None) => Timestamp::from_micros(FIRST_INSTANT)?,
        _ => machine_time(),
    };
    let ends = options.run_for.map(|lasts| {
        let micros = i64::try_from(lasts.as_micros()).ok();
        micros
            .and_then(|micros| start.checked_add_micros(micros))
            .context("--run-for: it ends past the calendar")
    });
    let ends = ends.transpose()?;
    let clock = Clock::scaled(start, options.speed.unwrap_or(1.0));
    let files = TapeFiles { frames: options.tape.clone(), trades: options.trades.clone() };
    let is_recorded = files.frames.is_some() || files.trades.is_some();
    let FaultFile { behaviour, faults, .. } =
        options.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default();
    anyhow::ensure!(
        !options.plain || behaviour.is_none(),
        "--plain: the file of faults says how the exchange behaves"
    );
    let settings = Settings {
        port: options.port,
        rng_seed: options.rng_seed,
        days: options.days,
        past_days: options.past_days,
        key: options.key,
        tier: options.tier,
        behaviour: if options.plain { Behaviour::plain() } else { behaviour.unwrap_or_default() },
        faults,
        clock,
        ends,
        tape: is_recorded.then_some(files),
        journal: options.journal.clone(),
        is_again: false,
    };
    if let (Some(ends), None) = (ends, options.speed) {
        for (option, is_there) in [("--env", options.env.is_some()), ("--journal", options.journal.is_some())]
        {
            anyhow::ensure!(!is_there, "{option}: with --run-for and without --speed there are no clients");
        }
        return tell(&simulate(&Settings { clock: Clock::by_hand(start), ..settings }, ends)?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(options, settings));
    runtime.shutdown_background();
    match outcome? {
        Some(summary) => tell(&summary),
        None => Ok(()),
    }
}

/// Tells what the tape came to.
fn tell(summary: &TapeSummary) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "The tape: {summary}").context("standard output can't be written")
}

async fn serve(options: &Options, settings: Settings) -> anyhow::Result<Option<TapeSummary>> {
    let clock = settings.clock.clone();
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
        ended = exchange.ended() => ended?,
        signal = signals.next() => info!("{signal}: stopping"),
    }
    let summary = exchange.stop().await?;
    info!("stopped");
    Ok(summary)
}
