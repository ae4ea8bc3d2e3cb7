//! `tauroi study`: what is tried is written down before, looked at as often as is said there, and reported with both.

mod html;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::backtest::Prepared;
use shared::belief::{settlements, walk_forward};
use shared::market::EventTape;
use shared::study::{Side, Study, StudyReport};

use super::progress::Progress;
use super::{markets, trades};
use crate::clock::machine_time;
use crate::files::spares;
use crate::studies::{Registry, Reported, append, read};

pub(super) const ABOUT: &str = "\
Register a study, and look at it as often as it allows

A study is a file that you write before you run anything: what is claimed, what is run, on which events, what decides
and when to stop. Freeze it first: it is named by its SHA-256, and refused from then on if it changes. Then run it, with
`explore` on the events that may be looked at while the claim is made, or with `confirm` on those that say whether it
holds. Each run is a look, counted before its result is shown; the more looks, the wider the intervals. A run that is
refused, as when a file is missing, is no look.";

pub(super) const MORE: &str = r#"FILE is TOML:
  hypothesis = "Offers below 15 c, above the calibrated probability, earn."
  falsified_by = "A loss in two months."  # beside what the metric asks for; may be left out
  preset = "tails"
  set = []                                # settings that differ: "latency_ms=500"
  explore = []                            # events that may be looked at while it is made, if any
  confirm = ["KXTOPMONTHLY-25JUN", "KXTOPMONTHLY-25JUL"]   # settled, by other dates than those
  [metric]
  net = "queue"                           # the fill model whose net profit decides
  coverage = 0.95                         # of its interval, before it is deflated
  [stop]
  looks = 1                               # the most looks, on both sides together
  events = 2                              # the fewest events of a confirmation

Beside it are written FILE.lock, which names it, and FILE.looks.jsonl, a line a look.

Example:
  tauroi study freeze tails.toml
  tauroi study confirm tails.toml --tape kxtopmonthly --markets kxtopmonthly/markets.csv --out result
  tauroi serve --studies tails.toml result/report.json      # shows it on the page Evidence
"#;

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the file and write down what it is, and when: a changed one is refused from then on
    Freeze(File),
    /// Run the study on its events for exploration, and count the look
    Explore(Run),
    /// Run the study on its events for confirmation, and count the look
    Confirm(Run),
}

#[derive(Args)]
struct File {
    /// The study (.toml)
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    study: File,
    /// Files or folders of recorded trades (.csv, .csv.gz, .parquet); other events in them are left alone
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    tape: Vec<PathBuf>,
    /// A file of contracts, how they settled and what they charge (.csv, .csv.gz, .parquet); without it nothing has settled
    #[arg(long, value_name = "FILE")]
    markets: Option<PathBuf>,
    /// The folder for the report; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The files that may be written into the folder.
const OUTPUTS: [&str; 2] = ["report.json", "report.html"];

/// Does what was asked.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    match &options.command {
        Command::Freeze(File { file }) => freeze(file),
        Command::Explore(run) => look(run, Side::Explore),
        Command::Confirm(run) => look(run, Side::Confirm),
    }
}

/// Reads a study.
fn study(file: &Path) -> anyhow::Result<(Study, Registry)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
    let study = read(&text).with_context(|| file.display().to_string())?;
    Ok((study, Registry::of(file, &text)))
}

fn freeze(file: &Path) -> anyhow::Result<()> {
    let (study, registry) = study(file)?;
    let at = registry.freeze(machine_time())?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "Study {}, frozen at {at}", registry.sha256())?;
    for side in [Side::Explore, Side::Confirm] {
        writeln!(stdout, "  {}: {} events", side.name(), study.events(side).len())?;
    }
    writeln!(stdout, "  looks allowed: {}", study.stop.looks)?;
    writeln!(stdout, "  falsified by: {}", study.falsified_by(1))?;
    Ok(())
}

/// Runs a study on one side, writes down that it was looked at, and then shows it.
fn look(run: &Run, side: Side) -> anyhow::Result<()> {
    let (study, registry) = study(&run.study.file)?;
    let frozen = registry.frozen()?;
    // Held to the end, so that no two looks count as one.
    let (mut looks, mut file) = registry.looks()?;
    looks.allow(&study, side)?;
    if let Some(folder) = &run.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("--out: {} can't be made", folder.display()))?;
    }
    let prepared = prepare(run, &study, side)?;
    let report = StudyReport::run((&study, registry.sha256()), side, &looks, &prepared)?;
    // The look counts before anybody sees what it shows.
    let look = report.look(machine_time(), &looks);
    let line = serde_json::to_string(&look)?;
    append(&mut file, &line).with_context(|| format!("{} can't be written", registry.path().display()))?;
    looks.take(registry.sha256(), look, &line)?;
    let json = report.json();
    let shown = Reported::read(&json)?;
    let mut written = String::new();
    if let Some(folder) = &run.out {
        let contents = [json, html::render(&shown, &frozen)];
        for (name, text) in OUTPUTS.iter().zip(contents) {
            let path = folder.join(name);
            std::fs::write(&path, text)
                .with_context(|| format!("--out: {} can't be written", path.display()))?;
        }
        written = format!("Written to {}: {}\n", folder.display(), OUTPUTS.join(", "));
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "{}{written}", table::render(&shown, &frozen))?;
    Ok(())
}

/// Reads the side's events and lays them out.
fn prepare(run: &Run, study: &Study, side: Side) -> anyhow::Result<Prepared> {
    let recorded = trades::read(&run.tape)?;
    if let Some(folder) = &run.out {
        let inputs = recorded.files.iter().map(PathBuf::as_path).chain(run.markets.as_deref());
        spares("--out", &OUTPUTS.map(|name| folder.join(name)), inputs.chain([run.study.file.as_path()]))?;
    }
    let markets = markets::read(run.markets.as_deref(), &run.tape)?;
    let named = study.events(side);
    let tapes = EventTape::group(recorded.trades).context("--tape")?;
    let mut tapes = EventTape::regrouped(tapes, &markets);
    tapes.retain(|tape| named.contains(tape.event()));
    if let Some(missing) = named.iter().find(|event| !tapes.iter().any(|tape| tape.event() == *event)) {
        bail!("--tape: there is nothing of {missing}, which is among the events of {}", side.name());
    }
    let tapes = markets::group(tapes, &markets)?;
    let progress = Progress::start("Filtering", 1);
    let calibration = study.config.belief.calibration;
    let tracks = walk_forward(&tapes, &settlements(&tapes, &markets), calibration, &mut |done| {
        progress.report(0, done);
    })?;
    Ok(Prepared::new(&tapes, &tracks, &markets)?)
}
