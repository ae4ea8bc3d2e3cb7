//! Simulates desks, a seed each, on all cores: what `cargo xtask simulate` runs.
//!
//! It ends with a line that says how much was simulated, and fails if anything was violated: then with the command that does
//! it again, and with less that fails in the same way.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "it says how long it took, and what it found"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use shared::backtest::{Config, Preset};
use shared::desk::Desk;
use shared::faults::Fault;
use shared::simulation::{Kind, Looks, Report, Schedule, Unfit, Violation, shrink, simulate};

const USAGE: &str = "usage: simulate [--seeds N] [--first-seed S] [--hours H] [--threads N] [--calm] [--lines] [--brief] [--faults FILE [--alone]]";
/// Every so many seeds is simulated twice, and what a desk wrote down in every so many is done again.
const TWICE: u64 = 32;
const REPLAYED: u64 = 8;
/// After so many seeds that fail nothing more is tried.
const MOST_FAILED: usize = 5;

/// What is asked for.
#[derive(Debug, Clone)]
struct Options {
    seeds: u64,
    first: u64,
    hours: f64,
    threads: usize,
    /// Nothing goes wrong, ten contracts, at most 50,000 events a day: to measure.
    calm: bool,
    /// All that is told and follows is printed.
    lines: bool,
    /// It ends with the first seed that fails, and says of that no more than what was violated.
    brief: bool,
    /// A file of faults, and what it says.
    file: Option<String>,
    faults: Vec<Fault>,
    /// They are there in place of what the seed draws.
    alone: bool,
}

/// A file of faults, as the paper exchange reads it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    behaviour: Option<toml::Table>,
    #[serde(default, rename = "fault")]
    faults: Vec<Fault>,
}

/// What came of all of it.
#[derive(Debug, Default)]
struct Sum {
    seeds: u64,
    micros: i64,
    events: u64,
    requests: u64,
    orders: u64,
    fills: u64,
    runs: u64,
    adopted: u64,
    faults: BTreeMap<&'static str, u64>,
    failed: Vec<(Schedule, Violation)>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut options = Options {
        seeds: 100,
        first: 1,
        hours: 2.0,
        threads,
        calm: false,
        lines: false,
        brief: false,
        file: None,
        faults: Vec::new(),
        alone: false,
    };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        let wrong = |text: &str| format!("{text} is no value of {name}");
        match name.as_str() {
            "--seeds" => options.seeds = value().and_then(|text| text.parse().map_err(|_| wrong(&text)))?,
            "--first-seed" => {
                options.first = value().and_then(|text| text.parse().map_err(|_| wrong(&text)))?;
            }
            "--hours" => {
                options.hours = value().and_then(|text| {
                    text.parse()
                        .ok()
                        .filter(|hours| (0.01..=10_000.0).contains(hours))
                        .ok_or_else(|| wrong(&text))
                })?;
            }
            "--threads" => {
                options.threads = value().and_then(|text| text.parse().map_err(|_| wrong(&text)))?;
            }
            "--calm" => options.calm = true,
            "--lines" => options.lines = true,
            "--brief" => options.brief = true,
            "--alone" => options.alone = true,
            "--faults" => {
                let path = value()?;
                options.faults = read(&path)?;
                options.file = Some(path);
            }
            _ => return Err(format!("{name} is no option")),
        }
    }
    Ok(options)
}

/// Reads a file of faults.
fn read(path: &str) -> Result<Vec<Fault>, String> {
    let text = std::fs::read_to_string(path).map_err(|why| format!("can't read {path}: {why}"))?;
    let File { behaviour, faults } =
        toml::from_str(&text).map_err(|why| format!("{path} is no file of faults: {why}"))?;
    if behaviour.is_some() {
        eprintln!("{path}: [behaviour] is the paper exchange's alone; it is left out");
    }
    Ok(faults)
}

fn schedule(options: &Options, seed: u64) -> Result<Schedule, Unfit> {
    let mut schedule = Schedule::draw(seed, (options.hours * 3_600e6).round() as i64)?;
    if options.calm {
        schedule.faults.clear();
        (schedule.closes, schedule.contracts, schedule.desks, schedule.pace) = (None, 10, 1, 24_000_000);
        schedule.order_ttl_s = 120;
        schedule.config = Config::preset(Preset::Seed);
        schedule.config.set("calibration", "legacy")?;
    }
    if options.alone {
        schedule.faults.clear();
    }
    for word in schedule.add(&options.faults) {
        if seed == options.first {
            eprintln!("{word}");
        }
    }
    Ok(schedule)
}

const fn looks(options: &Options, seed: u64) -> Looks {
    Looks {
        traces: seed.is_multiple_of(TWICE) && !options.calm,
        keeps: options.lines,
        replays: seed.is_multiple_of(REPLAYED) && !options.calm,
    }
}

/// Simulates all seeds, and returns whether nothing was violated.
fn run(options: &Options) -> Result<bool, Unfit> {
    let began = Instant::now();
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (sum, failure) = (Mutex::new(Sum::default()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= options.seeds || is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    match one(options, options.first.wrapping_add(place)) {
                        Ok((schedule, report)) => {
                            let Ok(mut sum) = sum.lock() else { break };
                            sum.add(schedule, report);
                            if sum.failed.len() >= if options.brief { 1 } else { MOST_FAILED } {
                                is_over.store(true, Ordering::Relaxed);
                            }
                            if sum.seeds % (options.seeds / 10).max(1) == 0 {
                                let (seeds, failed) = (sum.seeds, sum.failed.len());
                                eprintln!("  · {seeds} of {} seeds, {failed} failed", options.seeds);
                            }
                        }
                        Err(why) => {
                            if let Ok(mut failure) = failure.lock() {
                                failure.get_or_insert(why);
                            }
                            is_over.store(true, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    if let Ok(Some(why)) = failure.into_inner() {
        return Err(why);
    }
    let sum = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (schedule, violation) in &sum.failed {
        if options.brief {
            println!("VIOLATED by seed {}: {violation}", schedule.rng_seed);
        } else {
            tell(options, schedule, violation)?;
        }
    }
    println!("{}", sum.line(began.elapsed().as_secs_f64(), options.threads));
    Ok(sum.failed.is_empty())
}

/// Simulates a seed, some of them twice.
fn one(options: &Options, seed: u64) -> Result<(Schedule, Report), Unfit> {
    let (schedule, looks) = (schedule(options, seed)?, looks(options, seed));
    let mut report = simulate::<Desk>(&schedule, looks)?;
    if looks.traces && report.violations.is_empty() {
        let again = simulate::<Desk>(&schedule, looks)?;
        report.compare(&again);
    }
    for line in &report.lines {
        println!("{line}");
    }
    Ok((schedule, report))
}

/// Tells what was violated, how it is done again, and what less fails in the same way.
fn tell(options: &Options, schedule: &Schedule, violation: &Violation) -> Result<(), Unfit> {
    println!("\nVIOLATED: {violation}\n{schedule}");
    let file = options.file.as_ref().map_or_else(String::new, |file| format!(" --faults {file}"));
    let alone = if options.alone { " --alone" } else { "" };
    println!(
        "again: cargo xtask simulate --seeds 1 --first-seed {} --hours {}{file}{alone}",
        schedule.rng_seed, options.hours
    );
    let looks = Looks { keeps: false, ..looks(options, schedule.rng_seed) };
    let (least, violation) = shrink::<Desk>(schedule, violation, looks)?;
    println!("the least that was found to fail so: {violation}\n{least}");
    Ok(())
}

impl Sum {
    fn add(&mut self, schedule: Schedule, report: Report) {
        self.seeds += 1;
        self.micros += report.micros;
        self.events += report.events;
        self.requests += report.requests;
        self.orders += report.orders;
        self.fills += report.fills;
        self.runs += report.runs;
        self.adopted += report.adopted;
        for (kind, often) in report.faults {
            *self.faults.entry(Kind::name(kind)).or_default() += often;
        }
        if let Some(violation) = report.violations.into_iter().next() {
            self.failed.push((schedule, violation));
        }
    }

    fn line(&self, seconds: f64, threads: usize) -> String {
        let Self { seeds, events, requests, orders, fills, runs, adopted, .. } = self;
        let days = self.micros as f64 / 86_400e6;
        let pace = days / seconds * 60.0 / threads.max(1) as f64;
        let faults: u64 = self.faults.values().sum();
        let kinds: Vec<String> = self.faults.iter().map(|(name, often)| format!("{name} {often}")).collect();
        format!(
            "{seeds} seeds, {days:.2} simulated days in {seconds:.1} s ({pace:.0} a minute and core), {events} events, {requests} requests, {orders} orders, {fills} fills, {runs} runs, {adopted} orders adopted, {faults} faults ({}), {} violations",
            kinds.join(", "),
            self.failed.len()
        )
    }
}
