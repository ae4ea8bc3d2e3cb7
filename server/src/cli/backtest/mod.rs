//! `tauroi backtest`: quotes over recorded tapes of prints or books, filled in several ways, with the evidence.

mod evidence;
pub(in crate::cli) mod html;
mod input;
mod parts;
pub(in crate::cli) mod plots;
mod sweep;
mod table;
mod whole;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use shared::Invalid;
use shared::backtest::{
    Axis, Config, Link, Prepared, Preset, Recorded, STRESSES, Stress, parse_models, pump_and_dump,
};
use shared::exchange::FillModel;
use shared::exchange::books::{BookModel, Queue};
use shared::market::{Contract, EventTape};

use self::evidence::Ours;
use self::parts::{Plan, Shard};
use self::sweep::Sweep;
use self::whole::{Base, Evidence, OUTPUTS, Whole};
use super::markets;
use super::progress::Progress;
use crate::files::spares;

pub(super) const ABOUT: &str = "\
Quote over recorded trades or books, fill in several ways, and show the evidence

Every print of the tape is filtered once, in order; after each, quotes are decided on what was known by
then, and the next print may fill them. A tape of prints doesn't tell who stood where in the book, so the
result is a range: from `through` (only prints through our price fill us) over `queue` to `front` (every
print at our price does). `touch` is a looser rule, for comparison.

A recorded stream (`tauroi record`) tells the books: orders wait behind what rests at their price, and a
queue model says how much of what others take back stood before us. Where it tells no trades, a fill is
known between two bounds alone.";

#[derive(Args)]
#[command(after_long_help = input::more())]
pub(super) struct Options {
    /// Files or folders of recorded trades (.csv, .csv.gz, .parquet), or of recorded streams (.ws.jsonl, .ws.jsonl.gz)
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    tape: Vec<PathBuf>,
    /// A file of contracts, how they settled and what they charge (.csv, .csv.gz, .parquet)
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// Where quotes start from: seed, seed-fixed3, seed-fixed5, seed-noskew, coherent or tails
    #[arg(long, value_name = "NAME", default_value = "seed", conflicts_with = "link")]
    preset: Preset,
    /// Settings that differ from the preset, and assumptions about the exchange
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., conflicts_with = "link")]
    set: Vec<String>,
    /// Fill models: all, or some of through,queue,front,touch; of recorded streams also those of --queue by their own
    /// names, as by-size, pessimistic-least, optimistic-most
    #[arg(long, value_name = "MODELS", value_parser = models, conflicts_with = "link")]
    fills: Option<Models>,
    /// Of recorded streams, who gives up in the queue: pessimistic, square, logarithm, proportional, by-size or optimistic,
    /// or first, who never waits, for comparison; without it the usual one and both ends
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["link", "fills"])]
    queue: Option<Queue>,
    /// Run every combination of values: n from a to b, or those named
    #[arg(long, value_name = "KEY=A:B:N", num_args = 1.., value_parser = Axis::parse)]
    sweep: Vec<Axis>,
    /// Run everything that may go wrong too; a manipulated tape is filtered anew
    #[arg(long)]
    stress: bool,
    /// The seed of what is left to chance
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "link")]
    rng_seed: u64,
    /// Run what a page's link says, on the tape that it names
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// Do the I-th of N parts alone, on one thread, for `tauroi merge`: 1/2 and 2/2 are all
    #[arg(long, value_name = "I/N", requires = "out")]
    shard: Option<Shard>,
    /// The folder for the report, or for the part; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone)]
struct Models(Vec<FillModel>);

fn models(text: &str) -> Result<Models, Invalid> {
    parse_models(text).map(Models)
}

/// Reads, filters, runs, writes the files and prints the table.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let mut link = options.link()?;
    if let Some(folder) = &options.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("--out: {} can't be made", folder.display()))?;
    }
    let input::Source { tapes, books, files } = input::source(&options.tape)?;
    link.models = options.models(link.models, books.as_ref())?;
    if let Some(folder) = &options.out {
        let inputs = files.iter().map(PathBuf::as_path).chain(options.markets.as_deref());
        spares("--out", &OUTPUTS.map(|name| folder.join(name)), inputs)?;
    }
    let markets = markets::read(options.markets.as_deref(), &options.tape)?;
    let tapes = if tapes.is_empty() { tapes } else { markets::group(tapes, &markets)? };
    let prepared = prepare("Filtering", (&tapes, books.as_ref()), &markets, &link)?;
    link.check(&prepared).map_err(blame)?;
    link.tape = Some(prepared.hash().to_owned());
    link.markets = prepared.markets_hash().map(str::to_owned);
    let pumped = || pumped(&tapes, &markets, &link);
    if let (Some(shard), Some(folder)) = (options.shard, &options.out) {
        let plan = Plan::new(&link, &options.sweep, options.stress)?;
        return parts::run(&plan, shard, folder, &prepared, &pumped);
    }
    let base = Base::run(&prepared, &link, options.out.is_some())?;
    let sweep = Sweep::run(&prepared, &link, &options.sweep)?;
    let drawn = evidence::draw_all(&prepared, &link.config, &link.models)?;
    let stresses = if options.stress { stresses(&prepared, &pumped()?, &link)? } else { Vec::new() };
    say(&Whole::of(&link, base, &drawn, stresses, sweep), options.out.as_deref())
}

/// Puts the parts of a sweep together in a folder, and prints the table: as if it had been run at once.
pub(super) fn merge(parts: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    let whole = parts::merge(parts)?;
    std::fs::create_dir_all(folder).with_context(|| format!("--out: {} can't be made", folder.display()))?;
    say(&whole, Some(folder))
}

/// Writes the files, then the table: who reads it may stop before its end.
fn say(whole: &Whole, folder: Option<&Path>) -> anyhow::Result<()> {
    let mut written = String::new();
    if let Some(folder) = folder {
        let names = whole.write(folder)?.join(", ");
        written = format!("Written to {}: {names}\n", folder.display());
    }
    write!(std::io::stdout().lock(), "{}{written}", whole.table())?;
    Ok(())
}

/// Filters the tapes and lays them out, with progress.
fn prepare(
    doing: &'static str,
    source: (&[EventTape], Option<&Recorded>),
    markets: &[Contract],
    link: &Link,
) -> anyhow::Result<Prepared> {
    let progress = Progress::start(doing, 1);
    input::prepare(source, markets, link, |done| progress.report(0, done))
}

/// Filters the manipulated tape.
fn pumped(tapes: &[EventTape], markets: &[Contract], link: &Link) -> anyhow::Result<Prepared> {
    // The link names the tape as it was.
    let any = Link { tape: None, ..link.clone() };
    prepare("Filtering the manipulated tape", (&pump_and_dump(tapes)?, None), markets, &any)
}

/// Runs everything that may go wrong.
fn stresses(prepared: &Prepared, pumped: &Prepared, link: &Link) -> anyhow::Result<Vec<Vec<Ours>>> {
    let run = |stress: &Stress| {
        let tape = if stress.pumped { pumped } else { prepared };
        Ok(evidence::stressed(tape, &link.config, &link.models, stress)?)
    };
    STRESSES.iter().map(run).collect()
}

impl Options {
    /// Returns what to run.
    fn link(&self) -> anyhow::Result<Link> {
        if let Some(link) = &self.link {
            return Link::parse(link).map_err(|invalid| anyhow!("--link: {invalid}"));
        }
        let mut config = Config::preset(self.preset);
        for pair in &self.set {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| anyhow!("--set: {pair:?} is not KEY=VALUE"))?;
            config.set(key, value).map_err(|invalid| anyhow!("--set: {invalid}"))?;
        }
        config.check().map_err(|invalid| anyhow!("--set: {invalid}"))?;
        config.rng_seed = self.rng_seed;
        Ok(Link::new(config))
    }

    /// Returns the fill models: those that were named, those of the `link` or else those that the tape is usually run under.
    fn models(&self, link: Vec<FillModel>, books: Option<&Recorded>) -> anyhow::Result<Vec<FillModel>> {
        let Some(books) = books else {
            if self.queue.is_some() {
                bail!(
                    "--queue: a tape of prints has no books to wait in; its fill models are named by --fills"
                );
            }
            return Ok(self.fills.as_ref().map_or(link, |fills| fills.0.clone()));
        };
        if self.stress {
            bail!("--stress: what goes wrong is tried on a tape of prints alone");
        }
        if let Some(fills) = &self.fills {
            return Ok(fills.0.clone());
        }
        if self.link.is_some() && link != FillModel::ALL {
            return Ok(link);
        }
        Ok(BookModel::of(self.queue, books.tape.has_trades()).into_iter().map(FillModel::Book).collect())
    }
}

/// Says which option a refused run is about.
fn blame(invalid: Invalid) -> anyhow::Error {
    match invalid.field.as_ref() {
        "tape" | "markets" => anyhow!("--link: {}", invalid.reason),
        "fills" => anyhow!("--fills: {}", invalid.reason),
        _ => invalid.into(),
    }
}
