//! `tauroi signal`, the real binary, in the demo's world: every flag by what it does, and a loop that is killed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use shared::signal::{Action, Signal};

const EVENT: &str = "KXTOPMONTHLY-SIM";

/// A folder to run in, and a cache of its own: what is set outside is not seen.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(run::folder("signal", name))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.arg("signal").args(arguments).current_dir(&self.0).env("TAUROI_CACHE", self.0.join("cache"));
        for name in ["KALSHI_ACCESS_KEY", "CHARTMETRIC_REFRESH_TOKEN", "SPOTIFY_CLIENT_ID"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Returns the lines that a run writes.
    fn signals(&self, arguments: &[&str]) -> Vec<Signal> {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("DEMO"), "{said}");
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn log(&self) -> PathBuf {
        self.0.join("signals/signal_log.jsonl")
    }
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_flag_does_what_it_says() {
    let place = Place::new("flags");
    let all = place.signals(&["--event", EVENT]);
    assert_eq!(all.len(), 10);
    let sum: f64 = all.iter().map(|line| line.fair_value).sum::<f64>() + all[0].other.unwrap();
    assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    for line in &all {
        assert_eq!(line.event.as_ref().unwrap().as_str(), EVENT);
        assert!(!line.dry_run && line.publications_left.is_some() && line.calibrated_sigma_se > Some(0.0));
        let edge = line.market_price.map(|price| line.fair_value - price);
        assert!((line.edge.unwrap() - edge.unwrap()).abs() < 2e-6, "{line:?}");
        let expected = match line.edge.unwrap() {
            edge if edge > 0.05 => Action::Buy,
            edge if edge < -0.05 => Action::Sell,
            _ => Action::Hold,
        };
        assert_eq!(line.signal, expected);
    }
    // The first system's fields, under its names and in its order.
    let text = lines(&place.log()).remove(0);
    let seed = "artist date spot_official spot_nowcast strike leader market_type fair_value market_price edge signal \
        sigma_adj ticker T_days logged_at";
    let mut from = 0;
    for name in seed.split_whitespace() {
        let found = text.find(&format!("\"{name}\":")).unwrap();
        assert!(found >= from, "{name}: {text}");
        from = found;
    }
    // Without an event, the target's line alone. The log goes on.
    let [one] = &place.signals(&["--dry-run"])[..] else { panic!("one line") };
    assert!(one.dry_run);
    assert_eq!((one.artist.as_str(), one.fair_value), (all[0].artist.as_str(), all[0].fair_value));
    assert_eq!(lines(&place.log()).len(), 11);
    // A strike moves the leader-strike value alone; a competitor's count moves the fair value, too.
    let named = all[1].artist.as_str();
    let [strike] = &place.signals(&["--artist", named, "--strike", "90000000", "--log", "other.jsonl"])[..]
    else {
        panic!("one line")
    };
    assert_eq!((strike.artist.as_str(), strike.strike), (named, Some(90_000_000)));
    assert_eq!(strike.fair_value, all[1].fair_value);
    assert!(strike.leader_strike_value > all[1].leader_strike_value);
    assert_eq!(lines(&place.0.join("other.jsonl")).len(), 1);
    let [rival] = &place.signals(&["--artist", named, "--competitor-listeners", "200000000"])[..] else {
        panic!("one line")
    };
    assert!(rival.fair_value < 0.5 * all[1].fair_value, "{rival:?}");
    assert_eq!((rival.strike, rival.competitor_listeners), (Some(200_000_000), Some(200_000_000)));
    // More money, more contracts: at once for the ladder, in proportion.
    let sizes = place.signals(&["--event", EVENT, "--capital", "1000000"]);
    let most = |lines: &[Signal]| lines.iter().filter_map(|line| line.ladder_contracts).map(i64::abs).max();
    assert!(most(&sizes) >= most(&all));
}

#[test]
fn only_data_are_fetched_without_a_question_to_an_exchange() {
    let place = Place::new("data");
    let exchange = TcpListener::bind("127.0.0.1:0").unwrap();
    exchange.set_nonblocking(true).unwrap();
    let base = format!("http://{}/trade-api/v2", exchange.local_addr().unwrap());
    // With a key and without a source there is nothing to calibrate from, and the exchange is not asked.
    let output = place
        .command(&["--data-only", "--artist", "Nobody"])
        .env("KALSHI_ACCESS_KEY", "a-key")
        .env("KALSHI_API_BASE", &base)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("nothing is known of Nobody"), "{said}");
    assert!(said.contains("listeners import"), "{said}");
    assert_eq!(exchange.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    // In the demo's world its sources are asked.
    let output = place.run(&["--data-only"]);
    assert!(output.status.success(), "{output:?}");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in
        ["spot_official", "sigma", "sigma_se", "tiktok_gamma_se", "tiktok_beta_se", "lambda", "prior_share"]
    {
        assert!(line[name].is_number(), "{name}: {line}");
    }
    assert!(!place.log().exists());
    // Who was imported is calibrated without any key, and it is said where the counts are from.
    let counts: String = (1..=28)
        .map(|day| format!("Somebody,2026-11-{day:02},{}\n", 50_000_000 + 40_000 * day * (day % 3 + 1)))
        .collect();
    std::fs::write(place.0.join("a.csv"), format!("artist,date,spotify_monthly_listeners\n{counts}"))
        .unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    import
        .args(["listeners", "import", "a.csv"])
        .current_dir(&place.0)
        .env("TAUROI_CACHE", place.0.join("cache"));
    assert!(import.output().unwrap().status.success());
    let output = place.run(&["--data-only", "--artist", "Somebody"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("listeners import"), "{said}");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (line["artist"].as_str(), line["counts_as_of"].as_str()),
        (Some("Somebody"), Some("2026-11-28"))
    );
    let refused = place.run(&["--data-only", "--strike", "1"]);
    assert!(!refused.status.success());
}

#[test]
fn what_is_not_there_is_named() {
    let place = Place::new("named");
    let said = |arguments: &[&str]| {
        let output = place.run(arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let event = said(&["--event", "KXTOPMONTHLY-99DEC"]);
    assert!(event.contains("KXTOPMONTHLY-99DEC can't be traded now") && event.contains(EVENT), "{event}");
    let artist = said(&["--artist", "Nobody"]);
    assert!(artist.contains("Nobody is none of the event's artists"), "{artist}");
    assert!(said(&["--loop", "--interval", "0"]).contains("--interval"));
    // Nothing was found, so nothing is logged.
    assert!(lines(&place.log()).is_empty());
}

/// A loop in a process of its own, killed when this is dropped.
struct Loop(Child);

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_loop_that_is_killed_goes_on_where_it_was() {
    let place = Place::new("loop");
    let begin = || {
        let mut command = place.command(&["--event", EVENT, "--loop", "--interval", "2"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        (Loop(child), out.lines())
    };
    let (first, mut out) = begin();
    assert_eq!(out.by_ref().take(25).count(), 25);
    // A second loop must not write the same log.
    let refused = place.run(&[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("written by another process"), "{said}");
    drop(first);
    let mut file = std::fs::OpenOptions::new().append(true).open(place.log()).unwrap();
    file.write_all(b"{\"artist\":\"half of a li").unwrap();
    let (second, mut out) = begin();
    assert_eq!(out.by_ref().take(25).count(), 25);
    drop(second);
    let lines: Vec<Signal> =
        lines(&place.log()).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told_apart: BTreeSet<_> = lines.iter().map(|line| (line.run.clone(), line.ticker.clone())).collect();
    assert_eq!(told_apart.len(), lines.len());
    // Whole runs alone, however they ended.
    let runs: BTreeSet<_> = lines.iter().map(|line| line.run.clone()).collect();
    assert_eq!(lines.len(), 10 * runs.len());
    assert!(runs.len() >= 6, "{runs:?}");
}
