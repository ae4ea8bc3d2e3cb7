//! A desk that stands still or can't reach the exchange: its orders end by themselves, and it comes back.

use shared::stream::DeskState;
use shared::units::Timestamp;

use crate::account::{agrees, resting, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::journal::replay;
use crate::member::{Listener, Member};
use crate::ways::{Pass, To, Way};

/// How long orders live, in seconds of the exchange's clock.
const TTL_S: i64 = 60;
/// The exchange's clock: orders live for a second of ours.
const SPEED: [&str; 4] = ["--speed", "60", "--days", "3"];
const OPTIONS: [&str; 2] = ["--order-ttl-s", "60"];

/// Waits until nothing rests at the exchange.
async fn nothing_rests(member: &Member, listener: &mut Listener) {
    while !resting(member).is_empty() {
        listener.hear().await;
    }
}

/// Returns an ear for what becomes of our orders.
async fn listen(member: &Member) -> Listener {
    let mut listener = member.listen().await;
    listener.subscribe(&["user_orders"]).await;
    listener
}

/// Of what rested when the desk was lost at `lost`, nothing rested longer than it may: expiries are whole seconds.
fn ended_in_time(member: &Member, lost: Timestamp) {
    let latest = lost.checked_add_micros((TTL_S + 1) * 1_000_000).unwrap();
    for order in member.orders("") {
        let ended = order.last_update_time.unwrap().0;
        assert!(ended <= latest, "{order:?} ended after {latest}");
    }
}

#[tokio::test]
async fn a_desk_that_stands_still_leaves_nothing_behind_and_goes_on() {
    let member = Member::join("desk-frozen", &SPEED);
    let journal = fresh("desk-frozen.sqlite");
    let mut desk = Desk::start(&member.env, &journal, &OPTIONS);
    shows_what_rests(&member, &mut desk.watch().await).await;
    let mut listener = listen(&member).await;
    desk.stop();
    let stopped = member.exchange_time();
    nothing_rests(&member, &mut listener).await;
    ended_in_time(&member, stopped);
    desk.signal("CONT");
    comes_back(&member, desk).await;
    replay(&journal);
}

/// Waits until the desk quotes again and holds what the exchange says, and ends it.
async fn comes_back(member: &Member, desk: Desk) {
    let mut watch = desk.watch().await;
    watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    shows_what_rests(member, &mut watch).await;
    assert_eq!(desk.tell("pause").status, 200);
    agrees(member, &mut watch).await;
    desk.kill_9();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_cut_off_is_blind_and_leaves_nothing_behind_and_comes_back() {
    let member = Member::join("desk-cut", &SPEED);
    let way = Way::open(To::Tcp(member.server.address().to_owned())).await;
    let env = fresh("desk-cut-way.env");
    std::fs::copy(&member.env, &env).unwrap();
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, text.replace(member.server.address(), &way.address)).unwrap();
    let journal = fresh("desk-cut.sqlite");
    let desk = Desk::start(&env, &journal, &OPTIONS);
    let mut watch = desk.watch().await;
    shows_what_rests(&member, &mut watch).await;
    let mut listener = listen(&member).await;
    way.set(Pass::Cut);
    let cut = member.exchange_time();
    watch.until("blind", |desk| desk.state == DeskState::Blind).await;
    nothing_rests(&member, &mut listener).await;
    ended_in_time(&member, cut);
    way.set(Pass::Open);
    comes_back(&member, desk).await;
    // One run before the cut, and one after it.
    assert!(replay(&journal) >= 2);
}
