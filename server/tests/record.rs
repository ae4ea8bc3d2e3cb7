//! `tauroi record` against the paper exchange: real processes, a real stream, real files.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;
mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use run::{folder, refusal, tauroi, text};
use support::Server;

/// A recorder that runs, and what it says.
struct Recorder {
    child: Child,
    out: PathBuf,
}

/// Returns the program, which logs what it does by itself.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.env_remove("RUST_LOG");
    command
}

/// Starts an exchange whose month passes in minutes, and returns it with the file that hands it on.
fn exchange(folder: &Path) -> (Server, PathBuf) {
    let env = folder.join("paper.env");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["paper", "--speed", "2000", "--plain", "--env", text(&env)]).stderr(Stdio::null());
    (Server::run(command), env)
}

impl Recorder {
    fn start(folder: &Path, env: &Path, more: &[&str]) -> Self {
        let out = folder.join("tapes");
        let mut command = program();
        command.args(["record", "--paper", text(env), "--out", text(&out)]).args(more);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, out }
    }

    /// Returns the files that there are.
    fn files(&self) -> Vec<PathBuf> {
        let entries =
            std::fs::read_dir(&self.out).map(|all| all.map(|entry| entry.unwrap().path()).collect());
        let mut files: Vec<PathBuf> = entries.unwrap_or_default();
        files.sort();
        files
    }

    /// Waits until something is in a file.
    fn has_written(&self) {
        let begun = Instant::now();
        while !self.files().iter().any(|file| file.metadata().unwrap().len() > 0) {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing is written");
            std::thread::yield_now();
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end, and returns what it said on standard output.
    fn end(mut self) -> (bool, String) {
        let mut said = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().success(), said)
    }
}

/// Returns the lines of files that are whole, by the program's own reading of them.
fn check(files: &[PathBuf]) -> (String, String) {
    let files: Vec<&str> = files.iter().map(|file| text(file)).collect();
    let output = program().args(["record", "--check"]).args(files).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Returns the number before a word.
fn number(said: &str, word: &str) -> u64 {
    let (before, _) = said.split_once(word).unwrap_or_else(|| panic!("no {word:?} in {said}"));
    before.split_whitespace().last().unwrap().parse().unwrap()
}

#[test]
fn what_is_recorded_makes_the_books_again_and_a_signal_ends_it_in_order() {
    let folder = folder("record", "signal");
    let (_exchange, env) = exchange(&folder);
    let recorder = Recorder::start(&folder, &env, &["--series", "KXTOPMONTHLY"]);
    recorder.has_written();
    recorder.signal("TERM");
    let files = recorder.files();
    let (succeeded, said) = recorder.end();
    assert!(succeeded && said.starts_with("Recorded "), "{said}");
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("KXTOPMONTHLY_20") && name.ends_with("Z.ws.jsonl.gz"), "{name}");
    let (found, odd) = check(&files);
    assert_eq!(odd, "");
    assert_eq!(number(&found, " frames"), number(&said, " frames"), "{found}");
    assert!(number(&found, " changes of books") > 10, "{found}");
    for nothing in
        [" gaps are marked", " holes", " changes fit no book", " lines are odd", " changes a bid was as high"]
    {
        assert_eq!(number(&found, nothing), 0, "{found}");
    }
    // Best prices come right behind the change that made them.
    assert!(number(&found, " best prices") > 10, "{found}");
    assert_eq!(number(&found, " best prices"), number(&found, " within 2 s"), "{found}");
}

#[test]
fn a_recorder_that_is_killed_leaves_a_file_that_is_read_and_the_next_one_overwrites_nothing() {
    let folder = folder("record", "killed");
    let (_exchange, env) = exchange(&folder);
    let recorder =
        Recorder::start(&folder, &env, &["--series", "KXTOPMONTHLY", "--ticker", "KXTOPMONTHLY-SIM-AUR"]);
    recorder.has_written();
    recorder.signal("KILL");
    let files = recorder.files();
    assert!(!recorder.end().0);
    let (found, odd) = check(&files);
    assert_eq!(odd, "");
    assert!(number(&found, " frames") > 10, "{found}");
    // A part that was being written when the machine went down.
    let whole = std::fs::read(&files[0]).unwrap();
    let torn = folder.join("torn.ws.jsonl.gz");
    std::fs::write(&torn, [&whole[..], &whole[..whole.len() - 7]].concat()).unwrap();
    let (again, odd) = check(std::slice::from_ref(&torn));
    assert!(number(&again, " frames") > number(&found, " frames"), "{again}");
    assert!(odd.contains("the file breaks off here, all before it was read"), "{odd}");

    let second = Recorder::start(&folder, &env, &["--event", "KXTOPMONTHLY-SIM", "--run-for", "1s"]);
    let out = second.out.clone();
    let (succeeded, said) = second.end();
    assert!(succeeded, "{said}");
    assert_eq!(std::fs::read(&files[0]).unwrap(), whole);
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 2);
}

#[test]
fn a_cut_is_marked_with_when_and_why() {
    let folder = folder("record", "cut");
    let faults = folder.join("faults.toml");
    std::fs::write(&faults, "[[fault]]\nkind = \"cut\"\ntarget = \"trade\"\nprobability = 0.05\n").unwrap();
    let env = folder.join("paper.env");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["paper", "--speed", "2000", "--env", text(&env), "--faults", text(&faults)]);
    let _exchange = Server::run({
        command.stderr(Stdio::null());
        command
    });
    let mut recorder = Recorder::start(&folder, &env, &["--series", "KXTOPMONTHLY"]);
    // Nobody reads on after that: a terminal that is closed ends no recording.
    let said = BufReader::new(recorder.child.stderr.take().unwrap());
    let gap = said.lines().map(Result::unwrap).find(|line| line.contains("a gap: the connection was cut: "));
    assert!(gap.is_some());
    recorder.signal("INT");
    let files = recorder.files();
    assert!(recorder.end().0);
    let (found, _) = check(&files);
    assert!(number(&found, " gaps are marked") > 0, "{found}");
    assert_eq!(number(&found, " changes fit no book"), 0, "{found}");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&std::fs::read(&files[0]).unwrap()[..])
        .read_to_string(&mut text)
        .unwrap();
    let gap = text.lines().find(|line| line.starts_with("{\"gap\":{\"from_ts_ns\":")).unwrap();
    assert!(gap.contains("\"to_ts_ns\":") && gap.contains("\"why\":\"the connection was cut: "), "{gap}");
}

#[test]
fn without_a_key_books_and_trades_are_asked_for_and_marked_so() {
    let folder = folder("record", "polled");
    let (exchange, _) = exchange(&folder);
    let out = folder.join("tapes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["record", "--series", "KXTOPMONTHLY", "--out", text(&out), "--run-for", "6s"]);
    // Nothing of this machine's own environment is looked at.
    command.env_clear().env("KALSHI_API_BASE", format!("http://{}/trade-api/v2", exchange.address()));
    let output = command.current_dir(&folder).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("without a key"), "{said}");
    let files: Vec<PathBuf> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    let (found, odd) = check(&files);
    assert_eq!(odd, "");
    assert!(number(&found, " of them polled") > 10, "{found}");
    assert_eq!(number(&found, " frames"), number(&found, " of them polled"), "{found}");
    assert_eq!(number(&found, " changes a bid was as high"), 0, "{found}");
}

#[test]
fn what_cannot_be_recorded_is_said() {
    let folder = folder("record", "refused");
    let out = folder.join("tapes");
    assert!(refusal(tauroi(&["record", "--out", text(&out)])).contains("--series"));
    assert!(refusal(tauroi(&["record", "--series", "X"])).contains("--out"));
    let odd = folder.join("odd.ws.jsonl");
    std::fs::write(&odd, "{\"recv_ts_ns\":1,\"raw\":\"{}\"}\nx\n{\"raw\":\"{}\"}\n").unwrap();
    let (found, said) = check(std::slice::from_ref(&odd));
    assert_eq!((number(&found, " frames"), number(&found, " lines are odd")), (1, 3), "{found}");
    for line in [
        "odd.ws.jsonl:1: the frame can't be read",
        "odd.ws.jsonl:2: is no JSON object",
        "odd.ws.jsonl:3: has no time",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}
