//! `tauroi record`: the exchange's stream, written down.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use shared::book::NoPrices;
use shared::market::{EventTicker, Ticker};
use shared::wire::MarketStatus;
use tokio::sync::mpsc;

use super::history;
use super::interrupts::Interrupts;
use crate::cli::log;
use crate::clock::{Clock, span};
use crate::history::{Address, Keeper, Kept, keep};
use crate::kalshi::{Ask, Client, Config, Tap, listen};
use crate::record::{Contents, Rebuild, Recording, Written};

pub(super) const ABOUT: &str = "\
Write down what Kalshi's stream says: books, best prices, trades and what happens to contracts

It records the contracts that are named, all of the events that are named, and all open events of the series
that are named; contracts that are listed while it runs are recorded from then on. It places no order. With
a key, which may be one that can only read, it hears all that happens; without one it asks for books and trades every
five seconds, marks what it writes as polled, and misses what happens between.";

pub(super) const MORE: &str = "\
Files:
  DIR gets a file for each day of UTC, NAME_DAYTTIMEZ.ws.jsonl.gz. No file is ever overwritten. A line is
    {\"recv_ts_ns\":…,\"raw\":\"…\"}                         a frame as it came, and when, in nanoseconds since 1970
    {\"gap\":{\"from_ts_ns\":…,\"to_ts_ns\":…,\"why\":\"…\"}}    something was missed: the connection was cut, frames were
                                                    lost, or the machine slept
  Without a key a line is {\"recv_ts_ns\":…,\"raw\":\"…\",\"polled\":true}: an orderbook_snapshot or a trade that was put
  together from an answer. Bids for NO are told at YES prices. Lines are written at the latest after five seconds, as a part of the file that
  can be read by itself: who kills this loses no more than that.

Variables: as `tauroi kill --help` says, with
  KALSHI_WS_URL            where the stream is, such as wss://external-api-ws.kalshi.com/trade-api/ws/v2

Examples:
  tauroi record --series KXTOPMONTHLY --out tapes
  tauroi paper --speed 1000 --env paper.env & tauroi record --paper paper.env --series KXTOPMONTHLY --out tapes --run-for 10m";

/// How often it is asked what else is listed.
const FIND: Duration = Duration::from_secs(300);
/// How often progress is told where no terminal shows it.
const TELL: Duration = Duration::from_secs(60);
/// How many lists of contracts may wait to be taken.
const WAITING: usize = 4;

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(super) struct Options {
    /// Record all contracts of this series' open events
    #[arg(long, group = "what", value_name = "SERIES")]
    series: Vec<String>,
    /// Record all contracts of this event
    #[arg(long, group = "what", value_name = "EVENT")]
    event: Vec<EventTicker>,
    /// Record this contract
    #[arg(long, group = "what", value_name = "TICKER")]
    ticker: Vec<Ticker>,
    /// The folder for the files
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    out: Option<PathBuf>,
    /// The history to put the trades into, too: a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX` [default: `TAUROI_HISTORY_URL`, or
    /// else none]
    #[arg(long, value_name = "URL")]
    history: Option<Address>,
    /// How long to record, as 90s, 10m, 5h or 31d; else until it is interrupted
    #[arg(long, value_name = "TIME", value_parser = span)]
    run_for: Option<Duration>,
    /// Record the paper exchange that wrote this file (`tauroi paper --env FILE`)
    #[arg(long, value_name = "FILE")]
    paper: Option<PathBuf>,
    /// Read recorded files instead, one after the other, and say what is in them and whether their books can be rebuilt
    #[arg(long, group = "what", value_name = "FILE", num_args = 1.., conflicts_with_all = ["series", "event", "ticker", "out", "history", "run_for", "paper"])]
    check: Vec<PathBuf>,
}

/// Records until the time is over or it is interrupted, or reads what was recorded.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    log::begin();
    let Some(out) = &options.out else { return check(&options.check) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let written = runtime.block_on(record(options, out))?;
    runtime.shutdown_background();
    let Written { frames, gaps, bytes, files } = written;
    let out = out.display();
    writeln!(
        std::io::stdout(),
        "Recorded {frames} frames and {gaps} gaps, {bytes} bytes in {files} files of {out}."
    )
    .context("standard output can't be written")
}

/// Says what recorded files come to.
fn check(files: &[PathBuf]) -> anyhow::Result<()> {
    let mut rebuild = Rebuild::new(None);
    let mut found = Contents::default();
    for file in files {
        found.read(file, &mut rebuild, |odd| tracing::warn!("{odd}"))?;
    }
    let between = found.between.map_or_else(String::new, |(first, last)| {
        format!(" from {} to {}", first.timestamp(), last.timestamp())
    });
    let prices = match rebuild.no_prices() {
        Some(NoPrices::OfNo) => {
            "Bids for NO are told at NO's own prices: the first book that says so is crossed otherwise."
        }
        Some(NoPrices::OfYes) => {
            "Bids for NO are told at YES prices: the first book that says so is crossed otherwise."
        }
        None => "Bids for NO are taken to be told at YES prices: no book says otherwise.",
    };
    let Contents { frames, polled, changes, trades, gaps, holes, misfits, crossed, odd, .. } = found;
    let (told, within, at_once) = (found.told(), found.agreeing(2_000), found.agreeing(0));
    let text = format!(
        "{frames} frames{between}, {polled} of them polled: {changes} changes of books, {trades} trades.\n\
         {gaps} gaps are marked; {holes} holes in the numbers are not; {misfits} changes fit no book; {odd} lines are odd.\n\
         After {crossed} changes a bid was as high as an offer. {prices}\n\
         Of {told} best prices that were told, the books had {within} within 2 s and {at_once} at that frame."
    );
    writeln!(std::io::stdout(), "{text}").context("standard output can't be written")
}

impl Options {
    /// Returns the member who listens, or anybody who asks.
    fn client(&self) -> anyhow::Result<Client> {
        let (config, clock) = match &self.paper {
            Some(file) => Config::from_file(file)?,
            None => (Config::from_environment_or_public()?, None),
        };
        Client::new(config, clock.unwrap_or_else(Clock::real))
    }

    /// Returns all contracts that are to be recorded now.
    async fn find(&self, client: &Client) -> anyhow::Result<BTreeSet<Ticker>> {
        let mut events: BTreeSet<EventTicker> = self.event.iter().cloned().collect();
        for series in &self.series {
            let open = client.open_events(series).await.with_context(|| format!("--series {series}"))?;
            events.extend(open.into_iter().map(|event| event.event_ticker));
        }
        let mut tickers: BTreeSet<Ticker> = self.ticker.iter().cloned().collect();
        for event in &events {
            let markets = client.markets(event).await.with_context(|| format!("the contracts of {event}"))?;
            // What is paid has no book any more.
            let alive = markets.into_iter().filter(|market| market.status != MarketStatus::Finalized);
            tickers.extend(alive.map(|market| market.ticker));
        }
        Ok(tickers)
    }

    /// Returns who keeps the trades, if a history is named.
    fn kept(&self) -> anyhow::Result<Option<(Tap, Keeper)>> {
        // A simulated exchange's trades are nobody's past: only who asks for it gets them.
        let is_usual = self.paper.is_none();
        history::open_to_write(self.history.as_ref(), is_usual)?.map(keep).transpose().context("--history")
    }

    /// Returns what the files are called by.
    fn name(&self) -> String {
        let first = self.series.first().cloned();
        let first = first.or_else(|| self.event.first().map(ToString::to_string));
        let first = first.or_else(|| self.ticker.first().map(ToString::to_string)).unwrap_or_default();
        // A series is typed by hand: nothing of it leads out of the folder.
        let name: String =
            first.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let others = self.series.len() + self.event.len() + self.ticker.len() - 1;
        if others == 0 { name } else { format!("{name}+{others}") }
    }
}

async fn record(options: &Options, out: &Path) -> anyhow::Result<Written> {
    let mut signals = Interrupts::listen().context("can't listen for signals")?;
    let client = options.client()?;
    let tickers = options.find(&client).await?;
    anyhow::ensure!(!tickers.is_empty(), "nothing that is named has a contract that is open");
    tracing::info!("{} contracts are recorded into {}", tickers.len(), out.display());
    let mut recording = Recording::create(out, &options.name())?;
    let (tap, keeper) = options.kept()?.unzip();
    let (finds, mut found) = mpsc::channel(WAITING);
    let until = async {
        let time = async {
            match options.run_for {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = time => {}
            signal = signals.next() => tracing::info!("{signal}: stopping"),
            () = find_more(options, &client, tickers.clone(), &finds) => {}
        }
    };
    let mut progress = Progress::new();
    let told = |written| progress.show(written);
    if client.has_key() {
        let (feed, mut heard) = listen(&client, Ask::public(tickers.clone()).with_frames().kept_by(tap))?;
        recording.run(&feed, &mut heard, &mut found, until, told).await?;
    } else {
        tracing::warn!(
            "without a key (KALSHI_ACCESS_KEY) there is no stream: books and trades are asked for every 5 s, and what happens between is missing"
        );
        recording.poll(client.clone(), tickers.clone(), tap.as_ref(), &mut found, until, told).await?;
    }
    progress.end();
    if let Some(keeper) = keeper {
        let Kept { trades, files } = keeper.end().await.context("--history")?;
        tracing::info!("{trades} trades are in {files} new files of the history");
    }
    Ok(recording.written())
}

/// Asks now and then what else is listed, for ever.
async fn find_more(
    options: &Options,
    client: &Client,
    mut known: BTreeSet<Ticker>,
    finds: &mpsc::Sender<Vec<Ticker>>,
) {
    loop {
        tokio::time::sleep(FIND).await;
        match options.find(client).await {
            Ok(all) => {
                let new: Vec<Ticker> = all.difference(&known).cloned().collect();
                known.extend(new.iter().cloned());
                if !new.is_empty() && finds.send(new).await.is_err() {
                    return;
                }
            }
            Err(error) => tracing::warn!("it isn't known what else is listed: {error:#}"),
        }
    }
}

/// What was written so far, on standard error: a line that changes on a terminal, else one a minute.
struct Progress {
    is_terminal: bool,
    told: Instant,
}

impl Progress {
    fn new() -> Self {
        Self { is_terminal: std::io::stderr().is_terminal(), told: Instant::now() }
    }

    fn show(&mut self, written: Written) {
        let Written { frames, gaps, bytes, .. } = written;
        let text = format!("{frames} frames, {gaps} gaps, {bytes} bytes");
        if self.is_terminal {
            // Whoever closes the terminal doesn't want to know.
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K{text}");
        } else if self.told.elapsed() >= TELL {
            self.told = Instant::now();
            tracing::info!("{text}");
        }
    }

    fn end(&self) {
        if self.is_terminal {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K");
        }
    }
}
