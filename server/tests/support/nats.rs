//! A `nats-server` of a test's own.

#![allow(dead_code, reason = "each test uses a part of this module")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A server that runs; it is killed when dropped.
pub(crate) struct Nats {
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Nats {
    /// Starts one on a port of its own, or says that the test is skipped and returns `None`: where there is no `nats-server` on the
    /// path and `TAUROI_NATS` names none.
    ///
    /// # Panics
    ///
    /// If it is missing and the environment has `CI`, where a skipped test is a failure; if it is there and doesn't start.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = find() else {
            assert!(std::env::var_os("CI").is_none(), "no nats-server, which CI must have");
            let thread = std::thread::current();
            eprintln!("skipped: {}, as nats-server is not installed", thread.name().unwrap_or("a test"));
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut this = Self { program, port, child: None };
        this.again();
        Some(this)
    }

    /// Returns its address.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again on the same port, and waits until it takes clients.
    pub(crate) fn again(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let is_ready = said.by_ref().any(|line| line.unwrap().contains("Server is ready"));
        assert!(is_ready, "nats-server does not start");
        // What it says later is for nobody, but must be taken.
        std::thread::spawn(move || said.for_each(drop));
        self.child = Some(child);
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("TAUROI_NATS").map(PathBuf::from);
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> =
        std::env::split_paths(&on_path).map(|folder| folder.join("nats-server")).collect();
    named
        .into_iter()
        .chain(on_path)
        .chain([PathBuf::from("/usr/sbin/nats-server")])
        .find(|path| path.is_file())
}
