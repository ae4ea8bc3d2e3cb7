//! What is asked of the desk at a replica: done by the desk's process, which finds out by itself who may.

use shared::api::{DeskSettings, Done};
use shared::stream::DeskState;

use crate::desk::fresh;
use crate::house::House;
use crate::person::{self, Person};
use crate::support::Answer;
use crate::watch::Watch;

const PROGRAM: (&str, &str) = ("Accept", "application/json");

#[tokio::test]
async fn a_replicas_page_tells_the_desk_what_to_do() {
    let Some(house) = House::begin("fanout-asked") else { return };
    let desk = house.desk("desk", &[]);
    let replica = house.replica("a", &[]);
    let mut watch = Watch::open(&replica).await;
    // Whoever asks before a process was heard is told so; from here on one is.
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    let tell = |command: &str| replica.ask("POST", &format!("/api/desk/{command}"), &[PROGRAM]);
    let text = |answer: Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json::<Done>().text
    };
    assert!(!text(tell("pause")).is_empty());
    watch.until("paused", |desk| desk.state == DeskState::Paused && desk.resting == 0).await;
    let again = tell("pause");
    assert_eq!(again.status, 409, "{}", again.text());
    text(tell("resume"));
    watch.until("quoting", |desk| desk.state == DeskState::Quoting).await;
    let here: DeskSettings = replica.get("/api/desk/settings", &[]).json();
    let there: DeskSettings = desk.get("/api/desk/settings", &[]).json();
    assert_eq!(serde_json::to_value(here).unwrap(), serde_json::to_value(there).unwrap());
    let [here, there] = [&replica, &desk].map(|server| server.get("/api/desk/snapshot", &[]));
    assert_eq!((here.status, here.header("content-type")), (200, "application/octet-stream"));
    assert!(here.body.len() > 1_000 && there.body.len() > 1_000);
    // The words of its refusals come through.
    let strange = replica.send("POST", "/api/desk/hand", &[("Content-Type", "application/json")], b"{}");
    assert_eq!(strange.status, 422, "{}", strange.text());
    assert_eq!(replica.get("/api/desk/flatten?slippage_cents=100", &[]).status, 400);
    let other = [PROGRAM, ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(replica.ask("GET", "/api/desk/flatten", &other).status, 403);
    // The form that needs no script.
    let form = replica.ask("POST", "/api/desk/kill", &[]);
    assert_eq!(form.status, 200, "{}", form.text());
    assert!(form.header("content-type").starts_with("text/html") && form.text().contains("<button>Kill"));
    watch.until("killed", |desk| desk.state == DeskState::Killed && desk.resting == 0).await;
}

#[tokio::test]
async fn the_desks_process_finds_out_by_itself_who_may() {
    let Some(house) = House::begin("fanout-who") else { return };
    let people = fresh("fanout-who-people.sqlite");
    for role in ["viewer", "trader", "admin"] {
        person::add(&people, &format!("{role}@example.com"), role);
    }
    let options = ["--sign-in", "--people", people.to_str().unwrap()];
    let desk = house.desk("desk", &options);
    let mut replica = house.replica("a", &options);
    let [trader, viewer] =
        ["trader", "viewer"].map(|role| Person::sign_in(&replica, &format!("{role}@example.com")));
    replica.cookie = Some(trader.cookie.clone());
    let mut watch = Watch::open(&replica).await;
    watch.until("quoting", |desk| desk.state == DeskState::Quoting).await;
    replica.cookie = None;
    assert_eq!(replica.ask("POST", "/api/desk/pause", &[PROGRAM]).status, 401);
    assert_eq!(viewer.ask(&replica, "POST", "/api/desk/pause").status, 403);
    assert_eq!(trader.ask(&replica, "POST", "/api/desk/pause").status, 200);
    watch.until("paused", |desk| desk.state == DeskState::Paused).await;
    // Who has signed in at one has at all of them.
    assert_eq!(trader.ask(&desk, "POST", "/api/desk/resume").status, 200);
    // Somebody who can publish, and has nobody's session.
    let stranger = house.stranger().await;
    let mut beats = stranger.subscribe("tauroi.beat").await.unwrap();
    let beat = futures_util::StreamExt::next(&mut beats).await.unwrap();
    let instance = i64::from_le_bytes(beat.payload[4..12].try_into().unwrap());
    let ask = async |shown: serde_json::Value, method: &str, target: &str, age_s: i64| {
        let asked = serde_json::json!({
            "version": 1, "made": crate::member::now_ms() * 1_000 - age_s * 1_000_000, "method": method, "target": target,
            "accept": "application/json", "content_type": null, "body": "", "shown": shown, "address": "192.0.2.1",
        });
        let subject = format!("tauroi.command.{instance}");
        let answer = stranger.request(subject, asked.to_string().into()).await.unwrap();
        // A head, a line of JSON, and what is said.
        let line = answer.payload[28..].split(|byte| *byte == b'\n').next().unwrap();
        serde_json::from_slice::<serde_json::Value>(line).unwrap()["status"].as_u64().unwrap()
    };
    let nobodys = serde_json::json!({ "session": "0".repeat(64) });
    assert_eq!(ask(serde_json::json!("nothing"), "POST", "/api/desk/kill", 0).await, 401);
    assert_eq!(ask(nobodys.clone(), "POST", "/api/desk/kill", 0).await, 401);
    assert_eq!(ask(nobodys.clone(), "POST", "/api/people/invite", 0).await, 400);
    assert_eq!(ask(nobodys.clone(), "GET", "/api/desk/settings", 60).await, 409, "asked a minute ago");
    // Who has signed out does nothing more, wherever that was.
    assert_eq!(trader.post(&desk, "/sign-out", &[]).status, 303);
    assert_eq!(trader.ask(&replica, "POST", "/api/desk/pause").status, 401);
    let log = std::fs::read_to_string(house.log("desk")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}
