//! `tauroi study`, the real binary: frozen, looked at, and refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use run::text;
use serde_json::Value;
use shared::backtest::sha256;

/// Runs `tauroi study` and returns what it printed when it succeeded.
fn printed(arguments: &[&str]) -> String {
    let output = run::tauroi(&[&["study"], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns what it said on standard error when it failed.
fn refused(arguments: &[&str]) -> String {
    let output = run::tauroi(&[&["study"], arguments].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    run::refusal(output)
}

/// A study, its tape and what settled it.
struct Desk {
    folder: PathBuf,
    study: PathBuf,
    tape: PathBuf,
    markets: PathBuf,
}

/// The months of the simulated events: the first one is explored.
const MONTHS: [(&str, &str); 6] = [
    ("26JAN", "2026-01-05"),
    ("26FEB", "2026-02-05"),
    ("26MAR", "2026-03-05"),
    ("26APR", "2026-04-05"),
    ("26MAY", "2026-05-05"),
    ("26JUN", "2026-06-05"),
];

impl Desk {
    /// Writes some days of six simulated months, and a study of them.
    fn new(name: &str, looks: usize) -> Self {
        let folder = run::folder("study", name);
        let mut trades = "created_time,ticker,yes_price_dollars,count_fp\n".to_owned();
        let mut facts = "ticker,event_ticker,result,fee_type\n".to_owned();
        for (place, (name, day)) in MONTHS.iter().enumerate() {
            let (mut own, mut known) = (String::new(), String::new());
            let seed = place as u64 + 3;
            let month = shared::world::Month::simulate(seed, day.parse().unwrap(), 3).unwrap().tape;
            for (nth, contract) in month.contracts().iter().enumerate() {
                let result = if nth == 0 { "yes" } else { "no" };
                writeln!(known, "{},{},{result},quadratic", contract.ticker(), month.event()).unwrap();
                for trade in contract.trades() {
                    writeln!(own, "{},{},{},{}", trade.at, trade.ticker, trade.price, trade.count).unwrap();
                }
            }
            // Each simulated month has the same name.
            let named = format!("KXTOPMONTHLY-{name}");
            trades += &own.replace("KXTOPMONTHLY-SIM", &named);
            facts += &known.replace("KXTOPMONTHLY-SIM", &named);
        }
        let [study, tape, markets] = ["a.toml", "a.trades.csv", "markets.csv"].map(|file| folder.join(file));
        std::fs::write(&tape, trades).unwrap();
        std::fs::write(&markets, facts).unwrap();
        let desk = Self { folder, study, tape, markets };
        desk.write(&Self::said(looks));
        desk
    }

    fn said(looks: usize) -> String {
        let confirm: Vec<String> =
            MONTHS[1..].iter().map(|(month, _)| format!("\"KXTOPMONTHLY-{month}\"")).collect();
        format!(
            "hypothesis = \"something earns\"\npreset = \"seed-fixed3\"\nset = [\"quote_size=2\"]\n\
             explore = [\"KXTOPMONTHLY-26JAN\"]\nconfirm = [{}]\n\
             [metric]\nnet = \"front\"\ncoverage = 0.95\n[stop]\nlooks = {looks}\nevents = 5\n",
            confirm.join(", ")
        )
    }

    fn write(&self, study: &str) {
        std::fs::write(&self.study, study).unwrap();
    }

    fn arguments<'a>(&'a self, command: &'a str, out: Option<&'a Path>) -> Vec<&'a str> {
        let mut arguments = vec![command, text(&self.study)];
        arguments.extend(["--tape", text(&self.tape), "--markets", text(&self.markets)]);
        if let Some(out) = out {
            arguments.extend(["--out", text(out)]);
        }
        arguments
    }

    fn freeze(&self) -> String {
        printed(&["freeze", text(&self.study)])
    }

    fn looks(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("a.toml.looks.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[test]
fn a_study_is_frozen_looked_at_and_over() {
    let desk = Desk::new("whole", 3);
    let hash = sha256(Desk::said(3).as_bytes());
    assert!(desk.freeze().starts_with(&format!("Study {hash}, frozen at ")));
    // The same file may be frozen again: it was.
    desk.freeze();
    let [explored, confirmed] = ["explored", "confirmed"].map(|out| desk.folder.join(out));
    let shown = printed(&desk.arguments("explore", Some(&explored)));
    assert!(shown.contains("Side: explore. Looks, with this one: 1 to explore, 0 to confirm"), "{shown}");
    let shown = printed(&desk.arguments("confirm", Some(&confirmed)));
    assert!(shown.contains("Side: confirm. Looks, with this one: 1 to explore, 1 to confirm"), "{shown}");
    assert!(!shown.contains("looked at before"), "{shown}");
    let shown = printed(&desk.arguments("confirm", None));
    assert!(shown.contains("This side was looked at before, at 2"), "{shown}");
    let said = refused(&desk.arguments("confirm", None));
    assert!(said.starts_with("error: stop.looks: 3 of 3 looks were taken"), "{said}");

    let looks = desk.looks();
    let sides: Vec<&str> = looks.iter().map(|look| look["side"].as_str().unwrap()).collect();
    assert_eq!(sides, ["explore", "confirm", "confirm"]);
    assert!(looks.iter().all(|look| look["study"] == hash.as_str()));
    assert_eq!(looks[0]["events"].as_array().unwrap().len(), 1);
    assert_eq!(looks[1]["events"].as_array().unwrap().len(), 5);
    for (out, side, coverage) in [(explored, "explore", 0.95), (confirmed, "confirm", 0.95_f64.sqrt())] {
        let report = std::fs::read_to_string(out.join("report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!((&report["side"], &report["study"]), (&Value::from(side), &Value::from(hash.as_str())));
        assert!((report["coverage"].as_f64().unwrap() - coverage).abs() < 1e-8, "{report}");
        assert_eq!(report["findings"].as_array().unwrap().len(), 4);
        // Of one event there is no interval, of five there is.
        assert_eq!(report["findings"][0]["interval"].is_null(), side == "explore", "{report}");
        let html = std::fs::read_to_string(out.join("report.html")).unwrap();
        assert!(html.contains(&hash) && html.contains(&format!("Study: {side}")), "{html}");
    }
}

#[test]
fn nothing_is_run_before_it_is_frozen_or_after_it_changed() {
    let desk = Desk::new("changed", 3);
    let said = refused(&desk.arguments("confirm", None));
    assert!(said.contains("is not frozen: `tauroi study freeze "), "{said}");
    desk.freeze();
    desk.write(&Desk::said(4));
    for arguments in [desk.arguments("confirm", None), vec!["freeze", text(&desk.study)]] {
        let said = refused(&arguments);
        assert!(said.contains("has changed since it was frozen at 2"), "{said}");
    }
    assert!(desk.looks().is_empty());
}

#[test]
fn what_is_wrong_is_refused_by_name_and_is_no_look() {
    let desk = Desk::new("wrong", 3);
    let whole = Desk::said(3);
    for (from, to, what) in [
        ("26JAN", "26FEB", "explore: KXTOPMONTHLY-26FEB is in confirm too"),
        ("hypothesis", "hypotheses", "unknown field `hypotheses`"),
        ("seed-fixed3", "best", "preset: must be one of"),
        ("events = 5", "events = 6", "stop.events: 6 are asked for"),
    ] {
        desk.write(&whole.replacen(from, to, 1));
        let said = refused(&["freeze", text(&desk.study)]);
        assert!(said.contains(what), "{said}");
    }
    desk.write(&whole.replacen("26JUN", "26JUL", 1));
    desk.freeze();
    let said = refused(&desk.arguments("confirm", None));
    assert!(said.contains("--tape: there is nothing of KXTOPMONTHLY-26JUL"), "{said}");
    assert!(desk.looks().is_empty());
}

#[test]
fn a_registry_that_was_changed_is_refused() {
    let desk = Desk::new("registry", 5);
    desk.freeze();
    for _ in 0..2 {
        printed(&desk.arguments("explore", None));
    }
    let registry = desk.folder.join("a.toml.looks.jsonl");
    let lines = std::fs::read_to_string(&registry).unwrap();
    std::fs::write(&registry, lines.split_once('\n').unwrap().1).unwrap();
    let said = refused(&desk.arguments("explore", None));
    assert!(said.contains("looks: line 1: doesn't follow from the line before it"), "{said}");
}

/// Returns the study of `tails` as it is in the documentation.
fn tails() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/studies/tails.toml")
}

#[test]
fn the_study_of_the_documentation_is_as_it_was_frozen() {
    let text = std::fs::read_to_string(tails()).unwrap();
    let lock = std::fs::read_to_string(tails().with_extension("toml.lock")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    assert_eq!(lock["sha256"], sha256(text.as_bytes()).as_str());
}

#[test]
fn the_study_of_the_documentation_runs_on_the_recorded_events() {
    let Some(markets) = corpus::path("data/kxtopmonthly/markets.csv") else { return };
    let folder = run::folder("study", "tails");
    let study = folder.join("tails.toml");
    std::fs::copy(tails(), &study).unwrap();
    let explored = printed(&["freeze", text(&study)]);
    assert!(explored.contains("explore: 0 events\n  confirm: 6 events"), "{explored}");
    let tape = text(markets.parent().unwrap());
    let shown = printed(&[
        "confirm",
        text(&study),
        "--tape",
        tape,
        "--markets",
        text(&markets),
        "--out",
        text(&folder),
    ]);
    assert!(shown.contains("Quotes: preset=tails\n"), "{shown}");
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    for row in report["findings"].as_array().unwrap() {
        let events = row["events"].as_array().unwrap();
        assert_eq!(events.len(), 6);
        let sum: f64 = events.iter().map(|event| event["net"].as_f64().unwrap()).sum();
        assert!((sum - row["net"].as_f64().unwrap()).abs() < 1e-6);
        // An event is never worse than its worst outcome may be.
        assert!(events.iter().all(|event| event["net"].as_f64().unwrap() >= -100.0), "{row}");
    }
    let said = refused(&["explore", text(&study), "--tape", tape]);
    assert!(said.contains("explore: names no event"), "{said}");
}
