//! What is written of an exchange: its tape and its journal, by processes.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use shared::wire::{CreateOrderAnswer, MarketsPage};

use crate::member::Member;
use crate::{ORDERS, TICKER, order};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn paper(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tauroi")).arg("paper").args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_world_without_clients_is_written_and_the_same_again() {
    let (tape, trades) = (file("world.ws.jsonl"), file("world.csv"));
    let options = ["--rng-seed", "3", "--days", "2", "--run-for", "3d"];
    let files = ["--tape", tape.to_str().unwrap(), "--trades", trades.to_str().unwrap()];
    let written = told(&paper(&[&options[..], &files].concat()));
    assert!(written.starts_with("The tape: ") && written.contains("SHA-256"), "{written}");
    assert_eq!(told(&paper(&options)), written);
    // The project's own readers take the trades in.
    let belief = Command::new(env!("CARGO_BIN_EXE_tauroi"))
        .args(["belief", "--out", file("world-belief.csv").to_str().unwrap(), "--tape"])
        .arg(&trades)
        .output()
        .unwrap();
    assert!(belief.status.success(), "{}", String::from_utf8_lossy(&belief.stderr));
    let text = std::fs::read_to_string(&tape).unwrap();
    assert!(text.contains("orderbook_snapshot") && text.contains("settlement_value"));
    // Nobody is there to be told where it is.
    let refused = paper(&[&options[..], &["--journal", "x"]].concat());
    assert!(!refused.status.success());
}

/// Lets a member trade a little, and watch, on an exchange that notes it.
async fn trade(member: &Member) {
    let mut listener = member.listen().await;
    let channels = r#"["orderbook_delta","trade","fill","user_orders"]"#;
    let subscribe = format!(
        r#"{{"id":1,"cmd":"subscribe","params":{{"channels":{channels},"market_tickers":["{TICKER}"]}}}}"#
    );
    listener.say(&subscribe).await;
    for name in 0..4 {
        let side = if name % 2 == 0 { "bid" } else { "ask" };
        let placed: CreateOrderAnswer =
            member.read(201, "POST", ORDERS, &order(&format!("n{name}"), side, "0.50", "3", ""));
        listener.hear().await;
        member.ask("DELETE", &format!("{ORDERS}/{}", placed.order_id), "");
        member.read::<MarketsPage>(200, "GET", "/markets?limit=3", "");
    }
    // Strangers are told to trade too: with each other, and nothing is left of it.
    for (action, takes) in [("sell", false), ("buy", true)] {
        let order =
            json!({ "ticker": TICKER, "action": action, "price": "0.98", "count": "2", "takes": takes });
        assert_eq!(member.control("POST", "/paper/orders", &order).status, 201);
    }
    assert_eq!(member.control("DELETE", "/paper/orders", &Value::Null).status, 204);
}

const WORLD: [&str; 4] = ["--start", "2026-11-03T11:22:33.5Z", "--speed", "200"];

#[tokio::test]
async fn what_a_process_noted_another_one_does_again() {
    let journal = file("noted.jsonl");
    let mut member = Member::join(
        "noted",
        &[&WORLD[..], &["--run-for", "25m", "--journal", journal.to_str().unwrap()]].concat(),
    );
    trade(&member).await;
    // Its time ends, and it with it.
    assert!(member.server.process().wait().unwrap().success());
    let again = told(&paper(&["--replay", journal.to_str().unwrap()]));
    assert!(again.contains("the same") && !again.contains("breaks off"), "{again}");
    let text = std::fs::read_to_string(&journal).unwrap();
    let changed = text.replacen(r#"\"price\":\"0.50\""#, r#"\"price\":\"0.01\""#, 1);
    assert_ne!(changed, text);
    std::fs::write(&journal, changed).unwrap();
    let other = paper(&["--replay", journal.to_str().unwrap()]);
    let why = String::from_utf8(other.stderr).unwrap();
    assert!(!other.status.success() && why.contains("entry "), "{why}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_ends_with_an_interrupted_process() {
    let journal = file("interrupted.jsonl");
    let options = [&WORLD[..], &["--journal", journal.to_str().unwrap()]].concat();
    let mut member = Member::join("interrupted", &options);
    trade(&member).await;
    let id = member.server.process().id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    assert!(member.server.process().wait().unwrap().success());
    let again = told(&paper(&["--replay", journal.to_str().unwrap()]));
    assert!(again.contains("the same") && !again.contains("breaks off"), "{again}");
}
