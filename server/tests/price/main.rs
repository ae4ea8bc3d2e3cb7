//! `tauroi price` as a process: its answers, its errors, and its manners as a stream.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../../shared/tests/corpus/mod.rs"]
mod corpus;
mod documented;
mod errors;
mod golden;
mod mutated;
mod stream;

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// What a run wrote.
struct Priced {
    stdout: String,
    stderr: String,
    success: bool,
}

impl Priced {
    /// Returns the lines of output.
    fn answers(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Starts `tauroi price` with these arguments.
fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.arg("price").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs `tauroi price` on this input to its end.
fn price(arguments: &[&str], input: &[u8]) -> Priced {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    let mut errors = child.stderr.take().unwrap();
    let (mut stdout, mut stderr) = (String::new(), String::new());
    std::thread::scope(|scope| {
        // Both pipes hold little: what goes in and what comes out must move at the same time.
        scope.spawn(move || stdin.write_all(input).unwrap());
        scope.spawn(|| errors.read_to_string(&mut stderr).unwrap());
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    });
    Priced { stdout, stderr, success: child.wait().unwrap().success() }
}

/// Prices lines that all have an answer.
fn answers(lines: &[String]) -> Vec<Value> {
    let priced = price(&[], (lines.join("\n") + "\n").as_bytes());
    assert_eq!((priced.stderr.as_str(), priced.success), ("", true));
    let answers = priced.answers();
    assert_eq!(answers.len(), lines.len());
    answers
}

/// Returns the answer to one line.
fn answer(line: &str) -> Value {
    let mut answers = price(&[], line.as_bytes()).answers();
    assert_eq!(answers.len(), 1, "{line}");
    answers.remove(0)
}

/// Returns a number of an answer.
fn number(answer: &Value, field: &str) -> f64 {
    answer[field].as_f64().unwrap_or_else(|| panic!("{field} in {answer}"))
}
