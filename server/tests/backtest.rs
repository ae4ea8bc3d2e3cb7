//! `tauroi backtest`, the real binary: on the recorded tape, on a simulated one, and on what it can't run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;
#[path = "support/week.rs"]
mod week;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use run::text;
use serde_json::Value;
use shared::backtest::sha256;
use week::write_week;

/// Runs `tauroi backtest` with these arguments.
fn backtest(arguments: &[&str]) -> Output {
    run::tauroi(&[&["backtest"], arguments].concat())
}

/// Returns what it printed when it succeeded.
fn printed(arguments: &[&str]) -> String {
    let output = backtest(arguments);
    assert!(output.status.success(), "{output:?}");
    // Nobody looks at a progress bar that is no terminal's.
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns what it said on standard error when it failed.
fn refused(arguments: &[&str]) -> String {
    run::refusal(backtest(arguments))
}

/// Returns an empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    run::folder("backtest", name)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn report(folder: &Path) -> Value {
    serde_json::from_str(&read(folder, "report.json")).unwrap()
}

/// Returns the rows of a report's `results`.
fn results(report: &Value) -> &[Value] {
    report["results"].as_array().unwrap()
}

/// Returns the total under a fill model.
fn total<'a>(report: &'a Value, model: &str) -> &'a Value {
    results(report).iter().find(|row| row["ticker"] == "TOTAL" && row["fill_model"] == model).unwrap()
}

/// Returns a number of dollars in microdollars.
fn micros(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1e6).round() as i64
}

/// Checks what must hold of every report, whatever it is of.
fn is_sound(folder: &Path) {
    let report = report(folder);
    assert_eq!(report["schema"], 1);
    let mut sums = std::collections::BTreeMap::new();
    for row in results(&report) {
        let part = |key: &str| micros(&row[key]);
        assert_eq!(part("net"), part("gross") - part("fees"), "{row}");
        let parts = part("spread") + part("markout") + part("revaluation") - part("slippage") - part("fees");
        assert_eq!(part("net"), parts, "{row}");
        assert!(part("max_drawdown") >= 0 && part("fees") >= 0, "{row}");
        let sum = sums.entry(row["fill_model"].as_str().unwrap()).or_insert((0, 0));
        let sign = if row["ticker"] == "TOTAL" { -1 } else { 1 };
        *sum = (sum.0 + sign * part("net"), sum.1 + sign * row["fills"].as_i64().unwrap());
    }
    // The contracts come to the total.
    assert!(!sums.is_empty() && sums.values().all(|sum| *sum == (0, 0)), "{sums:?}");
    let fills = read(folder, "fills.csv");
    let counted: i64 = sums.keys().map(|model| total(&report, model)["fills"].as_i64().unwrap()).sum();
    assert_eq!(fills.lines().count() as i64, counted + 1);

    let keys: Vec<(String, String, String)> = read(folder, "decisions.jsonl")
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let (bid, ask) = (line["bid"].as_f64(), line["ask"].as_f64());
            assert!(bid.is_none_or(|bid| ask.is_none_or(|ask| bid < ask)), "{line}");
            let key = |name: &str| line[name].as_str().unwrap().to_owned();
            (key("t"), key("ticker"), key("fill_model"))
        })
        .collect();
    assert!(keys.len() > 50 && keys.is_sorted());

    let page = read(folder, "report.html");
    assert!(page.contains("<svg") && page.ends_with("</html>\n"));
    // Every `&` begins the name of a character: a link's settings would else turn into others, like `&quot`.
    for from in page.split('&').skip(1) {
        let name = from.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{from:.40}");
    }
    for outside in ["http:", "https:", "src=", "url(", "<script", "@import", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let evidence: Value = serde_json::from_str(&read(folder, "evidence.json")).unwrap();
    assert_eq!(evidence["result_hash"], sha256(read(folder, "report.json").as_bytes()));
    assert_eq!(evidence["link"], report["link"]);
}

#[test]
fn the_recorded_tape_gives_a_range_with_its_evidence() {
    let Some(markets) = corpus::path("data/kxtopmonthly/markets.csv") else { return };
    let out = folder("recorded");
    let tape = markets.parent().unwrap();
    let said = printed(&["--tape", text(tape), "--markets", text(&markets), "--out", text(&out)]);
    is_sound(&out);

    let report = report(&out);
    let sample = &report["sample"];
    let counts = ["prints", "contracts", "settled", "events"].map(|key| sample[key].as_i64().unwrap());
    assert_eq!(counts, [20_825, 59, 43, 8]);
    assert_eq!(results(&report).len(), 4 * 60);
    for model in ["through", "queue", "front", "touch"] {
        let total = total(&report, model);
        let (low, high) = (micros(&total["net_ci95"][0]), micros(&total["net_ci95"][1]));
        assert!(low < micros(&total["net"]) && micros(&total["net"]) < high, "{total}");
        assert!(total["fills"].as_i64().unwrap() > 100 && total["brier"].as_f64().unwrap() < 0.1, "{total}");
        // 43 contracts settled; the others are marked.
        let scored =
            results(&report).iter().filter(|row| row["fill_model"] == model && row["result"].is_string());
        assert_eq!(scored.count(), 43);
    }
    let fills = |model: &str| total(&report, model)["fills"].as_i64().unwrap();
    assert!(fills("through") < fills("front"));
    // Makers are free by the catalogue of known series; what they would have made otherwise stands beside it.
    let evidence: Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("evidence.json")).unwrap()).unwrap();
    for charged in evidence["makers_charged"].as_array().unwrap() {
        let free = total(&report, charged["fill_model"].as_str().unwrap());
        assert_eq!((free["fees"].as_f64(), &free["fills"]), (Some(0.0), &charged["fills"]));
        assert!(charged["net"].as_f64() < free["net"].as_f64(), "{charged}");
    }
    // What was reported stands beside ours, and the fees say whose they are.
    for row in
        ["3\u{202f}810", "5\u{202f}045", "3\u{202f}909", "−3.75", "every maker charged 0.0175 P (1 − P)"]
    {
        assert!(said.contains(row), "{row}: {said}");
    }
}

#[test]
fn the_printed_link_gives_the_same_bytes() {
    let base = folder("link");
    let (tape, markets) = write_week(&base);
    let files = ["--tape", text(&tape), "--markets", text(&markets)];
    let (first, second) = (base.join("first"), base.join("second"));
    let options =
        ["--preset", "seed-fixed3", "--set", "quote_size=2", "queue_ahead=10", "--fills", "front,through"];
    let options: Vec<&str> =
        files.into_iter().chain(options).chain(["--rng-seed", "7", "--out", text(&first)]).collect();
    let said = printed(&options);
    is_sound(&first);
    let link = said.lines().find_map(|line| line.strip_prefix("Link: ")).unwrap();
    assert!(link.contains("&fills=through,front&preset=seed-fixed3&quote_size=2&queue_ahead=10&rng_seed=7"));

    let address = format!("http://127.0.0.1:8080/lab{link}");
    let again: Vec<&str> = files.into_iter().chain(["--link", &address, "--out", text(&second)]).collect();
    let said_again = printed(&again);
    for name in ["report.json", "decisions.jsonl", "fills.csv", "report.html", "evidence.json"] {
        assert!(read(&first, name) == read(&second, name), "{name}");
    }
    let hash = sha256(read(&second, "report.json").as_bytes());
    assert!(said_again.contains(&format!("Result: {hash}\n")) && said.contains(&hash));
    // Makers on a quadratic series pay nothing, as the markets file says.
    assert_eq!(micros(&total(&report(&first), "front")["fees"]), 0);

    // Another tape, and other results, are not what the link is of.
    let other = base.join("other.trades.csv");
    let lines = read(&base, "week.trades.csv");
    std::fs::write(&other, lines.trim_end().rsplit_once('\n').unwrap().0).unwrap();
    let said = refused(&["--tape", text(&other), "--markets", text(&markets), "--link", link]);
    assert!(said.starts_with("error: --link: it is of tape "), "{said}");
    let said = refused(&["--tape", text(&tape), "--link", link]);
    assert!(said.starts_with("error: --link: the link is of results "), "{said}");
}

#[test]
fn what_was_decided_does_not_depend_on_what_came_later() {
    let base = folder("cut");
    let (tape, _) = write_week(&base);
    let mut lines: Vec<String> = read(&base, "week.trades.csv").lines().map(str::to_owned).collect();
    lines[1..].sort_unstable();
    let cut = lines[lines.len() / 2].split(',').next().unwrap().to_owned();
    let early: Vec<String> = lines
        .iter()
        .enumerate()
        .filter(|(k, line)| *k == 0 || line[..27] <= cut[..])
        .map(|(_, l)| l.clone())
        .collect();
    let short = base.join("short.trades.csv");
    std::fs::write(&short, early.join("\n")).unwrap();
    let log = |tape: &Path, name: &str| {
        let out = base.join(name);
        printed(&["--tape", text(tape), "--out", text(&out)]);
        read(&out, "decisions.jsonl")
    };
    let (whole, short) = (log(&tape, "whole"), log(&short, "short"));
    assert!(short.len() > 1_000 && short.len() < whole.len() && whole.starts_with(&short));
}

#[test]
fn a_sweep_is_judged_and_a_stress_hurts() {
    let base = folder("sweep");
    let (tape, markets) = write_week(&base);
    let out = base.join("out");
    let files =
        ["--tape", text(&tape), "--markets", text(&markets), "--fills", "through", "--out", text(&out)];
    // Closer to the market than the widest preset, which never trades in a week this calm: what isn't traded can't hurt.
    let sweep =
        ["--preset", "seed-fixed3", "--stress", "--sweep", "half_spread_cents=1:4:4", "dynamic=true,false"];
    let said = printed(&files.into_iter().chain(sweep).collect::<Vec<_>>());
    is_sound(&out);
    let table = read(&out, "sweep.csv");
    assert_eq!(table.lines().count(), 1 + 8);
    assert_eq!(
        table.lines().next().unwrap(),
        "half_spread_cents,dynamic,fill_model,fills,fees,net,daily_sharpe"
    );
    let best = table.lines().skip(1).map(|row| row.split(',').nth(5).unwrap().parse::<f64>().unwrap());
    let best = best.fold(f64::NEG_INFINITY, |most, net| if net > most { net } else { most });
    let evidence: Value = serde_json::from_str(&read(&out, "evidence.json")).unwrap();
    let verdict = &evidence["sweep"][0];
    assert_eq!((verdict["trials"].as_i64(), verdict["net"].as_f64()), (Some(8), Some(best)));
    assert!(said.contains("held out"));
    let stress = evidence["stress"].as_array().unwrap();
    let net = |name: &str| {
        let row = stress.iter().find(|row| row["stress"] == name).unwrap();
        row["results"][0]["net"].as_f64().unwrap()
    };
    assert_eq!(stress.len(), 7);
    assert!(net("slippage_5c") < net("slippage_1c"));
    assert!(net("slippage_1c") < total(&report(&out), "through")["net"].as_f64().unwrap());
}

#[test]
fn an_odd_row_is_skipped_and_named_and_the_rest_is_run() {
    let base = folder("odd");
    let (tape, _) = write_week(&base);
    let whole = read(&base, "week.trades.csv");
    let said = printed(&["--tape", text(&tape), "--fills", "through"]);
    // Rows that are none, between and behind those that are; of many only the first are quoted.
    let (head, rest) = whole.split_at(whole.match_indices('\n').nth(9).unwrap().0 + 1);
    let many = "2026-11-02T00:00:00Z,KXA-B,NaN,1,\n".repeat(30);
    let odd = base.join("odd.trades.csv");
    std::fs::write(&odd, format!("{head}2026-11-02T00:00:00Z,KXA-B,1.5,1,\n{rest}{many}")).unwrap();
    let utf16 = base.join("utf16.csv");
    std::fs::write(&utf16, b"\xff\xfet\0i\0").unwrap();
    let output = backtest(&["--tape", text(&odd), text(&utf16), "--fills", "through"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), said);
    let left_out = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = left_out.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("skipped: ")), "{left_out}");
    assert!(lines[0].contains("odd.trades.csv, line 11, column yes_price_dollars: "), "{left_out}");
    assert!(
        lines[1].contains("NaN") && left_out.contains("odd.trades.csv: 11 more malformed rows"),
        "{left_out}"
    );
    assert!(lines.last().unwrap().contains("utf16.csv is UTF-16 text"), "{left_out}");
}

#[test]
fn an_odd_row_of_contracts_is_skipped_and_named_and_the_rest_is_known() {
    let base = folder("odd-markets");
    let (tape, markets) = write_week(&base);
    let said = printed(&["--tape", text(&tape), "--markets", text(&markets), "--fills", "through"]);
    let (header, rest) =
        read(&base, "markets.csv").split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let odd = base.join("odd-markets.csv");
    std::fs::write(&odd, format!("{header}\nKXA-B-C,KXA-B,maybe,,\n{rest}KXA-B-C,KXA-B,yes,soon,\n"))
        .unwrap();
    for command in ["backtest", "belief"] {
        let out = base.join("belief.csv");
        let mut arguments = vec![command, "--tape", text(&tape), "--markets", text(&odd)];
        arguments.extend(if command == "belief" { ["--out", text(&out)] } else { ["--fills", "through"] });
        let output = run::tauroi(&arguments);
        assert!(output.status.success(), "{output:?}");
        let skipped = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = skipped.lines().collect();
        assert_eq!(lines.len(), 2, "{skipped}");
        for (line, place) in lines.iter().zip(["line 2, column result: ", "line 13, column close_time: "]) {
            assert!(line.starts_with("skipped: ") && line.contains(place), "{skipped}");
        }
        if command == "backtest" {
            assert_eq!(String::from_utf8(output.stdout).unwrap(), said);
        }
    }
}

#[test]
fn what_two_files_hold_counts_once() {
    let base = folder("twice");
    let (tape, _) = write_week(&base);
    let lines: Vec<String> = read(&base, "week.trades.csv").lines().map(str::to_owned).collect();
    let total = lines.len() - 1;
    let said = printed(&["--tape", text(&tape), "--fills", "through"]);
    let again = |arguments: &[&str]| {
        let output = backtest(&[arguments, &["--fills", "through"]].concat());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), said, "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    // Named twice; packed beside itself in a folder; under another name, with other line ends.
    let all = format!("all its {total} trades are in ");
    let left_out = again(&["--tape", text(&tape), text(&tape)]);
    assert!(left_out.contains(&all) && left_out.lines().count() == 1, "{left_out}");
    let packed = std::fs::File::create(base.join("week.trades.csv.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(lines.join("\n").as_bytes()).unwrap();
    packed.finish().unwrap();
    let left_out = again(&["--tape", text(&base)]);
    assert!(
        left_out.contains("week.trades.csv.gz: all its ") && left_out.contains("/week.trades.csv too"),
        "{left_out}"
    );
    let windows = folder("twice-windows").join("w.csv");
    std::fs::write(&windows, format!("\u{feff}{}\r\n", lines.join("\r\n"))).unwrap();
    assert!(again(&["--tape", text(&tape), text(&windows)]).contains(&all));
    // Two downloads that overlap.
    let (first, second) = (windows.with_file_name("1.csv"), windows.with_file_name("2.csv"));
    std::fs::write(&first, lines[..=total / 2 + 7].join("\n")).unwrap();
    std::fs::write(&second, [&lines[..1], &lines[total / 2 + 1..]].concat().join("\n")).unwrap();
    let left_out = again(&["--tape", text(&first), text(&second)]);
    assert!(
        left_out.contains(&format!("2.csv: 7 of its {} trades are in ", total - total / 2)),
        "{left_out}"
    );
}

#[test]
fn an_output_never_falls_on_an_input() {
    let base = folder("out");
    let (tape, markets) = write_week(&base);
    let (tape_out, markets_out) = (base.join("tape"), base.join("markets"));
    for (folder, input, name) in [(&tape_out, &tape, "fills.csv"), (&markets_out, &markets, "sweep.csv")] {
        std::fs::create_dir(folder).unwrap();
        std::fs::hard_link(input, folder.join(name)).unwrap();
        let before = std::fs::read(input).unwrap();
        let said = refused(&["--tape", text(&tape), "--markets", text(&markets), "--out", text(folder)]);
        assert!(
            said.starts_with("error: --out: ") && said.contains(name) && said.contains(text(input)),
            "{said}"
        );
        assert!(std::fs::read(input).unwrap() == before);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    }
}

#[test]
fn who_stops_reading_the_table_gets_the_files_all_the_same() {
    let base = folder("pipe");
    let (tape, _) = write_week(&base);
    let out = base.join("out");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(["backtest", "--tape", text(&tape), "--out", text(&out)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    is_sound(&out);
}

#[test]
fn what_can_not_be_run_is_named() {
    let base = folder("refused");
    let (tape, _) = write_week(&base);
    let tape = text(&tape);
    let broken = base.join("broken.trades.csv");
    std::fs::write(&broken, "ticker,timestamp,price,count\nKXA-B-C,yesterday,0.5,1\n").unwrap();
    let empty = base.join("empty.trades.csv");
    std::fs::write(&empty, "ticker,timestamp,price,count\n").unwrap();
    for (arguments, says) in [
        (vec!["--tape", "nowhere"], "--tape: nowhere can't be read"),
        (vec!["--tape", text(&broken)], "broken.trades.csv, line 2, column timestamp"),
        (vec!["--tape", text(&empty)], "--tape: there is no trade in these files"),
        (vec!["--tape", tape, "--markets", "nowhere"], "--markets: nowhere can't be opened"),
        (vec!["--tape", tape, "--markets", tape], "column event_ticker: no such column"),
        (vec!["--tape", tape, "--preset", "sneed"], "preset: must be one of seed,"),
        (vec!["--tape", tape, "--set", "skew_cents"], "--set: \"skew_cents\" is not KEY=VALUE"),
        (vec!["--tape", tape, "--set", "skew=1"], "--set: skew: is no setting: there are "),
        (vec!["--tape", tape, "--set", "skew_cents=99"], "--set: skew_cents: must be from 0 to 10"),
        (vec!["--tape", tape, "--set", "z_widen=3"], "--set: z_widen: must be at most z_pull, 2.5, got 3"),
        (vec!["--tape", tape, "--fills", "mid"], "fills: must be through, queue, front or touch"),
        (vec!["--tape", tape, "--sweep", "skew_cents=1:2"], "skew_cents: must be a:b:n or x,y,z"),
        (vec!["--tape", tape, "--sweep", "calibration=ml,em"], "calibration: can't be swept"),
        (
            vec!["--tape", tape, "--preset", "coherent", "--sweep", "skew_cents=0:2:3"],
            "--sweep: skew_cents: can't be swept: it acts only with rules=seed",
        ),
        (
            vec!["--tape", tape, "--fills", "front", "--sweep", "queue_ahead=0:50:3"],
            "--sweep: queue_ahead: can't be swept: it acts only under the fill model queue",
        ),
        (vec!["--tape", tape, "--link", "?v=9"], "--link: v: this link is of another version than 1"),
        (vec!["--tape", tape, "--link", "?v=1", "--set", "skew_cents=1"], "cannot be used with"),
    ] {
        let said = refused(&arguments);
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    // Without a file of results nothing is settled, and the table says so.
    let said = printed(&["--tape", tape, "--fills", "through"]);
    assert!(said.contains("no probability is scored"), "{said}");
}
