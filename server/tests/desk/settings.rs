//! Settings that a page changes while the desk trades: shown before they hold, refused where somebody was quicker, written down, and
//! gone on with by the next run.

use std::time::Instant;

use shared::api::{DeskSettings, Done, Problem, SettingsAsked};
use shared::backtest::Config;
use shared::desk::{Snapshot, changed};
use shared::stream::{DeskState, DeskView};
use shared::units::Quantity;

use crate::SOON;
use crate::account::{agrees, resting};
use crate::desk::{Desk, fresh};
use crate::journal::{export, replay};
use crate::member::Member;
use crate::support::Answer;
use crate::watch::Watch;

const SPEED: [&str; 2] = ["--speed", "60"];

/// Returns what a desk says that holds, once it has read that.
pub(crate) fn settings(desk: &Desk) -> DeskSettings {
    let began = Instant::now();
    loop {
        let answer = desk.server.get("/api/desk/settings", &[]);
        match answer.status {
            200 => return answer.json(),
            503 => assert!(began.elapsed() < SOON, "{}", answer.text()),
            _ => panic!("{}", answer.text()),
        }
    }
}

/// Wants settings to be others.
pub(crate) fn change(desk: &Desk, version: u64, set: &str, headers: &[(&str, &str)]) -> Answer {
    let asked = SettingsAsked { version, set: set.to_owned(), why: "a test".to_owned() };
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    desk.server.send("POST", "/api/desk/settings", &all, &serde_json::to_vec(&asked).unwrap())
}

pub(crate) fn refused(answer: &Answer, status: u16, why: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let Problem { error } = answer.json();
    assert!(error.contains(why), "{error}");
}

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Waits until it quotes, with so many contracts on some side and never more.
async fn quotes(watch: &mut Watch, size: &str) {
    let has = |desk: &DeskView| {
        let counts = desk.rows.iter().flat_map(|row| row.quotes).flatten().map(|(_, count)| count);
        desk.state == DeskState::Quoting && counts.max() == Some(count(size))
    };
    watch.until("quoting as it is set", has).await;
}

#[tokio::test]
async fn what_is_changed_was_shown_before_and_is_written_down_and_holds_after_a_crash() {
    let member = Member::join("desk-settings", &SPEED);
    let journal = fresh("desk-settings.sqlite");
    let desk = Desk::start(&member.env, &journal, &["--config", "preset=seed-fixed3"]);
    let mut watch = desk.watch().await;
    quotes(&mut watch, "1").await;
    let first = settings(&desk);
    assert_eq!((first.version, first.holds.as_str(), &first.fixed), (0, "preset=seed-fixed3", &None));
    assert_eq!((first.started, first.changes), (first.holds.clone(), Vec::new()));

    // A preview is of what the desk knows, and sends nothing.
    let answer = desk.server.get("/api/desk/snapshot", &[]);
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    let snapshot = Snapshot::from_bytes(&answer.body).unwrap();
    assert_eq!((snapshot.version, snapshot.config.as_str()), (0, "preset=seed-fixed3"));
    let config = changed(&Config::from_text(&snapshot.config).unwrap(), "quote_size=3").unwrap();
    let previews = snapshot.preview(&config).unwrap();
    let shown = previews.iter().flatten().filter_map(|side| side.quote).map(|quote| quote.count);
    assert!(previews.len() == snapshot.tickers.len() && shown.max() == Some(count("3")), "{previews:?}");
    assert!(resting(&member).iter().all(|(.., rests)| *rests <= count("1")));

    let answer = change(&desk, 0, "quote_size=3", &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let Done { text } = answer.json();
    assert!(text.contains("version 1"), "{text}");
    quotes(&mut watch, "3").await;
    watch.until("said", |desk| desk.config == "preset=seed-fixed3&quote_size=3").await;
    let now = settings(&desk);
    assert_eq!((now.version, now.holds.as_str()), (1, "preset=seed-fixed3&quote_size=3"));
    let [made] = &now.changes[..] else { panic!("{now:?}") };
    assert_eq!((made.version, made.by.as_str(), made.why.as_str()), (1, "page", "a test"));
    assert_eq!(made.set, [("quote_size".to_owned(), "1".to_owned(), "3".to_owned())]);

    // Whoever saw what held before is not the one who decides.
    refused(&change(&desk, 0, "quote_size=4", &[]), 409, "version 1 holds");
    refused(&change(&desk, 1, "quote_size=3", &[]), 409, "nothing was changed");
    refused(&change(&desk, 1, "fair=market", &[]), 400, "fair: can't be changed while the desk runs");
    refused(&change(&desk, 1, "quote_size=0", &[]), 400, "quote_size");
    assert_eq!(change(&desk, 1, "quote_size=4", &[("Origin", "http://evil.example")]).status, 403);
    let elsewhere = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(desk.server.get("/api/desk/snapshot", &elsewhere).status, 403);
    assert_eq!(change(&desk, 1, &"a".repeat(70_000), &[]).status, 413);
    let nothing =
        desk.server.send("POST", "/api/desk/settings", &[("Content-Type", "application/json")], b"{}");
    assert_eq!(nothing.status, 422);
    assert_eq!(settings(&desk), now);
    desk.kill_9();

    // The same command goes on with it, another one begins anew.
    let desk = Desk::start(&member.env, &journal, &["--config", "preset=seed-fixed3"]);
    let mut watch = desk.watch().await;
    quotes(&mut watch, "3").await;
    assert_eq!(settings(&desk), now);
    desk.kill_9();
    let desk = Desk::start(&member.env, &journal, &["--config", "preset=seed-fixed3&quote_size=2"]);
    let mut watch = desk.watch().await;
    quotes(&mut watch, "2").await;
    let anew = settings(&desk);
    assert_eq!((anew.version, anew.holds.as_str()), (2, "preset=seed-fixed3&quote_size=2"));
    assert_eq!((anew.changes.len(), anew.changes[0].by.as_str()), (2, "command line"));
    assert_eq!(desk.tell("pause").status, 200);
    agrees(&member, &mut watch).await;
    drop(desk);

    let lines = export(&journal);
    let changes = lines.iter().filter(|line| line.kind == "setting" && line.data.get("changed").is_some());
    assert_eq!(changes.count(), 1);
    let told = lines.iter().filter(|line| line.kind == "input" && line.data.get("settings").is_some());
    assert_eq!(told.count(), 1);
    assert_eq!(replay(&journal), 3);
}

#[tokio::test]
async fn where_there_is_nothing_to_be_changed_that_is_said() {
    let member = Member::join("desk-settings-off", &SPEED);
    let desk = Desk::start(&member.env, &fresh("desk-settings-off.sqlite"), &["--wait"]);
    let mut watch = desk.watch().await;
    watch.until("off", |desk| desk.state == DeskState::Off && !desk.rows.is_empty()).await;
    // It may be set before it begins.
    assert_eq!(change(&desk, 0, "quote_size=2", &[]).status, 200);
    assert_eq!(desk.tell("start").status, 200);
    quotes(&mut watch, "2").await;
    for (method, path) in [("POST", "/api/desk/snapshot"), ("DELETE", "/api/desk/settings")] {
        assert_eq!(desk.server.ask(method, path, &[]).status, 405, "{method} {path}");
    }
}
