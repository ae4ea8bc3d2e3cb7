//! What those who watch are told: why nothing is quoted, and until when.

use super::bench::Bench;
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
