//! A planned handover between two processes: what rests keeps its place.

use std::collections::BTreeMap;

use shared::stream::DeskState;
use shared::units::Quantity;
use shared::wire::{Order, QueuePosition};

use crate::account::{agrees, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::journal::replay;
use crate::member::Member;
use crate::watch::Watch;

const OPTIONS: [&str; 5] = ["--no-signals", "--order-ttl-s", "3600", "--on-stop", "release"];

/// Returns what rests at the exchange, by the exchange's ids, and how much trades before each.
fn queued(member: &Member) -> BTreeMap<String, (Order, Quantity)> {
    let orders = member.orders("status=resting").into_iter();
    let ahead = |id: &str| -> QueuePosition {
        member.read(200, "GET", &format!("/portfolio/orders/{id}/queue_position"), "")
    };
    orders
        .map(|order| (order.order_id.clone(), (order.clone(), ahead(&order.order_id).queue_position_fp)))
        .collect()
}

/// Waits until a desk knows whether somebody else's orders rested as it began, which it asks two seconds later: before it leaves
/// nothing to the next one.
async fn knows_of_others(watch: &mut Watch) {
    let quotes = |desk: &shared::stream::DeskView| desk.state == DeskState::Quoting;
    let begun = watch.until("quoting", quotes).await.now;
    watch.until("older", |desk| quotes(desk) && desk.now.micros_since(begun) > 6_000_000).await;
}

/// Ends a desk as a service does, and returns what it leaves.
fn end(member: &Member, mut desk: Desk) -> BTreeMap<String, (Order, Quantity)> {
    desk.signal("TERM");
    assert!(desk.server.process().wait().unwrap().success());
    let left = queued(member);
    assert!(!left.is_empty());
    left
}

/// Waits until the next desk quotes with what was left, and looks that each order that is as it was has kept its place.
async fn goes_on(member: &Member, watch: &mut Watch, left: &BTreeMap<String, (Order, Quantity)>) {
    let quotes = |desk: &shared::stream::DeskView| desk.state == DeskState::Quoting && desk.resting > 0;
    watch.until("quoting", quotes).await;
    shows_what_rests(member, watch).await;
    let rests = queued(member);
    let mut kept = 0;
    for (id, (before, ahead)) in left {
        let Some((now, ahead_now)) = rests.get(id) else { continue };
        assert_eq!((&now.client_order_id, now.created_time), (&before.client_order_id, before.created_time));
        if now.yes_price_dollars == before.yes_price_dollars
            && now.remaining_count_fp <= before.remaining_count_fp
        {
            assert!(ahead_now <= ahead, "{now:?} stood behind {ahead}, and stands behind {ahead_now}");
            kept += 1;
        }
    }
    assert!(kept > 0, "of {left:?} nothing is as it was: {rests:?}");
}

#[tokio::test]
async fn the_next_process_goes_on_with_the_same_orders_in_their_places_and_only_once() {
    // As fast as the real one: prices rarely move while a desk begins.
    let member = Member::join("desk-handed", &["--speed", "1", "--days", "31", "--past-days", "5"]);
    let journal = fresh("desk-handed.sqlite");
    let desk = Desk::start(&member.env, &journal, &OPTIONS);
    let mut watch = desk.watch().await;
    knows_of_others(&mut watch).await;
    shows_what_rests(&member, &mut watch).await;
    let left = end(&member, desk);
    let desk = Desk::start(&member.env, &journal, &OPTIONS);
    let mut watch = desk.watch().await;
    goes_on(&member, &mut watch, &left).await;
    // What it reckons with is what the exchange has, once nothing holds any of it back.
    assert_eq!(desk.tell("pause").status, 200);
    agrees(&member, &mut watch).await;
    assert_eq!(desk.tell("resume").status, 200);
    shows_what_rests(&member, &mut watch).await;
    let left = end(&member, desk);
    let desk = Desk::start(&member.env, &journal, &OPTIONS);
    goes_on(&member, &mut desk.watch().await, &left).await;
    // That one breaks off, and nobody goes on with what it had taken over.
    desk.kill_9();
    let desk = Desk::start(&member.env, &journal, &OPTIONS);
    let mut watch = desk.watch().await;
    shows_what_rests(&member, &mut watch).await;
    let rests = queued(&member);
    assert!(left.keys().all(|id| !rests.contains_key(id)), "{left:?} and {rests:?}");
    desk.kill_9();
    assert!(replay(&journal) >= 4);
}
