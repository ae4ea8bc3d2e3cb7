//! A desk in a process of its own.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Answer, Server};
use crate::watch::Watch;

/// A desk that runs; it is killed when dropped, without a chance to take anything back.
pub(crate) struct Desk {
    pub(crate) server: Server,
}

/// The file of a test's own, not there yet, nor anything that an earlier run has left beside it.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        if file.file_name().to_string_lossy().starts_with(name) {
            let _ = std::fs::remove_file(file.path());
        }
    }
    folder.join(name)
}

impl Desk {
    /// Starts one on the exchange that wrote this file, and waits until it names its address. What it says of itself is
    /// beside its journal.
    pub(crate) fn start(exchange: &Path, journal: &Path, options: &[&str]) -> Self {
        let mut said = journal.to_path_buf().into_os_string();
        said.push(".log");
        let said: File = OpenOptions::new().create(true).append(true).open(said).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--paper"]).arg(exchange);
        command.arg("--journal").arg(journal).args(options).stderr(Stdio::from(said));
        Self { server: Server::run(command) }
    }

    /// Tells it something as a program does.
    pub(crate) fn tell(&self, command: &str) -> Answer {
        let path = format!("/api/desk/{command}");
        self.server.ask("POST", &path, &[("Accept", "application/json")])
    }

    /// Watches it.
    pub(crate) async fn watch(&self) -> Watch {
        Watch::open(&self.server).await
    }

    /// Ends it at once: SIGKILL.
    pub(crate) fn kill_9(mut self) {
        self.server.process().kill().unwrap();
        self.server.process().wait().unwrap();
    }

    /// Sends it a signal by its name.
    pub(crate) fn signal(&mut self, signal: &str) {
        let id = self.server.process().id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Stops it, and waits until it stands still.
    pub(crate) fn stop(&mut self) {
        self.signal("STOP");
        let id = self.server.process().id().to_string();
        loop {
            let state = Command::new("ps").args(["-o", "state=", "-p", &id]).output().unwrap();
            if state.stdout.starts_with(b"T") {
                return;
            }
        }
    }
}
