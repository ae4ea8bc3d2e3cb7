//! `tauroi signal backtest`: recorded events walked through day by day, sized, filled, settled.

mod files;
mod page;
mod table;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shared::Invalid;
use shared::market::EventTape;
use shared::nowcast::fit::Fits;
use shared::settings::Part;
use shared::signal::backtest::{Config, backtest};
use shared::units::{Cash, Price, Quantity};

use crate::cli::nowcast::histories;
use crate::cli::progress::Progress;
use crate::cli::{markets, trades};
use crate::files::spares;

pub(super) const ABOUT: &str = "\
Walk through recorded events day by day, size what the signals say, fill and settle it

At the end of each day each contract is worth what the nowcast says by what was known then. An edge of
more than 5 cents against the market's last print is a signal. It is sized by fractional Kelly over all
outcomes of the event, and beside it by a ladder (2, 4 or 6 % of the capital from 5, 15 or 25 cents of
edge on); the prints that follow fill it, as many contracts as they had, at their price and the slippage,
with the exchange's fees of their day. A position that has lost the stop-loss's part is given up. Then the
same with three days without data, with TikTok posts that somebody bought, and with fills five cents worse.";

pub(super) const MORE: &str = "\
Files:
  Tapes and markets files are those of `tauroi backtest`, listeners files those of `tauroi nowcast`. An event
  without a result in the markets file is settled by the counts of the day that settles it, where the listed
  artists have one; what is held of one that isn't settled at all counts at its last print. Counts that a
  vendor filled in on a straight line were not known on their day and are left out.

  DIR gets report.json, whose SHA-256 is the result hash; report.html, the same to look at; signals.jsonl, a
  line a day and contract as `tauroi signal` writes it, with what each rule chose; capital.csv, and fills.csv.

Example:
  tauroi signal backtest --listeners listeners --tape kxtopmonthly --markets kxtopmonthly/markets.csv --out result";

/// The files that may be written into the folder.
const OUTPUTS: [&str; 5] = ["report.json", "report.html", "signals.jsonl", "capital.csv", "fills.csv"];

#[derive(Args)]
pub(super) struct Options {
    /// Files or folders of daily listeners (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    listeners: Vec<PathBuf>,
    /// Files or folders of recorded trades (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    tape: Vec<PathBuf>,
    /// A file of contracts, how they settled and what they charge (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// On how many days before it settles an event is traded; the nowcast reaches two months
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,
    /// The count that leader-strike values take for the one to exceed [default: the leader's]
    #[arg(long, value_name = "N")]
    strike: Option<f64>,
    /// Dollars at first
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    capital: i64,
    /// Give a position up once it has lost this part of what it cost; 1 is never
    #[arg(long, value_name = "PART", default_value_t = 0.20)]
    stop_loss: f64,
    /// How much dearer than the print at which we are filled we buy, in dollars
    #[arg(long, value_name = "DOLLARS", default_value = "0.01")]
    slippage: Price,
    /// The part of the account that Kelly's rule plays with [default: 0.25]
    #[arg(long, value_name = "PART")]
    kelly_fraction: Option<String>,
    /// The most contracts of one order [default: no limit]
    #[arg(long, value_name = "N")]
    max_order_size: Option<Quantity>,
    /// The greatest position in a contract, either way [default: no limit]
    #[arg(long, value_name = "N")]
    max_position_per_ticker: Option<Quantity>,
    /// The seed of the intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    rng_seed: u64,
    /// The folder for the report; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Reads, walks, writes the files and prints the table.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let config = options.config()?;
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("--out: {} can't be made", options.out.display()))?;
    let recorded = trades::read(&options.tape)?;
    let listeners = histories::files(&options.listeners, &[])?;
    let inputs = recorded.files.iter().chain(&listeners).map(PathBuf::as_path);
    let outputs = OUTPUTS.map(|name| options.out.join(name));
    spares("--out", &outputs, inputs.chain(options.markets.as_deref()))?;
    let histories = histories::read(&options.listeners, &[], None)?;
    let markets = markets::read(options.markets.as_deref(), &options.tape)?;
    let tapes = EventTape::group(recorded.trades).context("--tape")?;
    let tapes = markets::group(tapes, &markets)?;

    let progress = Progress::start("Walking forward", 1);
    let mut work = backtest(&tapes, &markets, &histories, &config, &Fits::weekly());
    let result = loop {
        let result = work.step();
        progress.report(0, work.done());
        if let Some(result) = result {
            break result.map_err(blame)?;
        }
    };
    drop(progress);

    let json = result.json();
    let hash = result.hash();
    for (name, text) in OUTPUTS.into_iter().zip([
        json,
        page::render(&result, &hash),
        files::signals(&result)?,
        files::capital(&result)?,
        files::fills(&result)?,
    ]) {
        let path = options.out.join(name);
        std::fs::write(&path, text).with_context(|| format!("--out: {} can't be written", path.display()))?;
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}", table::render(&result))?;
    writeln!(stdout, "Result: {hash}\nWritten to {}: {}", options.out.display(), OUTPUTS.join(", "))?;
    Ok(())
}

impl Options {
    fn config(&self) -> anyhow::Result<Config> {
        if self.capital < 1 {
            bail!("--capital: must be at least 1 dollar, got {}", self.capital);
        }
        let capital = self.capital.checked_mul(1_000_000).map(Cash::from_microdollars);
        let mut config = Config {
            days: self.days,
            strike: self.strike,
            capital: capital.ok_or_else(|| anyhow!("--capital: {} is more than there is", self.capital))?,
            stop_loss: self.stop_loss,
            slippage: self.slippage,
            max_order: self.max_order_size,
            max_position: self.max_position_per_ticker,
            rng_seed: self.rng_seed,
            ..Config::default()
        };
        let sizing: &mut dyn Part = &mut config.sizing;
        if let Some(fraction) = &self.kelly_fraction
            && let Some(place) = sizing.rows().iter().position(|row| row.key == "kelly_fraction")
        {
            let set = sizing.set(place, fraction);
            set.map_err(|invalid| anyhow!("--kelly-fraction: {}", invalid.reason))?;
        }
        config.check().map_err(blame)?;
        Ok(config)
    }
}

/// Says which option a refused backtest is about.
fn blame(invalid: Invalid) -> anyhow::Error {
    match invalid.field.as_ref() {
        "days" | "strike" | "capital" | "stop_loss" | "slippage" | "tape" => {
            anyhow!("--{}: {}", invalid.field.replace('_', "-"), invalid.reason)
        }
        _ => invalid.into(),
    }
}
