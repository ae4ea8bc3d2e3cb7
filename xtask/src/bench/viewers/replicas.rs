//! Replicas that tell viewers what the desk's process publishes, and the NATS that goes between.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::{address, spent};
use crate::bench::desk::Running;
use crate::nats;

/// How long NATS may take until it answers.
const BEGINS: Duration = Duration::from_secs(10);

/// None, or some and a NATS for them.
pub(super) struct Replicas {
    count: usize,
    nats: Option<(Running, String)>,
    running: Vec<(Running, SocketAddr)>,
    is_killed: bool,
    /// How long processors had worked for the one that was killed, in seconds.
    pub(super) gone: f64,
}

impl Replicas {
    /// Starts NATS, if there are to be any.
    pub(super) fn begin(count: usize) -> anyhow::Result<Self> {
        let mut this = Self { count, nats: None, running: Vec::new(), is_killed: false, gone: 0.0 };
        if count > 0 {
            let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
            let mut command = Command::new(nats::find_or_install()?);
            command.args(["--addr", "127.0.0.1", "--port", &address.port().to_string()]);
            let child = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
            let began = Instant::now();
            while std::net::TcpStream::connect(address).is_err() {
                ensure!(began.elapsed() < BEGINS, "nats-server does not answer at {address}");
                std::thread::sleep(Duration::from_millis(20));
            }
            this.nats = Some((child, format!("nats://{address}")));
        }
        Ok(this)
    }

    /// Lets a server publish, or follow, there.
    pub(super) fn show(&self, command: &mut Command) {
        if let Some((_, url)) = &self.nats {
            command.env("TAUROI_NATS_URL", url);
        }
    }

    /// Starts them.
    pub(super) fn start(&mut self, program: &Path, viewers: usize) -> anyhow::Result<()> {
        for _ in 0..self.count {
            let mut command = Command::new(program);
            command.args(["serve", "--follow", "--addr", "127.0.0.1:0", "--max-viewers"]);
            command.arg((viewers * 2).to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
            self.show(&mut command);
            let mut child: Child = command.spawn()?;
            let said = child.stdout.take().context("a replica's output can't be read")?;
            let running = Running(child);
            self.running.push((running, address(said)?));
        }
        Ok(())
    }

    /// Kills one of several, once.
    pub(super) fn kill_one(&mut self) {
        if !std::mem::replace(&mut self.is_killed, true) && self.running.len() > 1 {
            eprintln!("  ▸ A replica is killed");
            if let Some((killed, _)) = self.running.pop() {
                self.gone = spent(killed.0.id()).unwrap_or(0.0);
            }
        }
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.running.iter().map(|(_, address)| *address).collect()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u32> {
        self.running.iter().map(|(running, _)| running.0.id())
    }
}
