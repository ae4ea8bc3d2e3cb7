//! A contract's past, by the command and over HTTP, from what a fetch has brought.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/run.rs"]
mod run;
mod support;

use std::process::{Command, Stdio};

use run::{refusal, tauroi, text};
use shared::api::TickChart;
use support::Server;

/// Returns a server of a history, or of none.
fn serve(history: Option<&str>) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk"]).stderr(Stdio::null());
    if let Some(history) = history {
        command.args(["--history", history]);
    }
    Server::run(command)
}

#[test]
fn a_contracts_past_is_the_same_by_the_command_and_over_http() {
    let folder = run::folder("history", "charts");
    let (env, history) = (folder.join("paper.env"), folder.join("history"));
    let mut paper = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    paper.args(["paper", "--start", "2026-11-04T00:00:00Z", "--days", "3", "--past-days", "5", "--plain"]);
    paper.args(["--tier", "unlimited", "--env", text(&env)]).stderr(Stdio::null());
    let exchange = Server::run(paper);
    let fetch = ["fetch", "--series", "KXTOPMONTHLY", "--paper", text(&env), "--history", text(&history)];
    let output = tauroi(&fetch);
    assert!(output.status.success(), "{output:?}");
    drop(exchange);

    let said = |arguments: &[&str]| {
        let output = tauroi(&[&["history", "--history", text(&history)], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let listed = said(&["--list", "--csv"]);
    let rows: u64 = listed
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(4).unwrap())
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    assert!(
        listed.starts_with("series,month,files,heard,rows,bytes,first,last\nKXTOPMONTHLY,2026-1"),
        "{listed}"
    );

    // All of what there is, contract by contract.
    let beliefs = folder.join("beliefs.csv");
    assert!(tauroi(&["belief", "--tape", text(&history), "--out", text(&beliefs)]).status.success());
    let prints = std::fs::read_to_string(&beliefs).unwrap();
    let tickers: std::collections::BTreeSet<&str> =
        prints.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let server = serve(Some(text(&history)));
    let mut counted = 0;
    for ticker in &tickers {
        let path = format!("/api/history/KXTOPMONTHLY/{ticker}?buckets=50");
        let answer = server.get(&path, &[]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let chart: TickChart = answer.json();
        assert_eq!(format!("{}\n", answer.text()), said(&[ticker, "--buckets", "50", "--json"]));
        let of_it = || prints.lines().filter(|line| line.starts_with(&format!("{ticker},")));
        assert_eq!(chart.ticks.iter().sum::<u64>(), of_it().count() as u64, "{ticker}");
        let prices = of_it()
            .map(|line| (line.split(',').nth(2).unwrap().parse::<f64>().unwrap() * 1e4).round() as i64);
        assert_eq!(chart.high.iter().max().copied(), prices.clone().max(), "{ticker}");
        assert_eq!(chart.low.iter().min().copied(), prices.min(), "{ticker}");
        assert_eq!(said(&[ticker, "--buckets", "50", "--csv"]).lines().count(), chart.bucket.len() + 1);
        counted += chart.ticks.iter().sum::<u64>();
        // A browser that has it is told so.
        let again = server.get(&path, &[("If-None-Match", answer.header("etag"))]);
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    assert!(tickers.len() > 3 && counted == rows, "{tickers:?} {counted} {rows}");

    let one = tickers.first().unwrap();
    for (path, status, why) in [
        (format!("KXTOPMONTHLY/{one}?buckets=0"), 400, "buckets: must be a number from 1 to 10000"),
        (format!("KXTOPMONTHLY/{one}?buckets=10001"), 400, "buckets"),
        (format!("KXTOPMONTHLY/{one}?from=yesterday"), 400, "from"),
        (format!("KXTOPMONTHLY/{one}?from=2026-11-02&to=2026-11-01"), 400, "isn't before"),
        (format!("KXTOPMONTHLY/{one}?from=2027-01-01"), 404, "has no trade"),
        ("KXTOPMONTHLY/KXTOPMONTHLY-26NOV-NOBODY".to_owned(), 404, "has no trade"),
        (format!("KXNONE/{one}"), 404, "has no trade"),
        (format!("..%2F..%2Ftrades/{one}"), 400, "contains"),
    ] {
        let answer = server.get(&format!("/api/history/{path}"), &[]);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains(why), "{path}: {}", answer.text());
    }
    let answer = serve(None).get(&format!("/api/history/KXTOPMONTHLY/{one}"), &[]);
    assert!(answer.status == 404 && answer.text().contains("no history"), "{}", answer.text());

    let refused = |arguments: &[&str]| refusal(tauroi(&[&["history"], arguments].concat()));
    let none = folder.join("none");
    assert!(refused(&["--list", "--history", text(&none)]).contains("there is no folder"));
    assert!(refused(&["--list", "--history", "gs://tapes"]).contains("not at gs://"));
    assert!(refused(&[one, "--history", text(&history), "--buckets", "0"]).contains("from 1 to 10000"));
    assert!(refused(&["KXTOPMONTHLY-26NOV-NOBODY", "--history", text(&history)]).contains("has no trade of"));
}
