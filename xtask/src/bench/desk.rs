//! `cargo xtask bench desk`: from a frame of the exchange's stream to the order that comes of it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::{bundle, workspace};

/// How long the desk trades.
const FOR: Duration = Duration::from_secs(60);
/// How many times as fast as life: the simulated event's ten contracts then bring some 1,000 frames a second.
const SPEED: &str = "8000";
/// Orders must outlive a renewal at that speed: eight hours are some four seconds.
const TTL: &str = "28800";

/// A program that is killed when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs an exchange and a desk in processes of their own, for each kind of key, and prints what the desk says at its end.
pub fn run() -> anyhow::Result<()> {
    let program = bundle::release_binary()?;
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder).context("target/bench can't be made")?;
    for key in ["ed25519", "rsa"] {
        println!("{key:8} {}", trade(&program, key, &folder)?);
    }
    Ok(())
}

/// Lets a desk trade and returns the line in which it says how long its orders took.
fn trade(program: &Path, key: &str, folder: &Path) -> anyhow::Result<String> {
    let env = folder.join("paper.env");
    let journal = folder.join("desk.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("desk.sqlite{end}")));
    }
    let mut exchange = Command::new(program);
    exchange.args(["paper", "--days", "62", "--speed", SPEED, "--key", key, "--env"]).arg(&env);
    let mut exchange = Running(exchange.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let said = exchange.0.stdout.take().context("the exchange's output can't be read")?;
    let first = BufReader::new(said).lines().next().context("the exchange ended at once")??;
    eprintln!("  ▸ {first}, {SPEED} times as fast as life");
    let mut desk = Command::new(program);
    desk.args(["serve", "--addr", "127.0.0.1:0", "--config", "preset=coherent", "--order-ttl-s", TTL]);
    desk.arg("--paper").arg(&env).arg("--journal").arg(&journal);
    let mut desk = Running(desk.env("NO_COLOR", "1").stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
    let log = desk.0.stderr.take().context("the desk's log can't be read")?;
    std::thread::sleep(FOR);
    let id = desk.0.id().to_string();
    if !Command::new("kill").args(["-s", "TERM", &id]).status()?.success() {
        bail!("the desk can't be told to stop");
    }
    let mut found = None;
    for line in BufReader::new(log).lines() {
        let line = line?;
        if let Some((_, told)) = line.split_once("from a frame to its order, ") {
            found = Some(told.to_owned());
        }
    }
    found.context("the desk sent no order")
}
