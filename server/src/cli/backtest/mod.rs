//! `tauroi backtest`: quotes over recorded tapes of prints or books, filled in several ways, with the evidence.

mod evidence;
pub(in crate::cli) mod html;
mod input;
pub(in crate::cli) mod plots;
mod sweep;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde::Serialize;
use shared::Invalid;
use shared::backtest::{
    Axis, Config, Link, Prepared, Preset, Record, Recorded, Report, decisions, fills, parse_models,
    pump_and_dump,
};
use shared::exchange::FillModel;
use shared::exchange::books::{BookModel, Queue};
use shared::market::{Contract, EventTape};
use shared::units::Cash;

use self::evidence::{BaselineRow, Ours, ReportedRow, StressRow};
use self::sweep::{Sweep, VerdictRow};
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
    /// The folder for the report; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone)]
struct Models(Vec<FillModel>);

fn models(text: &str) -> Result<Models, Invalid> {
    parse_models(text).map(Models)
}

/// The files that may be written into the folder.
const OUTPUTS: [&str; 6] =
    ["report.json", "evidence.json", "decisions.jsonl", "fills.csv", "report.html", "sweep.csv"];

/// What puts the result into proportion: `evidence.json`, field by field.
#[derive(Serialize)]
struct Evidence {
    schema: u32,
    result_hash: String,
    link: String,
    /// Files have its older name.
    #[serde(rename = "mission")]
    reported: Vec<ReportedRow>,
    /// The same with every maker charged 0.0175 P (1 − P); empty where the setting `fee` chose.
    makers_charged: Vec<Ours>,
    baselines: Vec<BaselineRow>,
    stress: Vec<StressRow>,
    sweep: Vec<VerdictRow>,
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
    let record = if options.out.is_some() { Record::All } else { Record::Totals };
    let (report, outcomes) = Report::of(&prepared, &link, record).map_err(blame)?;
    let sweep = Sweep::run(&prepared, &link, &options.sweep)?;
    let nets: Vec<Cash> = report.totals().map(|row| row.money.net).collect();
    let json = report.json();
    let evidence = Evidence {
        schema: 1,
        result_hash: shared::backtest::sha256(json.as_bytes()),
        link: report.link().to_string(),
        // What was reported is of prints.
        reported: match books {
            None => evidence::reported(&prepared, &link.config, &link.models)?,
            Some(_) => Vec::new(),
        },
        makers_charged: evidence::makers_charged(&prepared, &link.config, &link.models)?,
        baselines: evidence::baselines(&prepared, &link.config, &link.models, &nets)?,
        stress: if options.stress { stresses(&prepared, &tapes, &markets, &link)? } else { Vec::new() },
        sweep: sweep.as_ref().map(Sweep::rows).unwrap_or_default(),
    };
    // The files first: who reads the table may stop before its end.
    let mut written = String::new();
    if let Some(folder) = &options.out {
        write(folder, "report.json", &json)?;
        write(folder, "evidence.json", &(serde_json::to_string_pretty(&evidence)? + "\n"))?;
        write(folder, "decisions.jsonl", &decisions(&prepared, &outcomes))?;
        write(folder, "fills.csv", &fills(&prepared, &outcomes))?;
        write(
            folder,
            "report.html",
            &html::render(&prepared, &report, &outcomes, &evidence, sweep.as_ref()),
        )?;
        let mut names = "report.json, report.html, evidence.json, decisions.jsonl, fills.csv".to_owned();
        if let Some(sweep) = &sweep {
            write(folder, "sweep.csv", &sweep.csv())?;
            names += ", sweep.csv";
        }
        written = format!("Written to {}: {names}\n", folder.display());
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}", table::render(&prepared, &report, &evidence))?;
    if let Some(sweep) = &sweep {
        writeln!(stdout, "Swept: {}", sweep.pace())?;
    }
    writeln!(stdout, "Link: ?{}\nResult: {}", evidence.link, evidence.result_hash)?;
    write!(stdout, "{written}")?;
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

/// Runs everything that may go wrong.
fn stresses(
    prepared: &Prepared,
    tapes: &[EventTape],
    markets: &[Contract],
    link: &Link,
) -> anyhow::Result<Vec<StressRow>> {
    // The link names the tape as it was.
    let any = Link { tape: None, ..link.clone() };
    let pumped = prepare("Filtering the manipulated tape", (&pump_and_dump(tapes)?, None), markets, &any)?;
    Ok(evidence::stresses(prepared, &pumped, &link.config, &link.models)?)
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

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    debug_assert!(OUTPUTS.contains(&name), "{name} was not checked against the inputs");
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("--out: {} can't be written", path.display()))
}
