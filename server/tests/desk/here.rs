//! Mode `paper`: the exchange's data, and orders that never leave the program.

use shared::stream::{DeskState, DeskView, Topic};
use shared::units::Cash;

use crate::desk::{Desk, fresh};
use crate::flatten::{flatten, plan};
use crate::journal::{export, placed, replay};
use crate::member::Member;

/// Orders that live for longer than a machine that is busy elsewhere needs.
const PAPER: [&str; 6] = ["--mode", "paper", "--order-ttl-s", "86400", "--capital", "5000"];

#[tokio::test]
async fn orders_rest_and_trade_here_and_nothing_of_them_reaches_the_exchange() {
    let kept = fresh("here-exchange.jsonl");
    let options = ["--speed", "1000", "--days", "31", "--journal", kept.to_str().unwrap()];
    let member = Member::join("here", &options);
    let journal = fresh("here.sqlite");
    let desk = Desk::start(&member.env, &journal, &PAPER);
    let mut watch = desk.watch().await;
    watch.follow(Topic::Log {}).await;
    let first = watch.until("quoting", |desk| desk.resting > 0).await;
    assert_eq!((first.mode.badge(), first.start_equity), ("PAPER", "5000".parse::<Cash>().unwrap()));
    assert!(first.estimates.contains("Fills are estimates") && first.estimates.contains("by-size"));
    let holds = |desk: &DeskView| desk.fills >= 3 && desk.rows.iter().any(|row| row.position != 0);
    let traded = watch.until("trading", holds).await;
    assert!(traded.fees > Cash::ZERO || traded.equity != traded.start_equity, "{traded:?}");
    // What it has is at no exchange.
    assert_eq!(member.orders(""), []);
    let fills: shared::wire::FillsPage = member.read(200, "GET", "/portfolio/fills?limit=1000", "");
    assert_eq!(fills.fills, []);
    // A kill takes them back here, and the desk stays off.
    assert_eq!(desk.tell("kill").status, 200);
    watch.until("killed", |desk| desk.state == DeskState::Killed && !desk.is_killing).await;
    // What is held is sold here too: what can be had within its limits.
    let held = plan(&desk, 20);
    let sold = flatten(&desk, &held.id, &[("Accept", "application/json")]);
    assert_eq!(sold.status, 200, "{}", sold.text());
    let left = plan(&desk, 20);
    assert!(
        left.held.iter().map(|held| held.abs()).sum::<i64>() < held.held.iter().map(|held| held.abs()).sum()
    );
    assert_eq!(desk.tell("start").status, 200);
    watch.until("quoting again", |desk| desk.resting > 0).await;
    assert_eq!(desk.tell("pause").status, 200);
    watch.until("paused", |desk| desk.resting == 0).await;
    let groups: serde_json::Value = member.read(200, "GET", "/portfolio/order_groups", "");
    assert_eq!(groups["order_groups"].as_array().map_or(0, Vec::len), 0, "{groups}");
    drop(desk);
    // All that it was asked is in the exchange's own journal: questions alone, and nobody listens to an account's orders.
    drop(member);
    let told = std::fs::read_to_string(&kept).unwrap();
    let asked = told.lines().filter(|line| line.contains("\"method\""));
    assert!(asked.clone().count() > 3 && told.contains("orderbook_delta"));
    for line in asked {
        assert!(line.contains(r#""method":"GET""#), "{line}");
    }
    assert!(!told.contains("user_orders") && !told.contains("tauroi-"));
    let lines = export(&journal);
    assert!(placed(&lines).len() > 3);
    assert!(replay(&journal) >= 1);
}

#[tokio::test]
async fn a_cut_stream_is_followed_again_and_the_account_stays() {
    let member = Member::join("here-cut", &["--speed", "1000", "--days", "31"]);
    let desk = Desk::start(&member.env, &fresh("here-cut.sqlite"), &PAPER);
    let mut watch = desk.watch().await;
    let traded = watch.until("trading", |desk| desk.fills >= 1 && desk.resting > 0).await;
    let cut = serde_json::json!({ "kind": "cut", "at": 0, "for_ms": 600 });
    assert_eq!(member.control("POST", "/paper/faults", &cut).status, 201);
    watch.until("blind", |desk| desk.state != DeskState::Quoting).await;
    let after =
        watch.until("quoting again", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    // What was traded before is held and paid.
    assert!(traded.fills > 0 && after.balance != "5000".parse::<Cash>().unwrap(), "{after:?}");
    assert_eq!(member.orders(""), []);
}
