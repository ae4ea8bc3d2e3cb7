//! `cargo xtask bench desk`: from a frame of the exchange's stream to the order that comes of it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::{Options, busier};
use crate::{bundle, workspace};

/// How many times as fast as life: the simulated event's ten contracts then bring some 1,000 frames a second.
const SPEED: &str = "8000";
/// Orders must outlive a renewal at that speed: eight hours are some four seconds.
const TTL: &str = "28800";
/// How many frames a second come, and how many seconds it trades, if nothing else is said.
const RATES: [u32; 2] = [1_000, 10_000];
const SECONDS: u64 = 60;
/// How many times as fast as life a week passes: in five minutes.
const WEEK_SPEED: u64 = 2_016;
/// How often its memory is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// A program that is killed when this is dropped.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs an exchange and a desk in processes of their own, for each kind of key and each rate, and prints what the desk says
/// at its end, and what its memory came to.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let program = options.program.clone().map_or_else(bundle::release_binary, Ok)?;
    let rates = if options.rate.is_empty() { &RATES[..] } else { &options.rate };
    for key in &options.key {
        for rate in rates {
            let traded =
                trade(&program, key, *rate, Duration::from_secs(options.seconds.unwrap_or(SECONDS)))?;
            for told in &traded.told {
                println!("{key:8} {rate:>6}/s {told}");
            }
            println!("{key:8} {rate:>6}/s {}, {} warnings", traded.memory(), traded.wrong.len());
        }
    }
    Ok(())
}

/// How a desk traded.
pub struct Traded {
    /// What it says of how long things took.
    pub told: Vec<String>,
    /// What went wrong, as its log says it.
    pub wrong: Vec<String>,
    /// When after its start it had how much memory, in kB.
    pub resident: Vec<(Duration, u64)>,
}

impl Traded {
    /// Returns by how much its memory grew over the last half, in kB.
    pub fn grew(&self) -> i64 {
        let lasted = self.resident.last().map_or(Duration::ZERO, |(at, _)| *at);
        let half = self.resident.iter().find(|(at, _)| *at >= lasted / 2);
        let kilobytes = |seen: Option<&(Duration, u64)>| seen.map_or(0, |(_, kb)| kb.cast_signed());
        kilobytes(self.resident.last()) - kilobytes(half)
    }

    /// Says what its memory came to.
    pub fn memory(&self) -> String {
        let each = (self.resident.len() / 8).max(1);
        let shown: Vec<String> = self.resident.iter().step_by(each).map(|(_, kb)| kb.to_string()).collect();
        format!("resident kB {}; {:+} kB over the last half", shown.join(" "), self.grew())
    }
}

/// Starts an exchange whose clock runs so many times as fast as life, and returns the file of its variables.
pub(super) fn exchange(program: &Path, key: &str, speed: &str) -> anyhow::Result<(Running, PathBuf)> {
    let env = folder()?.join("paper.env");
    let mut exchange = Command::new(program);
    exchange.args(["paper", "--days", "62", "--speed", speed, "--key", key, "--env"]).arg(&env);
    let mut exchange = Running(exchange.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let said = exchange.0.stdout.take().context("the exchange's output can't be read")?;
    let first = BufReader::new(said).lines().next().context("the exchange ended at once")??;
    eprintln!("  ▸ {first}, {speed} times as fast as life");
    Ok((exchange, env))
}

/// Returns where what is measured is kept.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder).context("target/bench can't be made")?;
    Ok(folder)
}

/// Returns the path of a journal that isn't there yet.
pub(super) fn fresh(name: &str) -> anyhow::Result<PathBuf> {
    let folder = folder()?;
    for file in std::fs::read_dir(&folder)?.flatten() {
        // With what lies beside it.
        if file.file_name().to_string_lossy().starts_with(name) {
            let _ = std::fs::remove_file(file.path());
        }
    }
    Ok(folder.join(name))
}

/// Lets a desk trade with a key of this kind while so many frames a second come, and returns how it did.
pub(crate) fn trade(program: &Path, key: &str, a_second: u32, lasts: Duration) -> anyhow::Result<Traded> {
    let journal = fresh("desk.sqlite")?;
    let (_exchange, env) = exchange(program, key, SPEED)?;
    eprintln!("  ▸ {a_second} frames a second");
    let env = by_relay(&env, a_second)?;
    let mut desk = Command::new(program);
    desk.args(["serve", "--no-signals", "--addr", "127.0.0.1:0", "--config", "preset=coherent"]);
    desk.args(["--order-ttl-s", TTL, "--paper"]).arg(&env).arg("--journal").arg(&journal);
    let traded = observe(desk, lasts)?;
    ensure!(!traded.told.is_empty(), "the desk sent no order: {:?}", traded.wrong);
    Ok(traded)
}

/// Lets the demo's world, exchange, desk and page run for a week of their time, and returns how they did.
pub(crate) fn week(program: &Path) -> anyhow::Result<Traded> {
    let mut demo = Command::new(program);
    demo.args(["serve", "--mode", "demo", "--addr", "127.0.0.1:0", "--order-ttl-s", TTL]);
    demo.args(["--speed", &WEEK_SPEED.to_string()]);
    observe(demo, Duration::from_secs(7 * 86_400 / WEEK_SPEED))
}

/// Runs a server for as long as it is to last, tells it to stop, and returns how it did.
fn observe(mut server: Command, lasts: Duration) -> anyhow::Result<Traded> {
    server.env("NO_COLOR", "1").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = Running(server.spawn()?);
    let log = server.0.stderr.take().context("the server's log can't be read")?;
    let reading = std::thread::spawn(move || read(log));
    let Some(resident) = watch(&mut server.0, lasts)? else {
        bail!("it ended by itself: {:?}", reading.join().ok().and_then(Result::ok));
    };
    let id = server.0.id().to_string();
    if !Command::new("kill").args(["-s", "TERM", &id]).status()?.success() {
        bail!("the server can't be told to stop");
    }
    let (told, wrong) = reading.join().ok().context("its log could not be read")??;
    Ok(Traded { told, wrong, resident })
}

/// Lets the exchange's stream come by a relay that makes it so busy, and returns the variables that say so.
pub(super) fn by_relay(env: &Path, a_second: u32) -> anyhow::Result<PathBuf> {
    let text = std::fs::read_to_string(env).context("the exchange's variables can't be read")?;
    let url = text.lines().find_map(|line| line.strip_prefix("KALSHI_WS_URL=ws://")).context("no stream")?;
    let (exchange, _) = url.split_once('/').context("a stream without a path")?;
    let relay = busier::start(exchange.parse().context("no address of the stream")?, a_second)?;
    let by = env.with_extension("relay.env");
    // With its permissions: nobody else may read it.
    std::fs::copy(env, &by)?;
    std::fs::write(&by, text.replace(&format!("ws://{exchange}"), &format!("ws://{relay}")))?;
    Ok(by)
}

/// Looks at a program's memory now and then for as long as it is to last; nothing if it ends before.
fn watch(program: &mut Child, lasts: Duration) -> anyhow::Result<Option<Vec<(Duration, u64)>>> {
    let began = Instant::now();
    let mut resident = Vec::new();
    while began.elapsed() < lasts {
        std::thread::sleep(LOOK.min(lasts.saturating_sub(began.elapsed())));
        if program.try_wait()?.is_some() {
            return Ok(None);
        }
        resident.extend(workspace::resident_kilobytes(program.id()).map(|kb| (began.elapsed(), kb)));
    }
    Ok(Some(resident))
}

/// Reads a server's log to its end: what it says of how long things took, and what went wrong.
pub(super) fn read(log: ChildStderr) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let (mut told, mut wrong, mut is_over) = (Vec::new(), Vec::new(), false);
    for line in BufReader::new(log).lines() {
        let line = line?;
        if let Some((_, text)) = line.split_once("from a frame ") {
            told.push(text.to_owned());
        }
        // What is said while it stops is of its own doing.
        is_over |= line.contains(": stopping, ");
        if !is_over && [" ERROR ", " WARN ", "error: "].iter().any(|bad| line.contains(bad)) {
            wrong.push(line);
        }
    }
    Ok((told, wrong))
}
