//! `cargo xtask soak`: the server asked for everything, again and again, watching its memory and its errors; and spoiled
//! inputs at the code that reads what comes from outside.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::{Args, ValueEnum};

use crate::step::show_for_as_long_as_it_takes as show;
use crate::{bench, bundle, demo, hands, http, mutants, postgres, simulate, workspace};

#[derive(Args)]
pub struct Options {
    /// How many minutes each part runs
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// What to run; may be named several times
    #[arg(long, value_enum, default_value = "server")]
    part: Vec<Part>,
    /// The seed that spoiled inputs are made of, and faults
    #[arg(long, default_value_t = 1)]
    rng_seed: u64,
    /// How many faults befall the desks of `lease`
    #[arg(long, default_value_t = 100)]
    faults: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Every page and answer of a demo's server
    Server,
    /// Bodies of requests at the paper exchange
    Bodies,
    /// Queries at the paper exchange, with their cursors
    Cursors,
    /// Commands on the paper exchange's stream
    Frames,
    /// Public and private keys in PEM
    Pem,
    /// Answers that the client hears
    Answers,
    /// Frames of an exchange at a client that hears them
    Heard,
    /// Days of an exchange on which everything goes wrong, beside a feed that must have its books after each quiet second
    Stream,
    /// A million desks simulated for three minutes each while something goes wrong; `--minutes` is not heeded
    Simulate,
    /// 200 lives of a desk, each ended by SIGKILL under load, on one paper exchange; `--minutes` is not heeded
    Lives,
    /// Three desks on one journal in PostgreSQL, killed, stopped, cut off and held up: one trades; see `--faults`
    Lease,
    /// 150 changes of `risk`, `execution` and `ledger`, drawn by the seed: the tests must fail for each; `--minutes` is not heeded
    Mutants,
    /// A release that trades on a paper exchange whose stream brings 10,000 frames a second: its memory and its log
    Desk,
    /// A release that runs a week of the demo in five minutes: its memory and its log; `--minutes` is not heeded
    Week,
    /// A dozen mistakes that are made by hand: the desks that every check simulates must notice each; `--minutes` is not heeded
    Hands,
}

/// How many frames a second are many.
const BUSY: u32 = 10_000;

const PATHS: &[&str] = &["/", "/api/health", "/api/tapes", "/no-such-page"];

/// Runs the parts one after the other.
pub fn run(options: &Options) -> anyhow::Result<()> {
    for part in &options.part {
        match part {
            Part::Server => serve(options)?,
            Part::Bodies => spoil("spoiled_bodies_are_answered", options)?,
            Part::Cursors => spoil("spoiled_queries_and_cursors_are_answered", options)?,
            Part::Frames => spoil("spoiled_commands_are_answered", options)?,
            Part::Pem => spoil("spoiled_keys_are_refused_or_sign", options)?,
            Part::Answers => spoil("spoiled_answers_are_refused_or_mean_what_they_say", options)?,
            Part::Heard => spoil("heard::spoiled_frames_are_heard", options)?,
            Part::Simulate => {
                // Apart from those that every check runs.
                simulate::run(&simulate::Options::of(1_000_000, 1_000_000 * options.rng_seed, 0.05))?;
            }
            Part::Lives => lives()?,
            Part::Lease => lease(options)?,
            Part::Mutants => mutants::run(options.rng_seed)?,
            Part::Hands => hands::run()?,
            Part::Desk => {
                let lasts = Duration::from_secs(options.minutes * 60);
                held(&bench::desk::trade(&bundle::release_binary()?, "ed25519", BUSY, lasts)?)?;
            }
            Part::Week => held(&bench::desk::week(&bundle::release_binary()?)?)?,
            Part::Stream => {
                soak("kalshi::tests::day::a_day_of_every_fault_leaves_the_exchanges_books", options)?
            }
        }
    }
    Ok(())
}

/// Tries inputs that are made of known ones until the time is over; a debug build, as it checks its arithmetic.
///
/// Fails on a panic, an answer of 500, an input that takes longer than 20 s, and when memory grows by more than 64 MB after
/// the first tenth. What failed is told with the input.
fn spoil(test: &str, options: &Options) -> anyhow::Result<()> {
    soak(&format!("paper::fuzz::{test}"), options)
}

/// Runs a test until the time is over.
fn soak(name: &str, options: &Options) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--locked", "-p", "server", "--bin", "tauroi", "--", "--exact", name, "--nocapture"])
        .current_dir(workspace::root())
        .env("TAUROI_SOAK_SECONDS", (options.minutes * 60).to_string())
        .env("TAUROI_SOAK_SEED", options.rng_seed.to_string());
    show(name, &mut cargo)
}

/// Says how quick a desk was, and what its memory came to.
///
/// Fails when its log has an error, or its memory grew by more than a megabyte over the last half. Warnings are counted: so many
/// times as fast as life some of what is to be done every few minutes is missed.
fn held(traded: &bench::desk::Traded) -> anyhow::Result<()> {
    for told in traded.told.iter().chain([&traded.memory()]) {
        eprintln!("  · {told}");
    }
    let (warnings, errors): (Vec<&String>, Vec<&String>) =
        traded.wrong.iter().partition(|line| line.contains(" WARN "));
    eprintln!("  · {} warnings; the last: {:?}", warnings.len(), warnings.last());
    if let Some(error) = errors.first() {
        bail!("{} lines of the log are of errors; the first: {error}", errors.len());
    }
    ensure!(traded.grew() <= 1_024, "its memory grew by more than a megabyte over the last half");
    Ok(())
}

/// Ends a desk's process 200 times under load, and compares what the next one finds with the exchange.
fn lives() -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--locked", "-p", "server", "--test", "desk", "--", "--nocapture", "killed::"])
        .current_dir(workspace::root())
        .env("TAUROI_SOAK_LIVES", "200");
    show("200 lives of a desk", &mut cargo)
}

/// Lets faults befall three desks on one journal, and says how long take-overs took.
///
/// Fails when orders of two of them are at the exchange at once, and when no desk trades within a minute of a fault.
fn lease(options: &Options) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--locked", "-p", "server", "--test", "desk", "--", "--nocapture", "lease::"])
        .current_dir(workspace::root())
        .env("TAUROI_SOAK_LEASE", options.faults.to_string())
        .env("TAUROI_SOAK_SEED", options.rng_seed.to_string())
        // Else it would be skipped where there is no PostgreSQL.
        .env("CI", "1");
    postgres::find_or_install()?.show(&mut cargo);
    show(&format!("{} faults of three desks on one journal", options.faults), &mut cargo)
}

/// Serves the demo and reads every page until the time is over.
///
/// Fails on an error, or when the server's memory grew by more than 32 MB after the first minute.
fn serve(options: &Options) -> anyhow::Result<()> {
    bundle::build(bundle::Kind::Plain)?;
    demo::build_server()?;
    let mut server = Command::new(workspace::target().join("debug/tauroi"))
        .args(["serve", "--mode", "demo", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .context("tauroi could not be started")?;
    let outcome = drive(&mut server, Duration::from_secs(options.minutes * 60));
    let _ = server.kill();
    let _ = server.wait();
    outcome
}

fn drive(server: &mut std::process::Child, total: Duration) -> anyhow::Result<()> {
    let mut first = String::new();
    BufReader::new(server.stdout.take().context("tauroi's output can't be read")?).read_line(&mut first)?;
    let address = first
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://"))
        .map(|address| address.trim_end_matches('/').to_owned())
        .with_context(|| format!("tauroi named no address: {first}"))?;
    let started = Instant::now();
    let (mut requests, mut settled, mut reported) = (0_u64, None, 0);
    while started.elapsed() < total {
        for path in PATHS {
            let answer = http::get(&address, path)?;
            ensure!(answer.starts_with(b"HTTP/1.1 "), "{path}: no HTTP answer after {requests} requests");
            if answer.starts_with(b"HTTP/1.1 5") {
                bail!("{path}: {} after {requests} requests", String::from_utf8_lossy(&answer[..40]));
            }
            requests += 1;
        }
        let minute = started.elapsed().as_secs() / 60;
        if minute > reported {
            reported = minute;
            let memory = workspace::resident_kilobytes(server.id());
            eprintln!("  · minute {minute}: {requests} requests, {} kB resident", memory.unwrap_or(0));
            match (settled, memory) {
                (None, now) => settled = now,
                (Some(base), Some(now)) if now > base + 32 * 1024 => {
                    bail!("memory grew from {base} to {now} kB after the first minute")
                }
                _ => {}
            }
        }
    }
    eprintln!("  ✓ {requests} requests in {} s, no error, memory steady", total.as_secs());
    Ok(())
}
