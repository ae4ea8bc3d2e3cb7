//! A desk that begins again has neither sent nor lost nothing yet.

use super::bench::{Bench, told};
use crate::desk::{Ask, Left, Wish};
use crate::market::Position;
use crate::units::{Cash, Timestamp};
use crate::wire::{BookSide, OrderStatus};

fn began() -> Timestamp {
    "2026-11-16T10:00:00Z".parse().unwrap()
}

/// Begins a run with these settings.
fn run(config: &str, now: Timestamp, number: i64, left: Left, free: &str) -> Bench {
    let mut bench = Bench::begin_as(config, now, number, left, Wish::Quote);
    bench.account.free = free.parse().unwrap();
    bench
}

/// Returns the sides of the orders that are to be placed now or rest.
fn sides(bench: &mut Bench) -> Vec<BookSide> {
    bench.settle();
    bench.orders.iter().map(|order| order.book_side).collect()
}

#[test]
fn a_desk_that_restarts_sends_no_more_within_a_minute_than_one_that_does_not() {
    const BUDGET: &str = "preset=seed-fixed3&max_messages_per_minute=2";
    let mut bench = run(BUDGET, began(), 1, Left::default(), "1000");
    bench.start();
    assert_eq!(sides(&mut bench).len(), 2);
    bench.pass(20);
    // It ends here, and again after the next start.
    let mut left = bench.left();
    let mut now = bench.now;
    for number in 2..5 {
        let mut next = run(BUDGET, now, number, left, "1000");
        next.start();
        assert_eq!(sides(&mut next), Vec::new(), "run {number}");
        (left, now) = (next.left(), next.now);
    }
    let mut last = run(BUDGET, now, 5, left, "1000");
    last.start();
    last.pass(61 - last.now.micros_since(began()) / 1_000_000);
    assert_eq!(sides(&mut last).len(), 2);
}

/// A desk that may lose a dollar in the event, has bought for that, and ends. `hears` says whether it heard of the fill.
fn after_a_bad_bargain(hears: bool) -> (Left, Bench, Cash) {
    const LIMIT: &str = "preset=seed-fixed3&quote_size=10&max_event_loss=1";
    let mut bench = run(LIMIT, began(), 1, Left::default(), "1000");
    bench.start();
    assert!(sides(&mut bench).contains(&BookSide::Bid));
    let bid = bench.orders.iter().find(|order| order.book_side == BookSide::Bid).cloned().unwrap();
    let count = bid.initial_count_fp;
    let fill = bench.trade(&bid.client_order_id, &count.to_string());
    if hears {
        bench.hear(told(&fill));
        bench.settle();
    }
    let paid = bid.yes_price_dollars.cost(count);
    assert!(paid > "0.9".parse().unwrap() && paid <= "1".parse().unwrap(), "$ {paid}");
    let left = bench.left();
    let free = bench.account.free.checked_sub(paid).unwrap();
    // Whatever was paid in since is no gain of the event's.
    let free = free.checked_add("500".parse().unwrap()).unwrap();
    let mut next = run(LIMIT, bench.now, 2, left.clone(), &free.to_string());
    let held = Position::FLAT.checked_after(crate::market::Action::Buy, count).unwrap();
    next.account.held = vec![(fill.ticker, held)];
    next.orders.clone_from(&bench.orders);
    (left, next, free.checked_add(paid).unwrap())
}

#[test]
fn an_event_that_may_lose_no_more_may_not_after_a_restart_either() {
    for hears in [true, false] {
        let (_, mut next, start) = after_a_bad_bargain(hears);
        next.learn();
        next.book("0.05", "0.15");
        next.print("0.10");
        next.print("0.10");
        next.settle();
        assert_eq!(next.desk.start(), Some(start), "heard: {hears}");
        let worst = next.desk.trading().unwrap().maker().unwrap().worst_loss();
        // What lessens the position may rest beyond that, and be charged a cent by rounding.
        assert!((900_000..=1_010_000).contains(&worst), "$ {worst}/1,000,000, heard: {hears}");
        assert!(next.orders.iter().any(|order| order.status == OrderStatus::Resting));
    }
}

/// What it knew is lost: what is held counts from what it is worth now.
#[test]
fn without_a_journal_the_event_begins_anew() {
    let (_, with, _) = after_a_bad_bargain(true);
    let mut next =
        run("preset=seed-fixed3&quote_size=10&max_event_loss=1", with.now, 2, Left::default(), "1499");
    next.account.held.clone_from(&with.account.held);
    next.learn();
    next.book("0.05", "0.15");
    next.print("0.10");
    next.settle();
    assert!(next.desk.start().unwrap() < "1499.5".parse().unwrap());
    assert!(next.asked(|ask| matches!(ask, Ask::Look { .. })).is_none());
    assert!(next.orders.iter().any(|order| order.book_side == BookSide::Bid));
}
