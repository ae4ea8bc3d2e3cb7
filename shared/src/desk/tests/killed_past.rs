//! The account was killed past the desk, and a person starts the desk: what they knew of then is overruled, and nothing else.

use super::bench::Bench;
use crate::desk::{Ask, Input, Left, Wish};
use crate::wire::BookSide;

/// Lets a minute and more pass, with all that is asked and answered.
fn minute(bench: &mut Bench) {
    for _ in 0..70 {
        bench.pass(1);
        bench.settle();
    }
}

/// Has it killed and nothing rest.
fn killed() -> Bench {
    let mut bench = Bench::quoting();
    bench.settle();
    bench.tell(Input::Wish(Wish::Kill));
    bench.settle();
    bench
}

fn is_quoting(bench: &mut Bench) -> bool {
    // What it wants of the contract it asks at the next change of its book.
    bench.book("0.41", "0.59");
    let asked = bench.created(BookSide::Bid).is_some();
    bench.settle();
    asked || bench.orders.iter().any(|order| order.status == crate::wire::OrderStatus::Resting)
}

#[test]
fn what_was_seen_before_the_start_is_overruled() {
    let mut bench = killed();
    bench.marks.push("mark".to_owned());
    bench.pass(5);
    bench.settle();
    bench.tell(Input::Wish(Wish::Quote));
    minute(&mut bench);
    assert!(bench.marks.is_empty());
    assert_eq!(bench.desk.wanted(), Wish::Quote);
    assert!(is_quoting(&mut bench));
}

#[test]
fn what_came_at_the_time_of_the_start_holds_until_the_next_one() {
    let mut bench = killed();
    bench.tell(Input::Wish(Wish::Quote));
    bench.marks.push("mark".to_owned());
    minute(&mut bench);
    assert_eq!(bench.marks, ["mark"]);
    assert_eq!(bench.desk.wanted(), Wish::Kill);
    assert!(bench.alerts().contains("killed past this desk"));
    assert!(!is_quoting(&mut bench));
    bench.tell(Input::Wish(Wish::Quote));
    minute(&mut bench);
    assert!(bench.marks.is_empty());
    assert!(is_quoting(&mut bench));
}

#[test]
fn whose_kill_it_was_knows_its_mark_and_needs_no_second_start() {
    let mut bench = Bench::quoting();
    bench.settle();
    bench.tell(Input::Wish(Wish::Kill));
    bench.marks.push("own".to_owned());
    bench.tell(Input::Marked(vec!["own".to_owned()]));
    bench.tell(Input::Wish(Wish::Quote));
    minute(&mut bench);
    assert!(bench.marks.is_empty());
    assert!(is_quoting(&mut bench));
}

#[test]
fn a_run_that_begins_after_the_start_knows_what_the_person_knew() {
    for (known, wanted) in [(vec!["mark".to_owned()], Wish::Quote), (Vec::new(), Wish::Kill)] {
        let now = "2026-11-16T10:00:00Z".parse().unwrap();
        let left = Left { wish: Some(Wish::Kill), marks: known, ..Left::default() };
        let mut bench = Bench::begin(now, 2, left, Wish::Quote);
        bench.marks.push("mark".to_owned());
        bench.start();
        bench.settle();
        minute(&mut bench);
        assert_eq!(bench.desk.wanted(), wanted);
        assert_eq!(is_quoting(&mut bench), wanted == Wish::Quote);
        assert!(bench.asked(|ask| matches!(ask, Ask::Create(_))).is_none());
    }
}
