//! `tauroi backtest`: quotes over recorded tapes, filled in four ways, with the evidence.

mod input;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use shared::Invalid;
use shared::backtest::{Config, FillModel, Link, Report, decisions, fills, parse_models};
use shared::quoting::Preset;

use super::progress::Progress;

pub(super) const ABOUT: &str = "\
Quote over recorded trades, fill in four ways, and show the evidence

Every print of the tape is filtered once, in order; after each, quotes are decided on what was known by
then, and the next print may fill them. A tape of prints doesn't tell who stood where in the book, so the
result is a range: from `through` (only prints through our price fill us) over `queue` to `front` (every
print at our price does). `touch` is the first system's rule.";

#[derive(Args)]
#[command(after_long_help = input::more())]
pub(super) struct Options {
    /// Files or folders of recorded trades (.csv, .csv.gz)
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    tape: Vec<PathBuf>,
    /// A file of contracts, how they settled and what they charge (.csv, .csv.gz)
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// Where quotes start from: seed, seed-fixed3, seed-fixed5, seed-noskew or coherent
    #[arg(long, value_name = "NAME", default_value = "seed", conflicts_with = "link")]
    preset: Preset,
    /// Settings that differ from the preset, and assumptions about the exchange
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., conflicts_with = "link")]
    set: Vec<String>,
    /// Fill models: all, or some of through,queue,front,touch
    #[arg(long, value_name = "MODELS", default_value = "all", value_parser = models, conflicts_with = "link")]
    fills: Models,
    /// The seed of what is left to chance
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "link")]
    rng_seed: u64,
    /// Run what a page's link says, on the tape that it names
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// The folder for the report; made if it isn't there
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
    let link = options.link()?;
    if let Some(folder) = &options.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("--out: {} can't be made", folder.display()))?;
    }
    let tapes = input::tapes(&options.tape)?;
    let markets = input::markets(options.markets.as_deref())?;
    let progress = Progress::start("Filtering");
    let prepared = input::prepare(&tapes, &markets, &link, |done| progress.report(0, done))?;
    drop(progress);
    let (report, outcomes) = Report::of(&prepared, &link, options.out.is_some()).map_err(blame)?;
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}", table::render(&prepared, &report))?;
    if let Some(folder) = &options.out {
        write(folder, "report.json", &report.json())?;
        write(folder, "decisions.jsonl", &decisions(&prepared, &outcomes))?;
        write(folder, "fills.csv", &fills(&prepared, &outcomes))?;
        writeln!(stdout, "Written to {}: report.json, decisions.jsonl, fills.csv", folder.display())?;
    }
    Ok(())
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
        Ok(Link { models: self.fills.0.clone(), ..Link::new(config) })
    }
}

/// Says which option a refused run is about.
fn blame(invalid: Invalid) -> anyhow::Error {
    match invalid.field.as_ref() {
        "tape" | "markets" => anyhow!("--link: {}", invalid.reason),
        _ => invalid.into(),
    }
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("--out: {} can't be written", path.display()))
}
