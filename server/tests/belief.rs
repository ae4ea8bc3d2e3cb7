//! `tauroi belief`, the real binary: on recorded trades, and with their future cut off or turned round.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/run.rs"]
mod run;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

const HEADER: &str = "ticker,timestamp,price,count,fair_before,sd_before,fair_after,sd_after,\
                      w_diffusion,w_stray,w_jump,z,pit";

fn belief(arguments: &[&str]) -> Output {
    run::tauroi(&[&["belief"], arguments].concat())
}

/// Returns an empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    run::folder("belief", name)
}

/// Filters the lines of a tape and returns the lines of the result, without the header.
fn filtered(folder: &Path, name: &str, header: &str, lines: &[&str], calibration: &str) -> Vec<String> {
    let (tape, out) = (folder.join(format!("{name}.csv")), folder.join(format!("{name}.belief.csv")));
    std::fs::write(&tape, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    let output = belief(&[
        "--tape",
        tape.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--calibration",
        calibration,
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&out).unwrap();
    let mut rows = text.lines().map(str::to_owned);
    assert_eq!(rows.next().unwrap(), HEADER);
    let rows: Vec<String> = rows.collect();
    assert_eq!(rows.len(), lines.len());
    rows
}

#[test]
fn every_trade_gets_its_line_in_its_place() {
    let folder = folder("order");
    let lines = [
        "KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00Z,0.50,10,yes",
        "KXTOPMONTHLY-26FEB-BAD,2026-02-02T10:00:00.5Z,0.30,10,no",
        "KXTOPMONTHLY-26FEB-BRU,2026-02-01T10:00:00Z,0.40,2.5,",
        "KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00Z,0.52,10,yes",
    ];
    let rows = filtered(&folder, "tape", "ticker,timestamp,price,count,taker_side", &lines, "ml");
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    for (cells, line) in cells.iter().zip(lines) {
        assert_eq!(cells.len(), 13);
        assert!(line.starts_with(cells[0]), "{line} {cells:?}");
    }
    assert_eq!(cells[1][1], "2026-02-02T10:00:00.500000Z");
    assert_eq!(cells[2][3], "2.50");
    // The batch shares both sides of itself, and begins where the print before left off.
    assert_eq!(cells[0][4..12], cells[3][4..12]);
    assert_eq!(cells[0][4], cells[2][6]);
    for cells in &cells {
        let number = |k: usize| cells[k].parse::<f64>().unwrap();
        assert!((number(8) + number(9) + number(10) - 1.0).abs() < 1e-12);
        assert!((0.0..=1.0).contains(&number(12)) && number(5) > 0.0 && number(7) > 0.0);
        assert!((0.0..=1.0).contains(&number(4)) && (0.0..=1.0).contains(&number(6)));
    }
}

#[test]
fn a_trade_that_is_there_twice_gets_one_line() {
    let folder = folder("twice");
    let (tape, out) = (folder.join("twice.csv"), folder.join("belief.csv"));
    let lines = [
        "trade_id,ticker,timestamp,price,count",
        "a,KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00.0001Z,0.50,10",
        "b,KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00.0001Z,0.50,10",
        "a,KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00.0001Z,0.50,10",
        "c,KXTOPMONTHLY-26FEB-BRU,2026-02-03T10:00:00.0009Z,0.52,10",
    ];
    std::fs::write(&tape, lines.join("\n")).unwrap();
    let output = belief(&["--tape", tape.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&out).unwrap();
    let prices: Vec<&str> = text.lines().skip(1).map(|row| row.split(',').nth(2).unwrap()).collect();
    assert_eq!(prices, ["0.5000", "0.5000", "0.5200"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("1 of the rows has the trade_id of another: it counts once"), "{said}");
}

#[test]
fn the_future_changes_no_belief() {
    let Some(path) = corpus::path("data/kxtopmonthly/KXTOPMONTHLY-25OCT.trades.csv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let at = header.split(',').position(|column| column == "timestamp").unwrap();
    let time = |line: &str| line.split(',').nth(at).unwrap().to_owned();
    let mut lines: Vec<&str> = lines.collect();
    lines.sort_by_key(|line| time(line));
    // Cut between two instants, which are milliseconds, past several refits.
    let instant = |k: usize| time(lines[k])[..23].to_owned();
    let cut = (250..lines.len()).find(|k| instant(*k) != instant(*k - 1)).unwrap();
    let folder = folder("future");
    for calibration in ["ml", "em", "legacy"] {
        let whole = filtered(&folder, "whole", header, &lines, calibration);
        assert_eq!(
            filtered(&folder, "cut", header, &lines[..cut], calibration),
            whole[..cut],
            "{calibration}"
        );
        // The later prices go to other times: what came before them stays.
        let mut turned: Vec<String> = lines[..cut].iter().map(|line| (*line).to_owned()).collect();
        for (line, other) in lines[cut..].iter().zip(lines[cut..].iter().rev()) {
            let mut cells: Vec<&str> = other.split(',').collect();
            let when = time(line);
            cells[at] = &when;
            turned.push(cells.join(","));
        }
        let turned: Vec<&str> = turned.iter().map(String::as_str).collect();
        let rows = filtered(&folder, "turned", header, &turned, calibration);
        assert_eq!(rows[..cut], whole[..cut], "{calibration}");
        assert_ne!(rows[cut..], whole[cut..], "{calibration}");
    }
}

#[test]
fn an_output_never_falls_on_an_input() {
    let folder = folder("out");
    let (tape, link, hard) = (folder.join("tape.csv"), folder.join("link.csv"), folder.join("hard.csv"));
    let text = "ticker,timestamp,price,count\nA-B,2026-02-01T00:00:00Z,0.5,1\n";
    std::fs::write(&tape, text).unwrap();
    std::fs::hard_link(&tape, &hard).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&tape, &link).unwrap();
    let roundabout = folder.join("..").join("out").join("tape.csv");
    for out in [&tape, &hard, &roundabout, &link].into_iter().filter(|out| out.exists()) {
        let output = belief(&["--tape", run::text(&tape), "--out", run::text(out)]);
        let said = run::refusal(output);
        assert!(said.starts_with("error: --out: ") && said.contains("which would be overwritten"), "{said}");
        assert_eq!(std::fs::read_to_string(&tape).unwrap(), text, "{out:?}");
    }
    let (markets, known) = (folder.join("markets.csv"), "ticker,event_ticker,result\nA-B,A,\n");
    std::fs::write(&markets, known).unwrap();
    let said = run::refusal(belief(&[
        "--tape",
        run::text(&tape),
        "--markets",
        run::text(&markets),
        "--out",
        run::text(&markets),
    ]));
    assert!(said.starts_with("error: --out: ") && said.contains("which would be overwritten"), "{said}");
    assert_eq!(std::fs::read_to_string(&markets).unwrap(), known);
    // What isn't there yet is no input, nor is another file.
    for out in ["new.csv", "new.csv"] {
        let out = folder.join(out);
        assert!(belief(&["--tape", run::text(&tape), "--out", run::text(&out)]).status.success());
    }
}

#[test]
fn what_it_cannot_read_is_named() {
    let folder = folder("refused");
    let out = folder.join("out.csv");
    let said = |tape: &str, more: &[&str]| {
        let mut arguments = vec!["--tape", tape, "--out", out.to_str().unwrap()];
        arguments.extend(more);
        let output = belief(&arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("nowhere.csv", &[]).contains("--tape: nowhere.csv can't be read"));
    let tape = folder.join("bad.csv");
    std::fs::write(&tape, "ticker,timestamp,price,count\nA-B,2026-02-01T00:00:00Z,1.5,1\n").unwrap();
    assert!(said(tape.to_str().unwrap(), &[]).contains("bad.csv"));
    assert!(said(tape.to_str().unwrap(), &["--calibration", "best"]).contains("ml, em or legacy"));
}
