//! An exchange, a desk on it that publishes, and replicas.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::SOON;
use crate::desk::fresh;
use crate::member::Member;
use crate::nats::Nats;
use crate::support::Server;

/// All of it but the replicas.
pub(crate) struct House {
    pub(crate) nats: Nats,
    pub(crate) member: Member,
    pub(crate) name: String,
}

impl House {
    /// Starts NATS and an exchange; nothing where the test is skipped.
    pub(crate) fn begin(name: &str) -> Option<Self> {
        let nats = Nats::start()?;
        let member = Member::join(name, &["--speed", "1000", "--days", "31"]);
        Some(Self { nats, member, name: name.to_owned() })
    }

    fn command(&self, what: &str) -> Command {
        let said = std::fs::File::create(self.log(what)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--addr", "127.0.0.1:0"]).env("TAUROI_NATS_URL", self.nats.url());
        command.env("NO_COLOR", "1").env("RUST_LOG", "info").stderr(Stdio::from(said));
        command
    }

    /// Returns where a process says things of itself.
    pub(crate) fn log(&self, what: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{what}.log", self.name))
    }

    /// Starts a desk's process, with a journal of its own.
    pub(crate) fn desk(&self, what: &str, options: &[&str]) -> Server {
        let mut command = self.command(what);
        command.arg("--paper").arg(&self.member.env).args(["--no-signals", "--order-ttl-s", "86400"]);
        command.arg("--journal").arg(fresh(&format!("{}-{what}.sqlite", self.name))).args(options);
        Server::run(command)
    }

    /// Waits until a process says something of itself.
    pub(crate) fn says(&self, what: &str, words: &str) {
        let began = Instant::now();
        while !std::fs::read_to_string(self.log(what)).unwrap().contains(words) {
            assert!(began.elapsed() < SOON, "{what} does not say {words:?}");
            std::thread::yield_now();
        }
    }

    /// Starts a replica, and waits until it has heard the desk's process: whoever came before that would have to come again.
    pub(crate) fn replica(&self, what: &str, options: &[&str]) -> Server {
        let mut command = self.command(what);
        command.arg("--follow").args(options);
        let server = Server::run(command);
        self.says(what, "is followed");
        server
    }

    /// Connects to NATS as anybody might.
    pub(crate) async fn stranger(&self) -> async_nats::Client {
        async_nats::connect(self.nats.url()).await.unwrap()
    }
}

/// Ends a process at once.
pub(crate) fn kill_9(mut server: Server) {
    server.process().kill().unwrap();
    server.process().wait().unwrap();
}
