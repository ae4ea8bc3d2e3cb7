//! What those who watch are told: why nothing is quoted, and until when.

use super::bench::{Bench, told};
use crate::desk::{Desk, Input, Left, Wish};
use crate::stream::DeskState;

#[test]
fn a_kill_says_that_it_is_under_way_and_from_when_on_orders_are_placed_again() {
    let mut bench = Bench::quoting();
    bench.settle();
    assert_eq!(bench.desk.state(), (DeskState::Quoting, String::new()));
    bench.tell(Input::Wish(Wish::Kill));
    let is_under_way = |desk: &Desk| desk.killing().is_some_and(|killing| !killing.is_done);
    assert!(is_under_way(&bench.desk));
    bench.tell(Input::Wish(Wish::Quote));
    assert!(bench.desk.state().1.contains("under way"), "{:?}", bench.desk.state());
    let killed = bench.now;
    bench.settle();
    assert!(!is_under_way(&bench.desk));
    let (state, why) = bench.desk.state();
    assert_eq!(state, DeskState::Quoting);
    let rearms = bench.desk.rearms().unwrap();
    assert_eq!(rearms.micros_since(killed), 60_000_000);
    let at = &rearms.to_string()[11..19];
    assert_eq!(
        why,
        format!(
            "Started again; orders are placed from {at} on, as a cancellation of everything may catch those of the minute after it."
        )
    );
    bench.pass(61);
    bench.settle();
    bench.pass(1);
    bench.settle();
    assert_eq!((bench.desk.state().1.as_str(), bench.desk.rearms()), ("", None));
}

#[test]
fn a_desk_without_a_book_says_that_none_is_here() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, Left::default(), Wish::Quote);
    bench.learn();
    assert_eq!(bench.desk.state().1, "No book is here yet.");
    bench.book("0.40", "0.60");
    bench.print("0.50");
    assert_eq!(bench.desk.state(), (DeskState::Quoting, String::new()));
}

#[test]
fn an_account_that_is_not_as_was_reckoned_shows_both_sides_and_what_resume_does() {
    let mut bench = Bench::quoting();
    bench.settle();
    // More is free than there can be, whatever rests.
    bench.account.free = "1010".parse().unwrap();
    // Once may be a delay.
    bench.tell(Input::Audit);
    bench.settle();
    assert_eq!(bench.desk.state().1, "");
    bench.tell(Input::Audit);
    bench.settle();
    let (state, why) = bench.desk.state();
    assert_eq!(state, DeskState::Blind);
    for part in ["1010.000000", "1000.000000", "Resume takes what the exchange says"] {
        assert!(why.contains(part), "{part} is not in {why}");
    }
    assert_eq!(bench.desk.wanted(), Wish::Pause);
}

#[test]
fn a_limit_that_keeps_quotes_out_is_named_with_its_numbers_and_until_when() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let config = "preset=seed-fixed3&skew_cents=0&quote_size=10&max_position_per_ticker=10&max_daily_loss_pct=0.1&z_widen=100&z_pull=100";
    let mut bench = Bench::begin_as(config, now, 1, Left::default(), Wish::Quote);
    bench.start();
    bench.settle();
    assert_eq!(bench.desk.state().1, "");
    // The bid is filled: there is room for no other one.
    let bid = bench.orders.iter().find(|order| order.book_side == crate::wire::BookSide::Bid).unwrap();
    let name = bid.client_order_id.clone();
    let fill = bench.trade(&name, "10");
    bench.hear(told(&fill));
    bench.settle();
    bench.print("0.47");
    bench.settle();
    let words =
        "max_position_per_ticker is 10.00: no bid of A (would be 20.00), until the position is smaller.";
    assert_eq!(bench.desk.state(), (DeskState::Quoting, words.to_owned()));
    assert_eq!(bench.alerts(), "");
    // Then it is worth less: that halts for the rest of the day, and is said once as it begins and once as it ends.
    for price in ["0.40", "0.35", "0.30", "0.25", "0.20"] {
        bench.pass(600);
        bench.print(price);
        bench.settle();
    }
    let until = "nothing is quoted until 2026-11-17 00:00:00 UTC.";
    let (state, why) = bench.desk.state();
    assert_eq!(state, DeskState::Quoting);
    assert!(why.starts_with("max_daily_loss_pct is 0.1 %, and it is 0.") && why.ends_with(until), "{why}");
    let alerts = bench.alerts();
    assert!(alerts.matches(until).count() == 1 && !alerts.contains("no longer"), "{alerts}");
    let rests =
        |bench: &Bench| bench.orders.iter().any(|order| order.status == crate::wire::OrderStatus::Resting);
    assert!(!rests(&bench));
    let midnight: crate::units::Timestamp = "2026-11-17T00:00:00Z".parse().unwrap();
    bench.pass(midnight.micros_since(bench.now) / 1_000_000 - 1);
    bench.settle();
    assert!(!rests(&bench) && bench.desk.state().1.ends_with(until));
    bench.pass(1);
    bench.settle();
    assert!(rests(&bench), "{:?}", bench.desk.state());
    assert_eq!(bench.alerts(), "max_daily_loss_pct halts no longer.\n");
}
