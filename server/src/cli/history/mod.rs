//! `tauroi history`: what a history has, and a contract's past from it.

mod shown;

use std::io::Write as _;

use anyhow::{Context, bail};
use clap::Args;
use shared::market::Ticker;
use shared::units::Timestamp;

use super::journal::block_on;
use crate::environment::Variables;
use crate::history::ticks::{Asked, BucketCount, Ticks, measure, series_of, time};
use crate::history::{Address, Compacted, HISTORY_URL, Home, Place, Series, Step, compact};

pub(super) const ABOUT: &str = "\
Show a contract's past from a history, or what a history has

A history is what `tauroi fetch` brings and `tauroi record` and a desk add to: Parquet in a folder or on S3. Of the contract that is
named it shows what was traded in buckets of equal length: how many trades, the first, highest, lowest and last price, and how
many contracts. Only the files of that time and the contract's own parts of them are read.";

pub(super) const MORE: &str = "\
Without --from the first trade begins the first bucket, without --to the last trade ends the last one. A bucket in which nothing
was traded is left out. Prices are in dollars. The same is answered by GET /api/history/{series}/{ticker} of a server that was
given a history.

Variables: TAUROI_HISTORY_URL, and for S3 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL, as
docs/history.md says.

Examples:
  tauroi history --list --history history
  tauroi history --compact --history history                 what was heard, put together with what was fetched
  tauroi history KXTOPMONTHLY-26FEB-BAD --history history
  tauroi history KXTOPMONTHLY-26FEB-BAD --from 2026-02-01 --to 2026-03-01 --buckets 28 --csv --history s3://tapes/kalshi";

#[derive(Args)]
// `--measure` is a chore's, and not for the usage.
#[command(
    group = clap::ArgGroup::new("what").required(true),
    override_usage = "tauroi history [OPTIONS] <TICKER|--list|--compact>"
)]
pub(super) struct Options {
    /// The contract
    #[arg(value_name = "TICKER", group = "what")]
    ticker: Option<Ticker>,
    /// Say instead what trades there are, by series and month
    #[arg(long, group = "what")]
    list: bool,
    /// Put what was heard together with what was fetched, each trade once, in one file a month
    #[arg(long, group = "what")]
    compact: bool,
    /// The series [default of a contract's: all before the first `-` of its ticker; else all]
    #[arg(long, value_name = "SERIES")]
    series: Option<Series>,
    /// Only what was at this time or later: a time, or a day's beginning in UTC
    #[arg(long, value_name = "TIME", value_parser = time, requires = "ticker")]
    from: Option<Timestamp>,
    /// Only what was before this time
    #[arg(long, value_name = "TIME", value_parser = time, requires = "ticker")]
    to: Option<Timestamp>,
    /// How many buckets the time is cut into, at most
    #[arg(long, value_name = "N", default_value = "20", requires = "ticker")]
    buckets: BucketCount,
    /// As CSV
    #[arg(long)]
    csv: bool,
    /// As the line of JSON that a server answers
    #[arg(long, conflicts_with = "csv", requires = "ticker")]
    json: bool,
    /// Where the history is: a folder, `file:///FOLDER` or `s3://BUCKET/PREFIX` [default: `TAUROI_HISTORY_URL`]
    #[arg(long, value_name = "URL")]
    history: Option<Address>,
    /// Make a history of so many trades unless it is there, and say how fast a contract's chart is read
    #[arg(long, value_name = "TICKS", group = "what", hide = true)]
    measure: Option<u64>,
}

/// Opens the history that an option names, or else the variable; nothing where neither does.
///
/// # Errors
///
/// Says what is wrong with its place.
pub(super) fn open(named: Option<&Address>) -> anyhow::Result<Option<Place>> {
    let variables = Variables::of_process()?;
    let address = match named {
        Some(address) => Some(address.clone()),
        None => Address::of(&variables)?,
    };
    address.map(|address| Place::open(&address, &variables, false)).transpose()
}

/// Opens the history that an option names, or else the variable if that is usual, to write it; nothing where neither does.
///
/// # Errors
///
/// Says what is wrong with its place.
pub(super) fn open_to_write(named: Option<&Address>, is_usual: bool) -> anyhow::Result<Option<Place>> {
    let variables = Variables::of_process()?;
    let address = match named {
        Some(address) => Some(address.clone()),
        None if is_usual => Address::of(&variables)?,
        None => None,
    };
    address.map(|address| Place::open(&address, &variables, true)).transpose()
}

/// Puts together what was heard.
fn compacted(options: &Options) -> anyhow::Result<String> {
    let place = open_to_write(options.history.as_ref(), true)?;
    let place = place.with_context(|| format!("no history is named: --history URL, or {HISTORY_URL}"))?;
    let mut watch = |step: Step<'_>| {
        if let Step::Odd(what) = step {
            writeln!(std::io::stderr(), "{what}")?;
        }
        Ok(())
    };
    let done = block_on(compact(&Home::of(&place)?, options.series.as_ref(), &mut watch))?;
    let Compacted { months, files } = done;
    Ok(format!("{files} files of trades that were heard are in those of their {months} months now\n"))
}

/// Shows what is asked for.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(ticks) = options.measure {
        return block_on(measure::run(options.history.as_ref(), ticks));
    }
    if options.compact {
        // Whoever closes the pipe has read enough: the error is as it comes.
        return Ok(std::io::stdout().write_all(compacted(options)?.as_bytes())?);
    }
    let place = open(options.history.as_ref())?;
    let place = place.with_context(|| format!("no history is named: --history URL, or {HISTORY_URL}"))?;
    let shown = place.to_string();
    let ticks = Ticks::new(place);
    let text = block_on(async {
        let Some(ticker) = &options.ticker else {
            let stored = ticks.stored(options.series.as_ref()).await?;
            if stored.is_empty() {
                bail!("{shown} has no trades");
            }
            return shown::stored(&stored, options.csv);
        };
        let series = options.series.clone().map_or_else(|| series_of(ticker), Ok)?;
        let asked = Asked::new(series, ticker.clone(), (options.from, options.to), options.buckets);
        let asked = asked.context("--from")?;
        let Some((chart, _)) = ticks.chart(&asked).await? else {
            bail!("{shown} has no trade of {ticker} then");
        };
        if options.json {
            Ok(format!("{}\n", serde_json::to_string(&chart)?))
        } else {
            shown::chart(&chart, options.csv)
        }
    })?;
    // Whoever closes the pipe has read enough: the error is as it comes.
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
