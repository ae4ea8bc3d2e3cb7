//! A desk that ends leaves its orders to the next one, which goes on with them.

use super::bench::{Bench, count, price};
use super::threads::both;
use crate::catalyst::{Kind, Settings as Catalysts};
use crate::desk::{Ask, Command, End, Input, Left, Setting, What, Wish, Written};
use crate::market::{Action, Position};
use crate::units::{Cash, Timestamp};
use crate::wire::OrderStatus;

/// Ends a desk with two orders resting; returns what it has left, their names, and the exchange.
fn handed_over() -> (Bench, Left, [String; 2]) {
    let mut bench = Bench::quoting();
    let names = both(&mut bench);
    until_others_are_known(&mut bench);
    bench.tell(Input::Wish(Wish::HandOver));
    assert_eq!(bench.end, Some(End::HandedOver(2)));
    assert_eq!(bench.asked, []);
    assert!(resting(&bench).count() == 2, "{:?}", bench.orders);
    let left = bench.left();
    (bench, left, names)
}

/// Lets it be found out whether somebody else's orders rested as it began.
fn until_others_are_known(bench: &mut Bench) {
    bench.pass(2);
    assert!(bench.asked(|ask| matches!(ask, Ask::Orders { since: Some(_) })).is_some());
    bench.settle();
}

fn resting(bench: &Bench) -> impl Iterator<Item = &str> {
    let rests = bench.orders.iter().filter(|order| order.status == OrderStatus::Resting);
    rests.map(|order| order.client_order_id.as_str())
}

/// Begins the next run at the exchange as the one before has left it.
fn next(before: &Bench, left: Left) -> Bench {
    let mut next = Bench::begin(before.now, 2, left, Wish::Quote);
    next.orders.clone_from(&before.orders);
    next.groups.clone_from(&before.groups);
    // What rests holds some of the cash back.
    next.account = before.account.clone();
    next.account.free = next.account.free.checked_sub("1".parse().unwrap()).unwrap();
    next
}

/// Returns what a run has asked about orders but how they are.
fn commands(bench: &Bench) -> Vec<&Command> {
    let commands = bench.entries.iter().filter_map(|entry| match &entry.what {
        Written::Command(command) => Some(command),
        _ => None,
    });
    commands.filter(|command| !matches!(command.what, What::Look { .. })).collect()
}

/// Ends a desk whose orders were moved on a second ago, and returns too until when that may come a second time.
fn moved_on() -> (Bench, Left, [String; 2], Timestamp) {
    let mut bench = Bench::quoting();
    let names = both(&mut bench);
    while bench.asked(|ask| matches!(ask, Ask::Amend(..))).is_none() {
        bench.pass(1);
    }
    bench.settle();
    let until = later(&bench, 30);
    bench.pass(1);
    bench.tell(Input::Wish(Wish::HandOver));
    assert_eq!(bench.end, Some(End::HandedOver(2)));
    let left = bench.left();
    assert!(left.handover.as_ref().unwrap().orders.iter().any(|order| order.changed.is_some()));
    (bench, left, names, until)
}

fn later(bench: &Bench, seconds: i64) -> Timestamp {
    bench.now.checked_add_micros(seconds * 1_000_000).unwrap()
}

/// Lets a run begin until it waits for nothing but time.
fn until_it_waits(bench: &mut Bench) {
    bench.settle();
    assert!(!bench.desk.hears() && bench.end.is_none());
}

fn reckoned(bench: &Bench) -> Cash {
    bench.desk.cash().unwrap()
}

#[test]
fn what_rests_is_gone_on_with_and_nothing_else_is_asked_of_it() {
    let (bench, left, names) = handed_over();
    let cash = left.handover.as_ref().unwrap().cash;
    let mut next = next(&bench, left);
    next.start();
    next.settle();
    assert_eq!(resting(&next).collect::<Vec<_>>(), names);
    assert_eq!(commands(&next), Vec::<&Command>::new());
    assert_eq!((reckoned(&next), next.held()), (cash, 0));
    assert!(next.alerts().contains("has left 2 orders"));
    let working = next.desk.trading().unwrap().maker().unwrap().execution().working(0, Action::Buy).copied();
    assert_eq!(working.unwrap().total, bench.orders[0].initial_count_fp);
    // They are moved on in time under the same names.
    next.pass(50_000);
    assert!(next.asked(|ask| matches!(ask, Ask::Amend(id, _) if *id == bench.orders[0].order_id)).is_some());
}

#[test]
fn what_traded_while_nobody_was_there_is_booked_once() {
    let (mut bench, left, names) = handed_over();
    let cash = left.handover.as_ref().unwrap().cash;
    let bid = bench.orders.iter().find(|order| order.client_order_id == names[0]).unwrap().clone();
    let fill = bench.trade(&names[0], "0.40");
    let mut next = next(&bench, left);
    next.fills.push(fill.clone());
    let held = Position::FLAT.checked_after(Action::Buy, count("0.40")).unwrap();
    next.account.held = vec![(fill.ticker.clone(), held)];
    next.start();
    next.settle();
    next.hear(super::bench::told(&fill));
    assert_eq!(next.held(), 40);
    let paid = bid.yes_price_dollars.cost(count("0.40"));
    assert_eq!(reckoned(&next), cash.checked_sub(paid).unwrap());
    assert!(resting(&next).any(|name| name == names[0]), "{:?}", next.orders);
    // Should this one end without a word, the next one counts on from all of that.
    let kept = next.left().so_far.kept.unwrap();
    assert_eq!(kept.held.values().map(|held| held.hundredths()).collect::<Vec<_>>(), [40]);
}

#[test]
fn an_order_that_is_not_as_it_was_left_is_taken_back_and_the_other_one_stays() {
    let (mut bench, left, names) = handed_over();
    bench.orders[0].yes_price_dollars = price("0.33");
    let mut next = next(&bench, left);
    next.learn();
    assert_eq!(resting(&next).collect::<Vec<_>>(), [names[1].as_str()]);
    next.book("0.40", "0.60");
    next.print("0.50");
    next.settle();
    next.pass(1);
    next.settle();
    let rests: Vec<&str> = resting(&next).collect();
    assert!(rests.contains(&names[1].as_str()) && rests.len() == 2, "{rests:?}");
}

#[test]
fn where_the_account_is_another_one_everything_is_taken_back() {
    for (free, held) in [("1001", 0), ("999", 300)] {
        let (bench, left, names) = handed_over();
        let mut next = next(&bench, left);
        next.account.free = free.parse().unwrap();
        next.account.held = vec![(bench.orders[0].ticker.clone(), Position::from_hundredths(held).unwrap())];
        next.start();
        next.settle();
        assert!(resting(&next).all(|name| !names.iter().any(|left| left == name)), "{:?}", next.orders);
        assert_eq!(next.held(), held);
        assert_eq!(next.desk.cash(), Some(free.parse().unwrap()));
    }
}

#[test]
fn what_was_left_is_gone_on_with_once() {
    let (bench, left, _) = handed_over();
    let next = next(&bench, left);
    // It ends at once, and without a word.
    let third = Bench::begin(bench.now, 3, next.left(), Wish::Quote);
    assert!(
        matches!(&third.asked[..], [(_, Ask::TriggerGroup(group))] if group == "group-1"),
        "{:?}",
        third.asked
    );
    assert!(third.left().handover.is_none());
}

#[test]
fn a_desk_that_is_killed_leaves_nothing() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    bench.tell(Input::Wish(Wish::Kill));
    bench.settle();
    bench.tell(Input::Wish(Wish::HandOver));
    bench.settle();
    bench.pass(2);
    bench.settle();
    assert_eq!((bench.end.clone(), resting(&bench).count()), (Some(End::Stopped), 0));
    let is_left = |written: &Written| matches!(written, Written::Setting(Setting::HandedOver(_)));
    assert!(!bench.entries.iter().any(|entry| is_left(&entry.what)));
}

/// Who wants it to quote after all is not left with orders that nobody looks after.
#[test]
fn a_person_who_wants_it_to_quote_again_before_it_has_ended_finds_it_quoting() {
    let mut bench = Bench::quoting();
    let (number, ask) = bench.asked(|ask| matches!(ask, Ask::Create(_))).unwrap();
    bench.tell(Input::Wish(Wish::HandOver));
    assert_eq!(bench.end, None);
    bench.tell(Input::Wish(Wish::Quote));
    let answer = bench.usual(&ask);
    bench.answer(number, answer);
    bench.settle();
    bench.pass(61);
    bench.print("0.50");
    bench.settle();
    assert_eq!((bench.end.clone(), resting(&bench).count()), (None, 2), "{:?}", bench.orders);
}

#[test]
fn what_was_left_is_taken_back_at_once_where_quotes_are_pulled_or_paused_while_it_begins() {
    for wish in [Some(Wish::Pause), None] {
        let (bench, left, names) = handed_over();
        let mut next = next(&bench, left);
        next.tell(match wish {
            Some(wish) => Input::Wish(wish),
            None => {
                let text = "a release".to_owned();
                Input::Catalyst(Catalysts::default().raise(Kind::Release, "A", next.now, text).unwrap())
            }
        });
        let cancels = next.asked.iter().filter(|(_, ask)| matches!(ask, Ask::Cancel(_))).count();
        assert_eq!(cancels, 2, "{:?}", next.asked);
        next.start();
        next.settle();
        assert!(resting(&next).all(|name| !names.iter().any(|left| left == name)), "{:?}", next.orders);
        assert_eq!(next.desk.trading().unwrap().orders.all().count(), 0);
    }
}

#[test]
fn orders_that_nothing_was_changed_of_are_gone_on_with_at_once() {
    let (bench, left, _) = handed_over();
    let mut next = next(&bench, left);
    next.start();
    assert!(next.now < later(&bench, 10), "{}", next.now);
}

/// The network may deliver a change of an order twice, the second time late.
#[test]
fn an_order_that_a_second_copy_of_a_change_makes_another_one_is_never_gone_on_with() {
    let (bench, left, names, until) = moved_on();
    let mut next = next(&bench, left);
    until_it_waits(&mut next);
    // All that rests was as it was left. It comes at the last instant.
    assert!(next.desk.due().is_some_and(|due| due >= until), "{:?}", next.desk.due());
    next.orders[0].yes_price_dollars = price("0.33");
    next.start();
    next.settle();
    assert!(next.now >= until, "{}", next.now);
    let rests: Vec<&str> = resting(&next).collect();
    assert!(rests.contains(&names[1].as_str()) && !rests.contains(&names[0].as_str()), "{rests:?}");
}

#[test]
fn a_clock_that_is_put_on_meanwhile_makes_no_second_copy_come_too_late_to_be_seen() {
    const AHEAD_S: i64 = 25;
    let (bench, left, _, until) = moved_on();
    let mut next = next(&bench, left);
    until_it_waits(&mut next);
    // By its clock the wait is nearly over; the next answer shows that it isn't.
    next.now = later(&next, AHEAD_S);
    next.wait();
    next.tell(Input::Skew(-AHEAD_S * 1_000_000));
    next.start();
    next.settle();
    let at = next.now.checked_add_micros(-AHEAD_S * 1_000_000).unwrap();
    assert!(at >= until, "{at} is before {until}");
    // By such a clock nothing is quoted, but they were gone on with.
    assert!(next.alerts().contains("has left 2 orders"), "{}", next.alerts());
}

#[test]
fn a_clock_of_the_run_before_that_was_far_ahead_delays_the_next_one_by_no_more_than_twice_the_wait() {
    let (bench, mut left, names, _) = moved_on();
    for order in &mut left.handover.as_mut().unwrap().orders {
        order.changed = Some(later(&bench, 86_400));
    }
    let mut next = next(&bench, left);
    next.start();
    next.settle();
    assert!(next.now < later(&bench, 70), "{}", next.now);
    assert_eq!(resting(&next).collect::<Vec<_>>(), names);
}

/// What is listed is a little behind, so that such an order may be in the cash and in no list yet. It holds back none any more
/// once it is gone.
#[test]
fn an_order_of_somebody_else_that_no_list_had_yet_is_found_soon_after() {
    for is_gone in [false, true] {
        let mut bench = Bench::quoting();
        let [name, _] = both(&mut bench);
        let mut order = bench.orders.iter().find(|order| order.client_order_id == name).cloned().unwrap();
        (order.client_order_id, order.order_id) = ("a person's".to_owned(), "other".to_owned());
        if is_gone {
            order.status = OrderStatus::Canceled;
        }
        bench.orders.push(order);
        until_others_are_known(&mut bench);
        bench.tell(Input::Wish(Wish::HandOver));
        bench.settle();
        bench.pass(2);
        bench.settle();
        assert_eq!(bench.end, Some(End::Stopped));
        assert_eq!(resting(&bench).count(), usize::from(!is_gone));
    }
}

/// Nobody waits for what is not known yet as a desk ends; an answer that is lost is asked for again.
#[test]
fn a_desk_that_does_not_know_yet_whether_somebody_else_had_orders_leaves_nothing() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    bench.pass(2);
    bench.settle_but(|ask| matches!(ask, Ask::Orders { .. }));
    let (mut early, mut later) = (bench, Bench::quoting());
    early.tell(Input::Wish(Wish::HandOver));
    early.settle();
    early.pass(2);
    early.settle();
    assert_eq!((early.end.clone(), resting(&early).count()), (Some(End::Stopped), 0));
    both(&mut later);
    later.pass(2);
    later.settle_but(|ask| matches!(ask, Ask::Orders { .. }));
    until_others_are_known(&mut later);
    later.tell(Input::Wish(Wish::HandOver));
    assert_eq!(later.end, Some(End::HandedOver(2)));
}

/// What somebody else has placed holds back cash, so that more may be there than a desk that began beside it reckons with.
#[test]
fn a_desk_that_began_beside_an_order_of_somebody_else_leaves_nothing() {
    let (other, ..) = handed_over();
    let mut bench = Bench::begin(other.now, 1, Left::default(), Wish::Quote);
    let mut order = other.orders[0].clone();
    (order.client_order_id, order.order_id) = ("a person's".to_owned(), "other".to_owned());
    bench.orders.push(order);
    bench.start();
    bench.settle();
    assert_eq!(resting(&bench).count(), 3);
    bench.tell(Input::Wish(Wish::HandOver));
    bench.settle();
    bench.pass(2);
    bench.settle();
    assert_eq!(bench.end, Some(End::Stopped));
    assert_eq!(resting(&bench).collect::<Vec<_>>(), ["a person's"]);
}
