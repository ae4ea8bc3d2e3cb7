//! Words of the exchange that never come.

use super::bench::{Bench, told};
use super::threads::both;
use crate::desk::{Ask, Heard, Input, Wish};
use crate::wire::OrderStatus;

/// The word that an order has ended may be lost: whoever waits for it would never stop.
#[test]
fn of_an_order_that_traded_all_that_it_was_for_the_end_is_asked_for() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let whole = bench.orders.iter().find(|order| order.client_order_id == bid).unwrap().remaining_count_fp;
    let fill = bench.trade(&bid, &whole.to_string());
    bench.hear(told(&fill));
    bench.tell(Input::Wish(Wish::Stop));
    bench.settle();
    bench.pass(1);
    let is_look = |ask: &Ask| matches!(ask, Ask::Look { id: Some(of), .. } if *of == format!("id-{bid}"));
    assert!(bench.asked(is_look).is_some());
    bench.settle();
    assert!(bench.end.is_some());
}

/// What tells what rests may be lost: what is known to rest doesn't wait for it.
#[test]
fn what_is_known_to_rest_is_taken_back_at_once_when_the_stream_is_cut() {
    let mut bench = Bench::quoting();
    let names = both(&mut bench);
    bench.hear(Heard::Down("the connection was reset".to_owned()));
    bench.settle_but(|ask| matches!(ask, Ask::Resting));
    for name in names {
        let order = bench.orders.iter().find(|order| order.client_order_id == name).unwrap();
        assert_eq!(order.status, OrderStatus::Canceled, "{name}");
    }
}

/// Until it is known that a predecessor is fenced, what that has left rests.
#[test]
fn a_predecessor_is_fenced_once_more_while_that_is_not_answered() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    next.pass(2);
    let fences = next.asked.iter().filter(|(_, ask)| matches!(ask, Ask::TriggerGroup(of) if of == "group-1"));
    assert_eq!(fences.count(), 5);
    // The first one's answer is what it waits for; the others are asked for what they do.
    next.settle();
    assert_eq!(next.asked(|ask| matches!(ask, Ask::TriggerGroup(_))), None);
    assert_eq!(next.end, None);
}

/// What traded as the run before ended may not be listed yet.
#[test]
fn after_an_end_that_was_no_handover_fills_are_asked_for_once_lists_cannot_be_behind() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    next.orders = bench.orders.clone();
    next.settle();
    next.pass(1);
    next.settle();
    assert!(next.orders.iter().all(|order| order.status == OrderStatus::Canceled), "{:?}", next.orders);
    let learns = |ask: &Ask| matches!(ask, Ask::Orders { .. } | Ask::Fills { .. } | Ask::Account);
    next.pass(1);
    assert_eq!(next.asked(learns), None);
    next.pass(1);
    assert!(next.asked(|ask| matches!(ask, Ask::Orders { .. })).is_some());
}
