//! `tauroi signal`: what the contracts are worth beside their prices, once or for ever.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use shared::market::EventTicker;
use shared::signal::Overrides;
use shared::units::Cash;
use tracing::{info, warn};

use super::super::interrupts::Interrupts;
use super::super::nowcast::histories::read_event_files;
use super::ground::{Ground, GroundOptions};
use crate::cli::log;
use crate::environment::cache_folder;
use crate::signals::{Engine, Heard, Log, Ran, Settings, Spans, repeat};
use crate::sources::Wanted;

pub(in crate::cli) const ABOUT: &str = "\
Say what contracts are worth beside their prices, once or for ever

Each run fetches what is stale of the artists' listeners, calibrates, nowcasts, prices every competitor, compares
with the market and writes a JSON line a contract: to standard output, and to the end of the log. Without --event
it is the target artist's line alone, in the event that closes next. No form of it sends an order.";

pub(in crate::cli) const MORE: &str = "\
Where it looks:
  With KALSHI_ACCESS_KEY (and the other KALSHI_ variables) at that exchange, with --paper FILE at the paper exchange
  that wrote the file, and without either in the demo's world: a simulated event whose exchange and sources run inside.
  With CHARTMETRIC_REFRESH_TOKEN listeners come from Chartmetric, with SPOTIFY_CLIENT_ID releases from Spotify; without
  them there is what `tauroi listeners import` has brought. It says which of these it is.

A line has the fields artist, date, spot_official, spot_nowcast, strike, leader, market_type, fair_value, market_price,
edge, signal, sigma_adj, ticker, T_days, logged_at, and ours behind them. edge is fair_value less market_price; the
signal is BUY above +0.05, SELL below -0.05 and else HOLD, and `reason` says why. What could not be fetched is said on
standard error; what is older than it should be says since when.

Examples:
  tauroi signal --event KXTOPMONTHLY-26FEB
  tauroi signal --loop --interval 900
  tauroi signal --data-only --artist 'Bad Bunny'
  python -c \"import pandas as pd; print(pd.read_json('signals/signal_log.jsonl', lines=True))\"";

#[derive(Args)]
#[group(id = "signal run")]
pub(in crate::cli) struct Options {
    /// The event, of which each contract gets a line [default: the one that closes next, and its target's line alone]
    #[arg(long, value_name = "TICKER")]
    event: Option<EventTicker>,
    /// The target artist [default: the one of `CHARTMETRIC_ARTIST_ID`]
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// Mark the lines as tried only; no form of this command sends an order
    #[arg(long)]
    dry_run: bool,
    /// Fetch and calibrate only: a line of figures an artist, and no question to an exchange
    #[arg(long, conflicts_with_all = ["event", "strike", "competitor_listeners", "every"])]
    data_only: bool,
    /// Take this count for the leader's in leader-strike values, and nowhere else
    #[arg(long, value_name = "N")]
    strike: Option<f64>,
    /// Take this count for the leader's everywhere
    #[arg(long, value_name = "N")]
    competitor_listeners: Option<f64>,
    /// Look again and again, through every failure, until it is interrupted
    #[arg(long = "loop")]
    every: bool,
    /// How many seconds pass between two runs of a loop, by the exchange's clock
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    interval: u64,
    /// The log, to whose end lines are written
    #[arg(long, default_value = "signals/signal_log.jsonl", value_name = "FILE")]
    log: PathBuf,
    /// How many dollars sizes are of
    #[arg(long, default_value_t = 10_000, value_name = "DOLLARS", value_parser = clap::value_parser!(i64).range(1..=1_000_000_000))]
    capital: i64,
    /// Files or folders of what moves listeners (artist, date, kind, impact)
    #[arg(long, value_name = "FILE", num_args = 1..)]
    events: Vec<PathBuf>,
    #[command(flatten)]
    ground: GroundOptions,
}

/// Looks for signals.
pub(in crate::cli) fn run(options: &Options) -> anyhow::Result<()> {
    log::begin_terse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(look(options));
    runtime.shutdown_background();
    outcome
}

async fn look(options: &Options) -> anyhow::Result<()> {
    // Before anything is begun that an interruption would leave half done.
    let mut interrupts = Interrupts::listen().context("can't listen for signals")?;
    let ground = Ground::find(&options.ground, options.data_only).await?;
    for note in &ground.notes {
        info!("{note}");
    }
    let target = match &options.artist {
        Some(name) => Wanted::Named(name.clone()),
        None => ground.target.clone(),
    };
    if options.data_only {
        return super::data::print(&ground, &target).await;
    }
    let settings = Settings {
        event: options.event.clone(),
        target: (options.event.is_none() || options.artist.is_some()).then_some(target),
        overrides: Overrides { strike: options.strike, competitor_listeners: options.competitor_listeners },
        events: read_event_files(&options.events)?,
        capital: Cash::from_microdollars(options.capital.saturating_mul(1_000_000)),
        fits: Some(cache_folder()?.join("fits.json")),
        dry_run: options.dry_run,
        ..Settings::of("KXTOPMONTHLY")
    };
    let spans = Spans::new(Duration::from_secs(options.interval)).context("--interval")?;
    let (log, opened) = Log::open(&options.log)?;
    if let Some(mended) = opened.mended {
        warn!("{mended}");
    }
    // The demo's world lasts as long as this.
    let Ground { client, collector, clock, world: _world, .. } = ground;
    let client = client.context("there is no exchange to ask")?;
    let logged = opened.last.as_deref().and_then(last_run);
    let mut engine = Engine::new(settings, client, collector, clock.clone(), logged)?;
    if !options.every {
        let ran = tokio::select! {
            ran = engine.run(clock.now()) => ran,
            signal = interrupts.next() => bail!("{signal}"),
        };
        return once(log, &ran);
    }
    let print = |heard: Heard| {
        // Whoever reads them may have gone: the log goes on.
        let _ = write(&heard.ran);
    };
    tokio::select! {
        () = repeat(engine, clock, spans, log, logged, print) => {}
        signal = interrupts.next() => info!("{signal}: stopped"),
    }
    Ok(())
}

/// Logs one run, and fails if it found nothing.
fn once(mut log: Log, ran: &Ran) -> anyhow::Result<()> {
    if ran.lines.is_empty() {
        bail!("no signal: {}", ran.problems.join("; "));
    }
    for problem in &ran.problems {
        warn!("{problem}");
    }
    log.append(&ran.lines)?;
    info!("{}", ran.summary);
    write(ran)
}

fn write(ran: &Ran) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in &ran.lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// Returns when the run began that a line is of.
pub(in crate::cli) fn last_run(line: &str) -> Option<shared::units::Timestamp> {
    serde_json::from_str::<shared::signal::Signal>(line).ok()?.run.parse().ok()
}
