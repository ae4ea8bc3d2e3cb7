//! A real server process on a port of its own, and the smallest HTTP client that sees every byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of this module")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running server, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// The cookie of whoever asks, if they signed in.
    pub(crate) cookie: Option<String>,
}

impl Server {
    /// Starts the demo with these tapes and waits until it names its address.
    pub(crate) fn start(tapes: &[PathBuf]) -> Self {
        Self::start_with(tapes, Stdio::null())
    }

    /// Does the same, with its standard error going where one wants.
    pub(crate) fn start_with(tapes: &[PathBuf], stderr: Stdio) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk"]).stderr(stderr);
        if !tapes.is_empty() {
            command.arg("--tapes").args(tapes);
        }
        Self::run(command)
    }

    /// Starts a server by its command, and waits until it names its address.
    pub(crate) fn run(mut command: Command) -> Self {
        // What it keeps is the test's, not a user's.
        if !command.get_envs().any(|(name, _)| name == "TAUROI_CACHE") {
            command.env("TAUROI_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line
            .split_whitespace()
            .find_map(|word| word.split_once("://").map(|(_, rest)| rest))
            .expect("an address");
        let address = address.split('/').next().expect("a host").to_owned();
        Self { child, address, cookie: None }
    }

    /// Returns the answer to `GET path` with these request headers.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers)
    }

    /// Returns the answer to a request without a body.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, b"")
    }

    /// Returns the answer to a request with a body.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let cookie = self.cookie.as_ref().map(|cookie| ("Cookie", cookie.as_str()));
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain(cookie).collect();
        send_to(&self.address, &self.address, (method, path), &headers, body)
    }

    /// Returns the process.
    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Returns where it listens, host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// Returns the answer to `GET path` of whoever listens at an address, asked by the name `host`.
pub(crate) fn ask_at(address: &str, path: &str, host: &str) -> Answer {
    send_to(address, host, ("GET", path), &[], b"")
}

/// Asks whoever listens at an address, by the name `host`.
fn send_to(
    address: &str,
    host: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").unwrap();
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    write!(stream, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
    // A server that refuses a body may close before it has read it all.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An HTTP answer.
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The headers, by lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body, as it was sent.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the headers");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    /// Returns the body as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns the body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Returns a header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
