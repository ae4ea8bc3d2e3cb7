//! `tauroi fetch`: Kalshi's history into Parquet.

mod progress;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use shared::market::EventTicker;
use shared::units::Timestamp;

use self::progress::Progress;
use super::interrupts::{Interrupted, Interrupts};
use crate::clock::Clock;
use crate::environment::Variables;
use crate::history::ticks::time;
use crate::history::{self, Address, Fetched, HISTORY_URL, Home, Minutes, Place, Question, Series};
use crate::kalshi::{Client, Config};

pub(super) const ABOUT: &str = "\
Fetch an exchange's history into Parquet: trades, candles, contracts, settlements

It asks Kalshi, or the exchange that the KALSHI_ variables, --api-base or --paper name, no faster than it may, and
needs no key. It may be broken off at any time, also by a loss of power: the same command again goes on where it was,
and the files come out the same to the byte. Once it is through, the same command asks for what is new alone.";

const MORE: &str = "\
Files:
  DIR gets
    trades/series=S/month=YYYY-MM/trades.parquet      trade_id, ticker, yes_price_dollars, count_fp,
                                                      taker_outcome_side, is_block_trade, created_time
    candles/series=S/month=YYYY-MM/candles-1m.parquet with --candles: prices of bids, offers and trades a period
    markets/series=S.parquet                          what is known of each contract, among it how it settled
    settlements/series=S.parquet                      how those settled that have
    .tauroi-fetch/                                    what a fetch needs to go on; no table (of a history on S3 it is in
                                                      the cache folder: go on with it on the same machine)
  Prices and counts are decimals, times are in UTC. Months are those of UTC. Of a trade that both tiers of the exchange
  have there is one row. Block trades are marked and kept. What can't be a trade is named and left out; so is what the
  exchange doesn't find, as of some contracts that have settled.

  `tauroi backtest --tape DIR`, `tauroi belief --tape DIR` and `tauroi serve --tapes DIR` read the folder as it is.

  It says on standard error how far it is, and whenever it waits and why. Interrupted, it exits with 130 (SIGINT)
  or 143 (SIGTERM); docs/history.md shows how pandas, polars and DuckDB read the files.

Examples:
  tauroi fetch --series KXTOPMONTHLY --candles 60 --out history
  tauroi fetch --event KXTOPMONTHLY-26FEB --out history
  tauroi fetch --series KXTOPMONTHLY --history s3://tapes/kalshi
  tauroi fetch --series KXTOPMONTHLY --from 2026-01-01 --to 2026-03-01 --out history
  tauroi paper --days 14 --past-days 20 --env paper.env &
  tauroi fetch --series KXTOPMONTHLY --paper paper.env --out simulated";

/// How often it is looked whether it is time to say how far it is.
const TICK: Duration = Duration::from_secs(1);

#[derive(Args)]
#[command(after_long_help = MORE)]
pub(super) struct Options {
    /// The series whose events are wanted
    #[arg(long, value_name = "TICKER", num_args = 1.., required_unless_present = "event")]
    series: Vec<Series>,
    /// Only these events
    #[arg(long, value_name = "TICKER", num_args = 1..)]
    event: Vec<EventTicker>,
    /// Only what was at this time or later: a time, or a day's beginning in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Only what was before this time [default: until now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Timestamp>,
    /// Candles too, of so many minutes: 1 or 60
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    candles: Option<Minutes>,
    /// The folder for the tables; made if it isn't there [default: the history that --history or `TAUROI_HISTORY_URL` names]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The history for the tables: a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX` [default: `TAUROI_HISTORY_URL`]
    #[arg(long, value_name = "URL", conflicts_with = "out")]
    history: Option<Address>,
    /// Ask the paper exchange that wrote this file (`tauroi paper --env FILE`)
    #[arg(long, value_name = "FILE", conflicts_with = "api_base")]
    paper: Option<PathBuf>,
    /// Ask, without a key, the exchange at this address [default: Kalshi's, or that of `KALSHI_API_BASE`]
    #[arg(long, value_name = "URL")]
    api_base: Option<String>,
}

fn minutes(text: &str) -> Result<Minutes, String> {
    match text {
        "1" => Ok(Minutes::One),
        "60" => Ok(Minutes::Sixty),
        _ => Err("must be 1 or 60".to_owned()),
    }
}

/// Fetches until all is there or it is interrupted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    if let (Some(from), Some(to)) = (options.from, options.to) {
        ensure!(from < to, "--from: {from} isn't before {to}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(fetch(options))
}

async fn fetch(options: &Options) -> anyhow::Result<()> {
    let (client, clock) = options.exchange()?;
    let (home, named) = options.home()?;
    let question = Question {
        series: options.series.clone(),
        events: options.event.clone(),
        from: options.from,
        to: options.to,
        candles: options.candles,
    };
    let mut signals = Interrupts::listen().context("can't listen for signals")?;
    let settings =
        history::Settings { question, now: clock.now(), clock, page: history::PAGE, rows: history::ROWS };
    let progress = Mutex::new(Progress::start());
    let locked = || progress.lock().unwrap_or_else(PoisonError::into_inner);
    let mut watch = |step: history::Step<'_>| locked().take(&step);
    let done = tokio::select! {
        done = history::fetch(&home, &client, &settings, &mut watch) => Ok(done),
        // What was under way is given up: what was noted before is all that counts.
        signal = signals.next() => Err(signal),
        never = async {
            loop {
                tokio::time::sleep(TICK).await;
                locked().tick();
            }
        } => never,
    };
    locked().end();
    match done {
        Ok(Ok(fetched)) => tell(&named, &fetched),
        Ok(Err(why)) => Err(match left(&home).await {
            Some(left) => why.context(left),
            None => why,
        }),
        Err(signal) => {
            let left = left(&home).await.unwrap_or_else(|| "nothing was begun".to_owned());
            Err(Interrupted { signal, left }.into())
        }
    }
}

impl Options {
    /// Returns the history that is fetched into, and what it is called.
    fn home(&self) -> anyhow::Result<(Home, String)> {
        if let Some(folder) = &self.out {
            return Ok((Home::in_folder(folder), folder.display().to_string()));
        }
        let variables = Variables::of_process()?;
        let address = match &self.history {
            Some(address) => Some(address.clone()),
            None => Address::of(&variables)?,
        };
        let missing = || format!("no place is named: --out DIR, --history URL, or {HISTORY_URL}");
        let place = Place::open(&address.with_context(missing)?, &variables, true)?;
        Ok((Home::of(&place)?, place.to_string()))
    }

    /// Returns a client of the exchange that is asked, and the time that goes there.
    fn exchange(&self) -> anyhow::Result<(Client, Clock)> {
        let (config, clock) = match (&self.paper, &self.api_base) {
            (Some(file), _) => Config::from_file(file).context("--paper")?,
            (None, Some(base)) => (Config::public(Some(base)).context("--api-base")?, None),
            (None, None) => (Config::from_environment_or_public()?, None),
        };
        let clock = clock.unwrap_or_else(Clock::real);
        Ok((Client::new(config, clock.clone())?, clock))
    }
}

/// Says what an unfinished fetch has left, and how to go on; nothing where there is nothing to go on with.
async fn left(home: &Home) -> Option<String> {
    // Why it can't be opened is the error that the fetch itself ended with.
    let left = history::left(home).await.ok().flatten().filter(|left| left.listed > 0)?;
    Some(format!(
        "not all is there: {} of {} contracts are finished and {} rows are kept; \
         the same command again goes on from there",
        left.finished, left.listed, left.rows
    ))
}

/// Tells what there is now.
fn tell(named: &str, fetched: &Fetched) -> anyhow::Result<()> {
    let Fetched { events, contracts, settled, asked, files, odd, missing, .. } = fetched;
    let mut out = std::io::stdout();
    let told = (|| {
        writeln!(out, "{contracts} contracts of {events} events, {settled} of them settled")?;
        writeln!(out, "{asked} contracts had something to ask for; {files} files were written")?;
        if *odd > 0 {
            writeln!(out, "{odd} rows were left out, as said above")?;
        }
        if *missing > 0 {
            writeln!(
                out,
                "{missing} contracts have something that the exchange doesn't find, as said above"
            )?;
        }
        writeln!(out, "Written to {named}")
    })();
    told.context("standard output can't be written")
}
