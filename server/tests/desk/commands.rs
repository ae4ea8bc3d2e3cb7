//! What a person tells a desk, and what it does then.

use shared::api::Problem;
use shared::stream::{DeskState, DeskView};

use crate::account::{agrees, resting, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::support::Server;
use crate::watch::Watch;

/// Kills a desk this often, in whatever moment it is.
const KILLS: usize = 10;

/// Waits until it has told that it is killed, and some more times that it still is.
async fn stays_killed(member: &Member, watch: &mut Watch) {
    let killed = |desk: &DeskView| desk.state == DeskState::Killed;
    watch.until("killed", killed).await;
    for _ in 0..5 {
        let desk = watch.until("told again", |_| true).await;
        assert!(killed(&desk), "{desk:?}");
    }
    assert_eq!(resting(member), []);
}

#[tokio::test]
async fn a_kill_leaves_nothing_at_the_exchange_when_it_answers() {
    let member = Member::join("desk-kill", &["--speed", "1000", "--days", "31"]);
    let desk = Desk::start(&member.env, &fresh("desk-kill.sqlite"), &["--order-ttl-s", "86400"]);
    let mut watch = desk.watch().await;
    for round in 0..KILLS {
        // With some orders that rest, others are on their way.
        watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
        let (accept, start) = if round % 2 == 0 {
            ([("Accept", "application/json")].as_slice(), r#"{"text":"Killed: "#)
        } else {
            // As a form of a page without any script.
            ([("Content-Type", "application/x-www-form-urlencoded")].as_slice(), "<!doctype html>")
        };
        let answer = desk.server.ask("POST", "/api/desk/kill", accept);
        assert_eq!(resting(&member), []);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().starts_with(start) && answer.text().contains("none does now"));
        stays_killed(&member, &mut watch).await;
        let again = desk.tell("kill");
        assert_eq!(again.status, 200, "a kill is always possible");
        let started = desk.tell("start");
        assert_eq!(started.status, 200, "{}", started.text());
    }
    shows_what_rests(&member, &mut watch).await;
    assert_eq!(desk.tell("pause").status, 200);
    agrees(&member, &mut watch).await;
}

#[tokio::test]
async fn a_desk_does_what_it_is_told_where_that_does_something() {
    let member = Member::join("desk-told", &["--speed", "300"]);
    let desk = Desk::start(&member.env, &fresh("desk-told.sqlite"), &["--wait"]);
    let mut watch = desk.watch().await;
    let idle = |command: &str, state: &str| {
        let answer = desk.tell(command);
        assert_eq!(answer.status, 409, "{command} while it is {state}: {}", answer.text());
        let Problem { error } = answer.json();
        assert!(error.contains(state), "{error}");
    };
    let is = |state: DeskState| move |desk: &DeskView| desk.state == state;
    watch.until("off", is(DeskState::Off)).await;
    assert_eq!(resting(&member), []);
    idle("pause", "off");
    idle("resume", "off");
    assert_eq!(desk.tell("start").status, 200);
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    idle("start", "quoting");
    idle("resume", "quoting");
    assert_eq!(desk.tell("pause").status, 200);
    watch.until("paused", is(DeskState::Paused)).await;
    agrees(&member, &mut watch).await;
    idle("start", "paused");
    idle("pause", "paused");
    assert_eq!(desk.tell("resume").status, 200);
    shows_what_rests(&member, &mut watch).await;
    assert_eq!(desk.tell("dance").status, 404);
    assert_eq!(desk.server.get("/api/desk/kill", &[]).status, 405);
    // Told to end, it takes its orders back.
    let mut desk = desk;
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());
    assert_eq!(resting(&member), []);
}

#[test]
fn a_server_without_a_desk_says_so() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk"]).stderr(std::process::Stdio::null());
    let server = Server::run(command);
    for command in ["start", "pause", "resume", "kill"] {
        let answer = server.ask("POST", &format!("/api/desk/{command}"), &[]);
        assert_eq!(answer.status, 404, "{command}");
        assert!(answer.json::<Problem>().error.contains("no desk"));
    }
    let upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    assert_ne!(server.get("/api/stream", &upgrade).status, 101);
}
