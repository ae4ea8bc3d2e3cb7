//! `cargo xtask bench viewers`: a thousand who watch a desk at once, slow, cut and malicious ones among them.
//!
//! An exchange, a desk that serves its page, and the viewers, each in a process of its own. Each viewer follows what the desk's
//! page follows: the desk with all of its contracts, its log, and books, one contract's unless it is told otherwise.

mod plan;
mod replicas;
mod table;
mod told;
mod viewer;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use self::plan::{Heard, Kind, Plan};
use self::replicas::Replicas;
use self::table::Measured;
use super::{Options, desk};
use crate::{bundle, http, workspace};

/// How many times as fast as life the exchange's clock runs: contracts trade, and most changes of books are added to its own.
const SPEED: &str = "300";
/// How many changes a second of each contract come.
const RATE: u32 = 20;
/// How long it is measured, in seconds.
const SECONDS: u64 = 20;
/// How long the desk is left alone before anybody comes, and all are there before it is measured.
const SETTLE: Duration = Duration::from_secs(5);
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How much a viewer's thread needs.
const STACK: usize = 128 << 10;
/// As often does the system count a second of a processor.
const TICKS: f64 = 100.0;

/// Measures, prints what came of it, and fails where a budget that is not of time is broken.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let program = options.program.clone().map_or_else(bundle::release_binary, Ok)?;
    let rate = options.rate.first().copied().unwrap_or(RATE);
    let lasts = Duration::from_secs(options.seconds.unwrap_or(SECONDS));
    let mut house = House::start(&program, options, rate)?;
    std::thread::sleep(SETTLE);
    let before = house.resident();
    let plan = Arc::new(Plan::new(house.servers(), house.tickers.clone(), options.books, house.clock));
    let viewers = begin(&plan, options.viewers)?;
    std::thread::sleep(SETTLE);
    plan.measure();
    let (began, spent) = (Instant::now(), house.spent());
    let mut peak = 0;
    while began.elapsed() < lasts {
        std::thread::sleep(LOOK.min(lasts.saturating_sub(began.elapsed())));
        peak = peak.max(house.resident());
        if began.elapsed() > lasts / 2 {
            house.replicas.kill_one();
        }
    }
    plan.end();
    let (lasted, after) = (began.elapsed().as_secs_f64(), house.spent());
    let mut measured = Measured {
        viewers: options.viewers,
        books: options.books,
        replicas: options.replicas,
        rate,
        seconds: lasted,
        before,
        peak,
        processors: std::array::from_fn(|k| (after[k] - spent[k]) / lasted),
        ..Measured::default()
    };
    for (kind, viewer) in viewers {
        let heard = viewer.join().ok().context("a viewer failed")?;
        measured.take(kind, heard);
    }
    measured.told = house.end()?;
    measured.print();
    measured.judge()
}

/// Lets the viewers come.
fn begin(plan: &Arc<Plan>, count: usize) -> anyhow::Result<Vec<(Kind, JoinHandle<Heard>)>> {
    (0..count)
        .map(|k| {
            let plan = Arc::clone(plan);
            let thread = std::thread::Builder::new().stack_size(STACK);
            let viewer = thread.spawn(move || viewer::watch(&plan, k)).context("no thread for a viewer")?;
            // All at once would be refused by the system, not by the server.
            std::thread::sleep(Duration::from_millis(1));
            Ok((Kind::of(k), viewer))
        })
        .collect()
}

/// An exchange and a desk that serves its page.
struct House {
    exchange: desk::Running,
    server: desk::Running,
    address: SocketAddr,
    replicas: Replicas,
    tickers: Vec<String>,
    clock: (i64, i64, f64),
    log: JoinHandle<anyhow::Result<(Vec<String>, Vec<String>)>>,
}

impl House {
    fn start(program: &Path, options: &Options, rate: u32) -> anyhow::Result<Self> {
        let viewers = options.viewers;
        let (exchange, env) = desk::exchange(program, "ed25519", SPEED)?;
        let text = std::fs::read_to_string(&env).context("the exchange's variables can't be read")?;
        let variable = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once('='));
            lines.find(|(known, _)| *known == name).map(|(_, value)| value).context(name.to_owned())
        };
        let tickers = tickers(variable("KALSHI_API_BASE")?)?;
        let clock = clock(variable("TAUROI_PAPER_CLOCK")?).context("a clock that can't be read")?;
        let a_second = rate * u32::try_from(tickers.len())?;
        eprintln!("  ▸ {} contracts, {rate} changes a second of each, {viewers} viewers", tickers.len());
        let env = desk::by_relay(&env, a_second)?;
        let mut server = Command::new(program);
        server.args(["serve", "--no-signals", "--addr", "127.0.0.1:0", "--order-ttl-s", "86400", "--paper"]);
        server.arg(&env);
        if std::env::var_os("DATABASE_URL").is_none() {
            server.arg("--journal").arg(desk::fresh("viewers.sqlite")?);
        }
        let mut replicas = Replicas::begin(options.replicas)?;
        replicas.show(&mut server);
        if viewers > 1_500 {
            server.args(["--max-viewers", &(viewers * 2).to_string()]);
        }
        server.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = desk::Running(server.spawn()?);
        let said = server.0.stdout.take().context("the server's output can't be read")?;
        let address = address(said)?;
        replicas.start(program, viewers)?;
        let log = server.0.stderr.take().context("the server's log can't be read")?;
        let log = std::thread::spawn(move || desk::read(log));
        Ok(Self { exchange, server, address, replicas, tickers, clock, log })
    }

    /// Returns who tells viewers.
    fn servers(&self) -> Vec<SocketAddr> {
        let replicas = self.replicas.addresses();
        if replicas.is_empty() { vec![self.address] } else { replicas }
    }

    /// Returns how much of the server is in memory, or of the replica that takes most, in kB.
    fn resident(&self) -> u64 {
        let servers = std::iter::once(self.server.0.id()).chain(self.replicas.ids());
        servers.filter_map(workspace::resident_kilobytes).max().unwrap_or(0)
    }

    /// Returns how long processors have worked, in seconds: for the server and its replicas, for the viewers with the relay, and for the exchange.
    fn spent(&self) -> [f64; 3] {
        let of = |id| spent(id).unwrap_or(0.0);
        let servers: f64 = std::iter::once(self.server.0.id()).chain(self.replicas.ids()).map(of).sum();
        [servers + self.replicas.gone, of(std::process::id()), of(self.exchange.0.id())]
    }

    /// Ends it, and returns what the desk says of how long things took.
    fn end(mut self) -> anyhow::Result<Vec<String>> {
        let id = self.server.0.id().to_string();
        ensure!(
            Command::new("kill").args(["-s", "TERM", &id]).status()?.success(),
            "the server is gone already"
        );
        self.server.0.wait().context("the server doesn't end")?;
        let (told, wrong) = self.log.join().ok().context("its log could not be read")??;
        for wrong in wrong.iter().take(10) {
            eprintln!("  · {wrong}");
        }
        Ok(told)
    }
}

/// Returns the address that a server names first.
fn address(said: impl std::io::Read) -> anyhow::Result<SocketAddr> {
    let first = BufReader::new(said).lines().next().context("the server ended at once")??;
    let address = first.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    Ok(address.context("a server without an address")?.0.parse()?)
}

/// Asks an exchange which contracts it has.
fn tickers(base: &str) -> anyhow::Result<Vec<String>> {
    let (host, path) =
        base.strip_prefix("http://").and_then(|rest| rest.split_once('/')).context("no URL")?;
    let answer = String::from_utf8(http::get(host, &format!("/{path}/markets?limit=100"))?)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    let body: serde_json::Value = serde_json::from_str(body).context("no list of contracts")?;
    let markets = body["markets"].as_array().into_iter().flatten();
    let tickers: Vec<String> =
        markets.filter_map(|market| market["ticker"].as_str().map(str::to_owned)).collect();
    ensure!(!tickers.is_empty(), "an exchange without contracts");
    Ok(tickers)
}

/// Reads a clock as an exchange hands it on: what it shows, at which of the machine's times, how many times as fast.
fn clock(text: &str) -> Option<(i64, i64, f64)> {
    let (shown, rest) = text.split_once('@')?;
    let (machine, speed) = rest.split_once('*')?;
    Some((shown.parse().ok()?, machine.parse().ok()?, speed.parse().ok()?))
}

/// Returns how long processors have worked for a process, where the system says so.
fn spent(id: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before may hold anything: times are the 14th and 15th field.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |k: usize| fields.get(k).and_then(|text| text.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / TICKS)
}
