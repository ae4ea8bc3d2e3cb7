//! The report of a session, against what the exchange has of it, over real sockets.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use shared::units::{Cash, Quantity};
use shared::wire::FillsPage;

use crate::account::{agrees, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::run::{folder, tauroi, text};

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Returns dollars of a report as they are kept.
fn cash(value: &Value) -> Cash {
    let micros = value.as_f64().unwrap() * 1e6;
    Cash::from_microdollars(micros.round() as i64)
}

/// Returns a row of a report.
fn row<'a>(report: &'a Value, ticker: &str) -> &'a Value {
    let rows = report["results"].as_array().unwrap();
    rows.iter().find(|row| row["ticker"] == ticker).unwrap_or_else(|| panic!("no {ticker} in {report}"))
}

#[tokio::test]
async fn a_report_has_the_exchanges_own_cash_positions_fees_and_fills_and_its_parts_add_up() {
    let member = Member::join("desk-report", &["--speed", "1000", "--days", "31"]);
    let (journal, live) = (fresh("desk-report.sqlite"), folder("report", "live"));
    let options = ["--order-ttl-s", "86400", "--report", text(&live)];
    let mut desk = Desk::start(&member.env, &journal, &options);
    let mut watch = desk.watch().await;
    shows_what_rests(&member, &mut watch).await;
    let shown = watch.until("trading", |desk| desk.fills >= 5).await;
    // What the page shows of each contract adds up to what it shows of all.
    let parts = shown.rows.iter().map(|row| row.parts.pnl().microdollars()).sum::<i64>();
    assert_eq!(shown.parts.pnl().microdollars(), parts);
    assert!(shown.rows.iter().all(|row| row.pnl == row.parts.pnl()));
    assert_eq!((shown.parts.fees, shown.expects.as_str()), (shown.fees, "no expectation given"));
    let gained = shown.equity.microdollars() - shown.start_equity.microdollars();
    assert_eq!(shown.parts.pnl().microdollars(), gained);
    assert_eq!(desk.tell("pause").status, 200);
    let account = agrees(&member, &mut watch).await;
    let listed: FillsPage = member.read(200, "GET", "/portfolio/fills?limit=1000", "");
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());

    let report: Value = serde_json::from_str(&read(&live, "report.json")).unwrap();
    let total = row(&report, "TOTAL");
    assert_eq!((&report["mode"], &total["fill_model"]), (&"demo".into(), &"demo".into()));
    let fees: i64 = listed.fills.iter().map(|fill| fill.fee_cost.microdollars()).sum();
    assert_eq!(cash(&total["fees"]).microdollars(), fees);
    assert_eq!(total["fills"].as_u64(), Some(listed.fills.len() as u64));
    let volume = listed.fills.iter().map(|fill| fill.count_fp.hundredths()).sum::<i64>();
    let reported: Quantity = total["contracts"].to_string().parse().unwrap();
    assert_eq!(reported.hundredths(), volume);
    // Each cent is explained, and in the end there is what the exchange says.
    let [run] = report["session"]["runs"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!(
        (&run["exact"], &run["desk_agrees"], &run["in_order"]),
        (&true.into(), &true.into(), &true.into())
    );
    assert_eq!((cash(&run["unexplained"]), cash(&run["free_at_last"])), (Cash::ZERO, account.free));
    let held = report["results"].as_array().unwrap().iter().filter(|row| row["ticker"] != "TOTAL");
    let held = held.map(|row| {
        let held = (row["position"].as_f64().unwrap() * 100.0).round() as i64;
        (row["ticker"].as_str().unwrap().parse().unwrap(), held)
    });
    assert_eq!(held.filter(|(_, held)| *held != 0).collect::<BTreeMap<_, _>>(), account.positions);
    for row in report["results"].as_array().unwrap() {
        let part = |key: &str| cash(&row[key]).microdollars();
        let parts = part("spread") + part("markout") + part("revaluation") - part("slippage") - part("fees");
        assert_eq!(parts, part("net"), "{row}");
    }
    let sent = &report["session"]["messages"];
    assert!(sent["placed"].as_u64().unwrap() > 0 && sent["most_a_minute"].as_u64().unwrap() > 0, "{sent}");

    // The journal alone gives the same, byte for byte.
    let again = folder("report", "again");
    let output = tauroi(&["replay", text(&journal), "--report", text(&again)]);
    assert!(output.status.success(), "{output:?}");
    for name in ["report.json", "report.html", "fills.csv"] {
        assert_eq!(read(&live, name), read(&again, name), "{name}");
    }
    assert_eq!(read(&live, "fills.csv").lines().count(), listed.fills.len() + 1);
    let page = read(&live, "report.html");
    for part in
        ["to the microdollar; the desk&#39;s own last word is the same", "There is no expectation", "<svg"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
}

#[test]
fn a_server_ends_when_its_time_is_over_and_reports_what_its_desk_did() {
    let reported = folder("report", "demo");
    let output = tauroi(&[
        "serve",
        "--addr",
        "127.0.0.1:0",
        "--run-for",
        "1s",
        "--no-signals",
        "--report",
        text(&reported),
        "--journal",
        text(&fresh("desk-report-demo.sqlite")),
    ]);
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_str(&read(&reported, "report.json")).unwrap();
    assert!(!row(&report, "TOTAL").is_null());
    // It may have ended before it had asked for anything, and never wrote a run then.
    let modes = ["demo", "desk"];
    assert!(modes.iter().any(|mode| report["mode"] == *mode), "{report}");
}

#[test]
fn an_expectation_that_says_nothing_is_refused_before_anything_begins() {
    let file = folder("report", "expect").join("report.json");
    std::fs::write(&file, r#"{"schema":1,"results":[],"events":[]}"#).unwrap();
    let output = tauroi(&["desk", "--run-for", "1s", "--expect", text(&file)]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("fills in four events or more"), "{said}");
}
