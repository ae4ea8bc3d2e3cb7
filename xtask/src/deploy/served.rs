//! Programs that are started to be asked something: a server, and a paper exchange.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::{http, workspace};

/// How long a program may take before it is said to hang.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long between two questions whether it is there yet.
const PAUSE: Duration = Duration::from_millis(2);
/// How often the start is measured, and how long the demo runs before what it holds is read.
const STARTS: usize = 9;
const RUNS: Duration = Duration::from_secs(30);

/// A server that answers.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server that will listen there, and waits until it says that it is well.
    ///
    /// # Errors
    ///
    /// Says that it has ended or does not answer.
    pub fn start(command: &mut Command, address: &str) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, address: address.to_owned() };
        let began = Instant::now();
        while !is_well(address) {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server has ended before it served ({status})");
            }
            ensure!(began.elapsed() < PATIENCE, "the server does not answer");
            std::thread::sleep(PAUSE);
        }
        Ok(server)
    }

    /// Returns the id of the process that serves: the one that was started, or one that it has started.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub fn process(&self) -> anyhow::Result<u32> {
        let ours = |entry: &fs::DirEntry| {
            let words = fs::read(entry.path().join("cmdline")).ok()?;
            let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
            let is_ours = words.first()?.ends_with(b"tauroi")
                && words.get(1) == Some(&b"serve".as_slice())
                && words.contains(&self.address.as_bytes());
            is_ours.then(|| entry.file_name().to_str()?.parse().ok())?
        };
        fs::read_dir("/proc")?.flatten().find_map(|entry| ours(&entry)).context("nobody serves")
    }

    /// Ends it as an operator does, and waits until it has.
    ///
    /// # Errors
    ///
    /// Says that it did not end in order.
    pub fn end(mut self, process: u32) -> anyhow::Result<()> {
        terminate(process)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server did not end in order ({status})");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let (Ok(None), Ok(process)) = (self.child.try_wait(), self.process()) {
            let _ = terminate(process);
        }
        let _ = self.child.wait();
    }
}

/// A paper exchange of this machine.
pub struct Exchange {
    child: Child,
    variables: Vec<String>,
}

impl Exchange {
    /// Starts one that writes what a client needs into a folder.
    ///
    /// # Errors
    ///
    /// Says that it did not start, or what it did not write.
    pub fn start(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let env = folder.join("paper.env");
        let mut command = Command::new(binary);
        command
            .arg("paper")
            .arg("--env")
            .arg(&env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let child = command.spawn().context("the paper exchange could not be started")?;
        let mut exchange = Self { child, variables: Vec::new() };
        let stdout = exchange.child.stdout.take().context("the paper exchange says nothing")?;
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let text = fs::read_to_string(&env).with_context(|| format!("the paper exchange said {first:?}"))?;
        let key = fs::read_to_string(folder.join("paper.env.key"))?;
        let plain = ["KALSHI_ACCESS_KEY=", "KALSHI_API_BASE=", "KALSHI_WS_URL="];
        let plain = text.lines().filter(|line| plain.iter().any(|name| line.starts_with(name)));
        exchange.variables = plain.map(str::to_owned).collect();
        // In one line, as a file of variables has it.
        exchange.variables.push(format!("KALSHI_API_SECRET={}", key.replace('\n', "\\n")));
        Ok(exchange)
    }

    /// Returns `NAME=value` of what a client needs.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints how long a binary takes from its start to the first answer, and what it holds in memory with the demo's desk trading.
///
/// # Errors
///
/// Says that it doesn't serve.
pub fn measure(binary: &Path) -> anyhow::Result<()> {
    let cache = workspace::target().join("deploy/measured");
    let start = || -> anyhow::Result<(Server, Duration)> {
        workspace::emptied(&cache)?;
        let address = free_address()?;
        let mut command = Command::new(binary);
        command.args(["serve", "--addr", &address]).env("TAUROI_CACHE", &cache).current_dir(&cache);
        let began = Instant::now();
        let server = Server::start(&mut command, &address)?;
        Ok((server, began.elapsed()))
    };
    let mut taken = Vec::new();
    for _ in 0..STARTS {
        let (server, lasted) = start()?;
        taken.push(lasted);
        let process = server.process()?;
        server.end(process)?;
    }
    taken.sort();
    let of = |at: usize| taken.get(at).map_or(0.0, |lasted| lasted.as_secs_f64() * 1e3);
    eprintln!(
        "  · from start to serving: {:.0} ms, at worst {:.0} (of {STARTS})",
        of(STARTS / 2),
        of(STARTS - 1)
    );
    let (server, _) = start()?;
    let process = server.process()?;
    let began = Instant::now();
    let mut most = 0;
    while began.elapsed() < RUNS {
        most = most.max(workspace::resident_kilobytes(process).context("the demo is gone")?);
        std::thread::sleep(Duration::from_millis(200));
    }
    eprintln!("  · resident in {} s of the demo: at most {} MB", RUNS.as_secs(), most / 1024);
    server.end(process)
}

/// Returns an address of this machine that nobody listens at.
///
/// # Errors
///
/// Says that there is none.
pub fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0").context("no port is free")?.local_addr()?.to_string())
}

/// Returns whether a server says that it is well.
fn is_well(address: &str) -> bool {
    http::get(address, "/api/health").is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

fn terminate(process: u32) -> anyhow::Result<()> {
    let status = Command::new("kill").args(["-TERM", &process.to_string()]).status()?;
    ensure!(status.success(), "process {process} can't be told to end");
    Ok(())
}
