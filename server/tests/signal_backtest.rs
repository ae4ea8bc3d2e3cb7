//! `tauroi signal backtest`, the real binary: what it writes of a simulated month, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use run::text;
use serde_json::Value;
use shared::market::csv::write_trades;
use shared::world::{Month, histories_before};

/// The simulated tickers' last parts, those that they are taken for, and their artists.
const ARTISTS: [(&str, &str, &str); 3] =
    [("AUR", "BRU", "Bruno Mars"), ("BRA", "WEE", "The Weeknd"), ("CEL", "BAD", "Bad Bunny")];

/// Writes a simulated week of a real event, and its artists' listeners; returns the two files.
fn write(folder: &Path) -> (PathBuf, PathBuf) {
    let month = Month::simulate(9, "2026-02-22".parse().unwrap(), 6).unwrap();
    let mut listeners = String::from("artist,date,spotify_monthly_listeners,tiktok_sound_posts_change\n");
    let histories = histories_before(&month, 3, 120).unwrap();
    for (history, (_, _, name)) in histories.iter().zip(ARTISTS) {
        for (place, day) in (0..).zip(history.as_of(history.end()).days()) {
            let count = day.listeners.map_or_else(String::new, |count| count.to_string());
            let (date, posts) = (history.first().plus_days(place), day.sound_posts.unwrap());
            writeln!(listeners, "{name},{date},{count},{posts}").unwrap();
        }
    }
    let mut trades = String::new();
    for line in write_trades(&month.tape).lines() {
        let known = ARTISTS.iter().find(|(own, ..)| line.starts_with(&format!("KXTOPMONTHLY-SIM-{own},")));
        match known {
            Some((own, code, _)) => {
                let from = format!("KXTOPMONTHLY-SIM-{own}");
                trades += &line.replacen(&from, &format!("KXTOPMONTHLY-26FEB-{code}"), 1);
            }
            None if trades.is_empty() => trades += line,
            None => continue,
        }
        trades.push('\n');
    }
    let files = (folder.join("listeners.csv"), folder.join("trades.csv"));
    std::fs::write(&files.0, listeners).unwrap();
    std::fs::write(&files.1, trades).unwrap();
    files
}

#[test]
fn a_month_is_walked_sized_filled_settled_and_written() {
    let folder = run::folder("signal_backtest", "written");
    let (listeners, trades) = write(&folder);
    let out = folder.join("out");
    let base =
        ["signal", "backtest", "--listeners", text(&listeners), "--tape", text(&trades), "--out", text(&out)];
    let output = run::tauroi(&base);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let json = read("report.json");
    let hash = shared::backtest::sha256(json.as_bytes());
    assert!(said.contains(&format!("Result: {hash}")), "{said}");
    assert!(read("report.html").contains(&hash));
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["schema"], 1);
    assert_eq!(report["config"]["capital"], 10_000);
    assert_eq!(report["events"][0]["event"], "KXTOPMONTHLY-26FEB");
    assert_eq!(report["events"][0]["settled_by"], "listeners");
    // Both rules, as recorded and under three stresses.
    assert_eq!(report["results"].as_array().unwrap().len(), 8);
    let lines: Vec<Value> =
        read("signals.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(report["sample"]["signals"], lines.len());
    for line in &lines {
        for key in
            ["artist", "fair_value", "market_price", "edge", "signal", "kelly_contracts", "ladder_contracts"]
        {
            assert!(!line[key].is_null(), "{key}: {line}");
        }
        // Flat, so that a table can be made of it.
        assert!(line.as_object().unwrap().values().all(|value| !value.is_object() && !value.is_array()));
        assert_eq!(line["kelly_reason"].is_null(), !line["kelly_side"].is_null());
    }
    let capital = read("capital.csv");
    let end = report["results"][0]["capital_end"].as_f64().unwrap();
    let last: f64 = capital.lines().last().unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((last - end).abs() < 1e-9, "{last} {end}");
    let fills = read("fills.csv");
    let count = |sizing: &str| fills.lines().filter(|line| line.contains(&format!(",{sizing},"))).count();
    assert_eq!(report["results"][0]["fills"], count("kelly"));
    assert_eq!(report["results"][1]["fills"], count("ladder"));

    // Options reach the run.
    let run = |more: &[&str]| -> Value {
        let output = run::tauroi(&[&base, more].concat());
        assert!(output.status.success(), "{output:?}");
        serde_json::from_str(&read("report.json")).unwrap()
    };
    let other = run(&[
        "--days",
        "3",
        "--strike",
        "300000000",
        "--capital",
        "500",
        "--stop-loss",
        "1",
        "--slippage",
        "0.02",
        "--kelly-fraction",
        "0.1",
        "--max-order-size",
        "7",
        "--max-position-per-ticker",
        "9",
    ]);
    let config = &other["config"];
    for (key, value) in [
        ("days", 3.0),
        ("strike", 3e8),
        ("capital", 500.0),
        ("stop_loss", 1.0),
        ("slippage", 0.02),
        ("kelly_fraction", 0.1),
        ("max_order_size", 7.0),
        ("max_position_per_ticker", 9.0),
    ] {
        assert_eq!(config[key].as_f64(), Some(value), "{key}");
    }
    assert_eq!(other["events"][0]["days"], 3);
    assert!(other["results"].as_array().unwrap().iter().all(|row| row["stops"] == 0));
}

#[test]
fn what_cannot_be_is_refused_by_option() {
    let folder = run::folder("signal_backtest", "refused");
    let (listeners, trades) = write(&folder);
    let out = folder.join("out");
    let refused = |more: &[&str]| {
        let base = [
            "signal",
            "backtest",
            "--listeners",
            text(&listeners),
            "--tape",
            text(&trades),
            "--out",
            text(&out),
        ];
        run::refusal(run::tauroi(&[&base, more].concat()))
    };
    for (option, value) in [
        ("--capital", "0"),
        ("--stop-loss", "0"),
        ("--days", "0"),
        ("--strike", "-1"),
        ("--kelly-fraction", "2"),
    ] {
        let said = refused(&[&format!("{option}={value}")]);
        assert!(said.contains(&format!("error: {option}:")), "{option}: {said}");
    }
    // A tape of no month that settles anything.
    let other = folder.join("other.csv");
    let table = std::fs::read_to_string(&trades).unwrap().replace("26FEB", "SIM");
    std::fs::write(&other, table).unwrap();
    let base =
        ["signal", "backtest", "--listeners", text(&listeners), "--tape", text(&other), "--out", text(&out)];
    let said = run::refusal(run::tauroi(&base));
    assert!(said.contains("--tape: has no event to trade"), "{said}");
    // The folder of an input that is called as an output.
    let named = folder.join("fills.csv");
    std::fs::copy(&trades, &named).unwrap();
    let base = [
        "signal",
        "backtest",
        "--listeners",
        text(&listeners),
        "--tape",
        text(&named),
        "--out",
        text(&folder),
    ];
    let said = run::refusal(run::tauroi(&base));
    assert!(said.contains("--out:") && said.contains("overwritten"), "{said}");
}
