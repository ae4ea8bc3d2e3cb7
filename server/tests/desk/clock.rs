//! A desk whose clock is not the exchange's: nothing is quoted meanwhile.

use serde_json::{Value, json};
use shared::stream::DeskState;

use crate::account::resting;
use crate::desk::{Desk, fresh};
use crate::journal::replay;
use crate::member::Member;

#[tokio::test]
async fn a_desk_whose_clock_is_out_of_step_quotes_nothing_until_it_is_in_step_again() {
    let member = Member::join("desk-clock", &["--speed", "20", "--days", "3"]);
    let journal = fresh("desk-clock.sqlite");
    let desk = Desk::start(&member.env, &journal, &[]);
    let mut watch = desk.watch().await;
    let quotes = |state, resting| state == DeskState::Quoting && resting > 0;
    watch.until("quoting", |desk| quotes(desk.state, desk.resting)).await;
    let added = member.control("POST", "/paper/faults", &json!({ "kind": "skew", "at": 0, "value": 6_000 }));
    assert_eq!(added.status, 201, "{}", added.text());
    let number = added.json::<Value>()["number"].as_u64().unwrap();
    watch.until("closed", |desk| desk.why.contains("clock differs from ours") && desk.resting == 0).await;
    assert!(resting(&member).is_empty());
    assert_eq!(member.control("DELETE", &format!("/paper/faults/{number}"), &Value::Null).status, 204);
    watch.until("quoting again", |desk| quotes(desk.state, desk.resting)).await;
    desk.kill_9();
    replay(&journal);
}
