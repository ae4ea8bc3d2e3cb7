//! `tauroi backtest` on recorded streams, the real binary.

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

const TICKER: &str = "KXTOPMONTHLY-26NOV-BRU";

/// A recording of one contract in `tauroi record`'s form: a book, and from second to second somebody who takes ten of a
/// bid, now at 44 cents and now at 42, and somebody who bids as much again; trades are told where they shall be.
fn recording(with_trades: bool, first_second: i64) -> String {
    let mut lines = String::new();
    let mut line = |at: i64, raw: String| {
        writeln!(lines, "{}", serde_json::json!({ "recv_ts_ns": at * 1_000_000, "raw": raw })).unwrap();
    };
    let start = 1_794_000_000_000 + first_second * 1_000;
    if with_trades {
        line(start, r#"{"type":"subscribed","id":1,"msg":{"channel":"trade","sid":2}}"#.to_owned());
    }
    line(
        start,
        format!(
            r#"{{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{{"market_ticker":"{TICKER}","market_id":"m","yes_dollars_fp":[["0.4200","30.00"],["0.4400","30.00"]],"no_dollars_fp":[["0.5200","40.00"],["0.5000","80.00"]]}}}}"#
        ),
    );
    let mut seq = 1;
    for second in 1..=600 {
        let at = start + second * 1_000;
        let (price, of_no) = if second % 2 == 0 { ("0.4200", "0.5800") } else { ("0.4400", "0.5600") };
        let mut change = |at: i64, delta: &str| {
            seq += 1;
            line(
                at + 20,
                format!(
                    r#"{{"type":"orderbook_delta","sid":1,"seq":{seq},"msg":{{"market_ticker":"{TICKER}","market_id":"m","price_dollars":"{price}","delta_fp":"{delta}","side":"yes","ts_ms":{at}}}}}"#
                ),
            );
        };
        change(at, "-10.00");
        change(at + 400, "10.00");
        if with_trades {
            line(
                at + 30,
                format!(
                    r#"{{"type":"trade","sid":2,"seq":{second},"msg":{{"trade_id":"t{first_second}-{second}","market_ticker":"{TICKER}","yes_price_dollars":"{price}","no_price_dollars":"{of_no}","count_fp":"10.00","taker_side":"no","taker_outcome_side":"no","ts":{},"ts_ms":{at}}}}}"#,
                    at / 1_000
                ),
            );
        }
    }
    lines
}

fn folder(name: &str) -> PathBuf {
    run::folder("backtest_books", name)
}

fn printed(arguments: &[&str]) -> String {
    let output = run::tauroi(&[&["backtest"], arguments].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    run::refusal(run::tauroi(&[&["backtest"], arguments].concat()))
}

fn report(folder: &Path) -> (String, Value) {
    let text = std::fs::read_to_string(folder.join("report.json")).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// Returns the names of the totals' fill models.
fn models(report: &Value) -> Vec<&str> {
    let rows = report["results"].as_array().unwrap();
    let totals = rows.iter().filter(|row| row["ticker"] == "TOTAL");
    totals.map(|row| row["fill_model"].as_str().unwrap()).collect()
}

#[test]
fn a_recording_with_trades_is_run_from_a_pessimistic_to_an_optimistic_queue() {
    let folder = folder("told");
    let (tape, out) = (folder.join("a.ws.jsonl"), folder.join("out"));
    std::fs::write(&tape, recording(true, 0)).unwrap();
    let settings =
        ["--preset", "seed-fixed3", "--set", "half_spread_cents=1", "quote_size=25", "max_order_size=25"];
    let said = printed(&[&["--tape", text(&tape), "--out", text(&out)], &settings[..]].concat());
    assert!(said.contains("600 prints of 1 contracts") && said.contains("trades are told"), "{said}");
    let (json, value) = report(&out);
    assert_eq!(value["schema"], 1);
    assert_eq!(value["books"]["fills"], "told");
    assert_eq!(models(&value), ["pessimistic", "by-size", "optimistic"]);
    assert!(said.contains(&sha256(json.as_bytes())), "{said}");
    let fills = std::fs::read_to_string(out.join("fills.csv")).unwrap();
    // 25 of ours are filled by tens: in parts.
    let is_part = |line: &str| line.contains(",by-size,buy,") && line.contains(",10,");
    assert!(fills.lines().any(is_part), "{fills}");
    assert!(std::fs::read_to_string(out.join("report.html")).unwrap().contains("trades are told"));
    let decisions = std::fs::read_to_string(out.join("decisions.jsonl")).unwrap();
    assert!(decisions.lines().all(|line| line.contains(TICKER)) && !decisions.is_empty());

    // The link that it names, and a folder with the same file, come to the same report.
    let link = value["link"].as_str().unwrap();
    let again = printed(&["--tape", text(&folder), "--link", link]);
    assert!(again.contains(&sha256(json.as_bytes())), "{again}");
    let one = printed(&["--tape", text(&tape), "--queue", "square"]);
    assert!(one.contains("  square ") && !one.contains("optimistic"), "{one}");
}

#[test]
fn of_a_recording_without_trades_fills_have_two_bounds_and_the_report_says_so() {
    let folder = folder("silent");
    let (tape, out) = (folder.join("a.ws.jsonl"), folder.join("out"));
    std::fs::write(&tape, recording(false, 0)).unwrap();
    let said = printed(&["--tape", text(&tape), "--out", text(&out)]);
    assert!(said.contains("no trades are told, so that fills are bounded"), "{said}");
    let (_, value) = report(&out);
    assert_eq!(value["books"]["fills"], "bounded");
    assert_eq!(models(&value), ["pessimistic-least", "optimistic-most"]);
    let by_size = printed(&["--tape", text(&tape), "--queue", "by-size"]);
    assert!(by_size.contains("by-size-least") && by_size.contains("by-size-most"), "{by_size}");
    // Nothing says what the contract is worth.
    assert!(refused(&["--tape", text(&tape), "--set", "book=off"]).contains("nothing can be quoted"));
    assert!(refused(&["--tape", text(&tape), "--fills", "by-size"]).contains("tells no trades"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = folder("refused");
    let (told, silent, again) =
        (folder.join("a.ws.jsonl"), folder.join("b.ws.jsonl"), folder.join("c.ws.jsonl"));
    std::fs::write(&told, recording(true, 0)).unwrap();
    std::fs::write(&silent, recording(false, 10_000)).unwrap();
    std::fs::write(&again, recording(true, 300)).unwrap();
    let two = refused(&["--tape", text(&told), text(&silent)]);
    assert!(two.contains("tells trades and") && two.contains("apart"), "{two}");
    let twice = refused(&["--tape", text(&told), text(&again)]);
    assert!(twice.contains("both tell of"), "{twice}");
    assert!(refused(&["--tape", text(&told), "--stress"]).contains("prints alone"));
    let prints = folder.join("trades.csv");
    let row = format!("ticker,timestamp,price,count\n{TICKER},2026-11-01T00:00:00Z,0.5,1\n");
    std::fs::write(&prints, row).unwrap();
    assert!(refused(&["--tape", text(&told), text(&prints)]).contains("is no recorded stream"));
    assert!(refused(&["--tape", text(&prints), "--queue", "by-size"]).contains("no books"));
    assert!(refused(&["--tape", text(&prints), "--fills", "by-size"]).contains("recorded books"));
}

#[test]
fn every_recorded_stream_of_the_corpus_is_run_within_bounds() {
    // The first listened for trades, of which there was none.
    let (told, bounded) =
        (["pessimistic", "by-size", "optimistic"], ["pessimistic-least", "optimistic-most"]);
    let files = [
        ("KXBTC-26APR1817.ws_frames.jsonl.gz", &told[..], "told"),
        ("KXBTC15M_20260511T053741Z-long900.ws.jsonl.gz", &bounded[..], "bounded"),
        ("KXNEXTTEAMNBA-26LJAM.ws.jsonl.gz", &bounded[..], "bounded"),
    ];
    for (file, rows, fills) in files {
        let Some(path) = corpus::path(&format!("data/books/{file}")) else { return };
        let out = folder(file);
        let output = run::tauroi(&["backtest", "--tape", text(&path), "--out", text(&out)]);
        assert!(output.status.success(), "{file}: {output:?}");
        let (_, value) = report(&out);
        assert_eq!(models(&value), rows, "{file}");
        assert_eq!(value["books"]["fills"], fills);
    }
}
