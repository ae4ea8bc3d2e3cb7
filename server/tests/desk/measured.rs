//! Numbers and log lines for programs that watch over a desk.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::SOON;
use crate::support::ask_at;

/// A desk without a page, and the lines of its log.
struct Watched {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Watched {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tauroi"))
            .args(["desk", "--run-for", "10m"])
            .args(arguments)
            .env("TAUROI_LOG", "json")
            .env("TAUROI_CACHE", format!("{}/{name}", env!("CARGO_TARGET_TMPDIR")))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Returns the next log line that says something about `what`.
    fn said(&mut self, what: &str) -> Value {
        self.lines
            .find_map(|line| {
                let line = line.unwrap();
                let said: Value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
                said["message"].as_str().is_some_and(|text| text.contains(what)).then_some(said)
            })
            .unwrap_or_else(|| panic!("nothing was said of {what}"))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a number of an answer, by its name with its labels.
fn number(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn a_desk_tells_programs_what_it_does_and_nobody_else() {
    let mut desk = Watched::start("measured", &["--metrics", "127.0.0.1:0"]);
    let said = desk.said("metrics are at");
    let text = said["message"].as_str().unwrap();
    let address = text.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
    assert_eq!(said["level"], "INFO");
    assert_eq!(ask_at(address, "/health", address).status, 200);
    // It begins, and then makes the market: each look is as it is at that moment.
    let until = Instant::now() + SOON;
    let quoting = loop {
        assert!(Instant::now() < until, "it never quoted");
        let answer = ask_at(address, "/metrics", address);
        assert_eq!(
            (answer.status, answer.header("content-type").split(';').next()),
            (200, Some("text/plain"))
        );
        let text = answer.text().to_owned();
        if number(&text, "tauroi_desk_state{state=\"quoting\"}") == Some(1.0)
            && number(&text, "tauroi_desk_resting_orders") > Some(0.0)
        {
            break text;
        }
    };
    assert_eq!(number(&quoting, "tauroi_desk_state{state=\"killed\"}"), Some(0.0));
    assert!(number(&quoting, "tauroi_desk_equity_dollars") > Some(0.0), "{quoting}");
    assert!(number(&quoting, "process_resident_memory_bytes") > Some(1e6), "{quoting}");
    assert_eq!(ask_at(address, "/metrics", "elsewhere.example").status, 421);
    assert_eq!(ask_at(address, "/api/desk", address).status, 404);
}

#[test]
fn numbers_are_told_to_this_machine_alone() {
    let output = Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(["desk", "--metrics", "0.0.0.0:9464"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("others than this machine could read it"), "{said}");
}
