//! `tauroi belief`: the causal fair value at every print.

mod output;
mod summary;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shared::belief::{Calibration, in_order, repeated_sentence, settlements, walk_forward};
use shared::market::EventTape;

use super::progress::Progress;
use super::{markets, trades};
use crate::trades::Recorded;

pub(super) const ABOUT: &str = "\
Say what a contract was worth at every print, from the prints before it

A filter of the log-odds explains each print by diffusion, a stray print or a jump; the fair value is the
mean of it, two averages of prices and the last print, weighed by how well each has forecast. All of it is
fitted walk-forward: whole days after the first print, on the prints before, and frozen in between.";

const MORE: &str = "\
Files:
  A tape is CSV, JSON or JSON Lines, perhaps packed with gzip, or Parquet, with Kalshi's own names: ticker; timestamp
  or created_time; price, yes_price_dollars or mid_price in dollars, or else yes_price in whole cents;
  count_fp, count or volume; and, where they are there, taker_side or taker_outcome_side, trade_id and
  is_block_trade. A block trade moves the belief and fills nobody. Of a folder, the files called
  *trades.csv, *trades.json or *trades.jsonl (or .gz) or *trades.parquet are read, and what `tauroi fetch` has
  brought, with its contracts where --markets names none. A malformed row is skipped, a trade that two files
  hold counts once, and both are said on standard error.

  FILE gets a line for each trade, in the order they came in: ticker, timestamp, price, count,
  fair_before, sd_before, fair_after, sd_after, w_diffusion, w_stray, w_jump, z, pit. Price and fair are in
  dollars, sd in log-odds; w_jump is of jumps of any size. All trades of one instant share what was believed
  before it and after it, and z: how far the mean price of a contract among them was from its prediction,
  in standard deviations. pit is of each trade alone.

  An event settles when the last of its contracts closes, as the file of --markets says, else at the end of
  the month that its ticker names, else half a month after each trade.

  The table says of each contract how far the fair value was from what was paid 15 to 60 minutes later,
  beside a moving average and the last print, and how the prints lay in their predictions.

Example:
  tauroi belief --tape kxtopmonthly --out belief.csv";

#[derive(Args)]
#[command(after_long_help = MORE)]
pub(super) struct Options {
    /// Files or folders of trades (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    tape: Vec<PathBuf>,
    /// A file of what is known of contracts, among it when they close
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// How the filter's parameters are chosen: ml, em or legacy
    #[arg(long, value_name = "HOW", default_value = "ml")]
    calibration: Calibration,
    /// The file for the beliefs
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads, filters, writes the file and prints the summary.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let Recorded { trades, files, .. } = trades::read(&options.tape)?;
    let inputs = files.iter().map(PathBuf::as_path).chain(options.markets.as_deref());
    crate::files::spares("--out", std::slice::from_ref(&options.out), inputs)?;
    let events = EventTape::group(trades.iter().cloned()).context("--tape")?;
    let markets = markets::read(options.markets.as_deref(), &options.tape)?;
    let events = EventTape::regrouped(events, &markets);
    let settles = settlements(&events, &markets);
    let progress = Progress::start("Walking forward", 1);
    let tracks = walk_forward(&events, &settles, options.calibration, &mut |done| progress.report(0, done));
    drop(progress);
    let tracks = tracks.context("--tape")?;
    let points = in_order(&trades, &events, &tracks).context("--tape")?;
    output::write(&options.out, &trades, &points)
        .with_context(|| format!("--out: {} can't be written", options.out.display()))?;
    if let Some(repeated) = repeated_sentence(&points) {
        writeln!(std::io::stderr(), "{repeated}")?;
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}", summary::render(&events, &tracks))?;
    writeln!(stdout, "Written to {}", options.out.display())?;
    Ok(())
}
