//! Killed from outside, by a command that needs no server: a desk that stood still meanwhile, or is started later, places
//! nothing until a person starts it.

use std::collections::BTreeSet;
use std::process::Command;

use shared::stream::DeskState;

use crate::account::{agrees, resting, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::watch::Watch;

/// Runs `tauroi kill`, and returns what it said.
fn kill(member: &Member) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.arg("kill");
    for line in std::fs::read_to_string(&member.env).unwrap().lines() {
        if let Some((name, value)) = line.split_once('=').filter(|(name, _)| name.starts_with("KALSHI_")) {
            command.env(name, value);
        }
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Returns the names of all orders that the exchange has ever taken in.
fn placed(member: &Member) -> BTreeSet<String> {
    member.orders("").into_iter().map(|order| order.client_order_id).collect()
}

/// Waits until it says that it was killed, looks a few more times that nothing is placed, and starts it again.
async fn stays_killed_until_started(member: &Member, desk: &Desk, before: &BTreeSet<String>) {
    let mut watch: Watch = desk.watch().await;
    watch.until("killed", |desk| desk.state == DeskState::Killed && desk.event.is_some()).await;
    for _ in 0..10 {
        watch.until("killed still", |desk| desk.state == DeskState::Killed).await;
        assert_eq!(resting(member), []);
    }
    assert_eq!(placed(member), *before);
    assert_eq!(desk.tell("start").status, 200);
    shows_what_rests(member, &mut watch).await;
    assert_eq!(desk.tell("pause").status, 200);
    agrees(member, &mut watch).await;
    assert_eq!(desk.tell("resume").status, 200);
    shows_what_rests(member, &mut watch).await;
}

#[tokio::test]
async fn a_desk_that_is_killed_from_outside_places_nothing_until_it_is_started() {
    let member = Member::join("desk-fenced", &["--speed", "1000", "--days", "31"]);
    let journal = fresh("desk-fenced.sqlite");
    let mut desk = Desk::start(&member.env, &journal, &["--order-ttl-s", "86400"]);
    shows_what_rests(&member, &mut desk.watch().await).await;
    // While it stands still.
    desk.stop();
    let said = kill(&member);
    assert!(said.ends_with("No order rests.\n") && said.contains("triggered"), "{said}");
    assert_eq!(resting(&member), []);
    let before = placed(&member);
    desk.signal("CONT");
    stays_killed_until_started(&member, &desk, &before).await;
    // While it runs.
    kill(&member);
    let before = placed(&member);
    stays_killed_until_started(&member, &desk, &before).await;
    // While there is none.
    desk.kill_9();
    kill(&member);
    assert_eq!(resting(&member), []);
    let before = placed(&member);
    let desk = Desk::start(&member.env, &journal, &["--order-ttl-s", "86400"]);
    stays_killed_until_started(&member, &desk, &before).await;
    // One that was started since then finds nothing of that any more.
    desk.kill_9();
    let desk = Desk::start(&member.env, &journal, &["--order-ttl-s", "86400"]);
    shows_what_rests(&member, &mut desk.watch().await).await;
}
