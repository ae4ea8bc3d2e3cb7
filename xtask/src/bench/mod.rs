//! `cargo xtask bench`: speed, side by side with peers, as ratios in one run.

mod bars;
mod books;
mod busier;
pub mod desk;
mod history;
mod page;
mod report;
mod sources;
mod viewers;
mod wheel;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

use sources::Source;

/// How often all sources are run, one after the other: what disturbs the machine for a while disturbs them alike,
/// and the best time of each counts.
const PASSES: usize = 3;

#[derive(Args)]
pub struct Options {
    /// Show only the rows whose name, or whose peer's, contains this (in any case); `page`, `lab` and `depth` drag sliders in Chromium, `stream` tells the desk's page a thousand updates a second there, `desk` times orders instead, `python` times the wheel, `viewers` lets a thousand watch a desk at once, `history` charts a year of trades, `books` sets hftbacktest beside them
    filter: Option<String>,
    /// Install the peers that are missing (QuantLib, with apt-get)
    #[arg(long)]
    install_peers: bool,
    /// `desk`: how many seconds it trades for each figure [default: 60]; `viewers`: how many they are watched [default: 20]
    #[arg(long)]
    seconds: Option<u64>,
    /// `desk`, `viewers`, `history`: another binary than the release of these sources, as one from before a change
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// `desk`: the kinds of key
    #[arg(long, value_name = "KEY", default_values = ["ed25519", "rsa"])]
    key: Vec<String>,
    /// `desk`: how many frames a second come [default: 1000 and 10000]; `viewers`: how many changes a second of each contract
    /// [default: 20]
    #[arg(long, value_name = "N")]
    rate: Vec<u32>,
    /// `viewers`: how many there are; of a hundred one is slow, one deaf, two cut their connection and come back, one sends garbage
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    viewers: usize,
    /// `history`: how many trades there are [default: 100000000]
    #[arg(long, value_name = "N")]
    ticks: Option<u64>,
    /// `viewers`: how many books each follows, beside the desk and its log
    #[arg(long, value_name = "N", default_value_t = 1)]
    books: usize,
    /// `viewers`: let so many replicas tell them over NATS, one of which is killed midway; the journal is in what `DATABASE_URL` names,
    /// if it is set
    #[arg(long, value_name = "N", default_value_t = 0)]
    replicas: usize,
}

/// What one line of a benchmark says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Figure {
    /// The nanoseconds of one call.
    Nanoseconds(f64),
    /// A result, whose correctness is what counts.
    Value(f64),
}

/// The figures by their sources' labels and their own names, as `label: name`; our own have no label.
type Figures = BTreeMap<String, Figure>;

/// Runs the benchmarks of `shared` and of its peers, prints a table and writes `target/bench/report.json`.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let filter = options.filter.as_deref().unwrap_or_default().to_lowercase();
    match filter.as_str() {
        "page" => return page::run("page_speed"),
        "lab" => return page::run("lab_speed"),
        "depth" => return page::run("depth_speed"),
        "stream" => return page::run("stream_speed"),
        "desk" => return desk::run(options),
        "viewers" => return viewers::run(options),
        "history" => return history::run(options),
        "python" => return wheel::run(),
        "books" => books::run()?,
        _ => {}
    }
    let sources = sources::prepare(&filter, options.install_peers)?;
    let mut figures = Figures::new();
    for pass in 1..=PASSES {
        eprintln!("  ▸ Measuring, {pass} of {PASSES} …");
        for source in &sources {
            measure(source, &mut figures)?;
        }
    }
    let rows = bars::rows(&figures, &sources, &filter);
    if rows.is_empty() {
        bail!("no benchmark's name contains `{filter}`");
    }
    report::print(&rows);
    report::write(&rows, &sources)
}

/// Runs `source` once and keeps its figures, of times the best so far.
fn measure(source: &Source, figures: &mut Figures) -> anyhow::Result<()> {
    let Some(output) = source.run()? else { return Ok(()) };
    for line in output.lines().filter(|line| !line.is_empty()) {
        let (name, figure) = parse(line).with_context(|| format!("not a benchmark's line: {line}"))?;
        let name =
            if source.label.is_empty() { name.to_owned() } else { format!("{}: {name}", source.label) };
        figures
            .entry(name)
            .and_modify(|known| {
                if let (Figure::Nanoseconds(best), Figure::Nanoseconds(now)) = (&mut *known, figure) {
                    *best = best.min(now);
                }
            })
            .or_insert(figure);
    }
    Ok(())
}

/// Reads `{"name": …, "ns": …}` or `{"name": …, "value": …}`.
fn parse(line: &str) -> Option<(String, Figure)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let figure = match line.get("ns") {
        Some(ns) => Figure::Nanoseconds(ns.as_f64()?),
        None => Figure::Value(line.get("value")?.as_f64()?),
    };
    Some((line.get("name")?.as_str()?.to_owned(), figure))
}
