//! What went wrong elsewhere, by the public threads that tell of it, and what becomes of it here.

use super::bench::{Bench, count, listed, lost, not_found, of_order, told};
use crate::desk::{Answer, Ask, End, Failure, Heard, Input, Said, Setting, Wish, Written};
use crate::stream::DeskState;
use crate::units::Quantity;
use crate::wire::{BookSide, OrderStatus};

const SIDES: [BookSide; 2] = [BookSide::Bid, BookSide::Ask];

/// Places both quotes, one after the other, and returns our names of bid and ask.
pub(super) fn both(bench: &mut Bench) -> [String; 2] {
    bench.settle();
    SIDES.map(|side| {
        let of_side =
            |order: &&crate::wire::Order| order.book_side == side && order.status == OrderStatus::Resting;
        bench
            .orders
            .iter()
            .find(of_side)
            .unwrap_or_else(|| panic!("no {side:?} rests"))
            .client_order_id
            .clone()
    })
}

/// Returns how many orders of a side rest at the exchange.
fn resting(bench: &Bench, side: BookSide) -> usize {
    let is_there =
        |order: &&crate::wire::Order| order.book_side == side && order.status == OrderStatus::Resting;
    bench.orders.iter().filter(is_there).count()
}

/// hummingbot#366, #493, #720, #3374: orders were lost or doubled after an outage.
#[test]
fn an_order_whose_answer_is_lost_is_found_and_taken_back_and_never_sent_again() {
    let mut bench = Bench::quoting();
    let (number, order) = bench.created(BookSide::Bid).unwrap();
    bench.orders.push(listed(&order));
    bench.answer(number, Err(lost()));
    // Meanwhile nothing new is asked of the contract.
    let asked: Vec<&Ask> = bench.asked.iter().map(|(_, ask)| ask).collect();
    assert!(matches!(asked[..], [Ask::Look { .. }]), "{asked:?}");
    bench.settle();
    let of_name =
        |placed: &&crate::wire::Order| placed.client_order_id == order.client_order_id.clone().unwrap();
    assert_eq!(bench.orders.iter().filter(of_name).count(), 1);
    assert_eq!(bench.orders.iter().find(of_name).unwrap().status, OrderStatus::Canceled);
    assert!(resting(&bench, BookSide::Bid) <= 1 && resting(&bench, BookSide::Ask) == 1);
}

/// Auramaur#307: aged ambiguous orders were marked as cancelled.
#[test]
fn an_order_that_can_not_be_found_is_not_given_up_while_it_may_still_arrive() {
    let mut bench = Bench::quoting();
    let (number, order) = bench.created(BookSide::Bid).unwrap();
    let expires = order.expiration_time.unwrap().0;
    bench.answer(number, Err(lost()));
    while bench.now < expires {
        let placed = bench.created(BookSide::Bid).or(bench.created(BookSide::Ask));
        assert_eq!(placed.map(|(_, order)| order), None, "something new at {}", bench.now);
        bench.settle();
        bench.wait();
    }
    // It arrives at the last moment, and the stream tells of it: it is taken back.
    let late = listed(&order);
    bench.orders.push(late.clone());
    bench.hear(of_order(&late));
    bench.settle();
    bench.pass(20);
    bench.settle();
    assert_eq!(bench.orders[0].status, OrderStatus::Canceled);
}

/// The same of one that rests, while what the exchange lists is behind.
#[test]
fn an_order_that_is_not_listed_yet_is_not_taken_for_ended() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    bench.tell(Input::Wish(Wish::Pause));
    let id = format!("id-{bid}");
    let (number, _) = bench.asked(|ask| matches!(ask, Ask::Cancel(of) if *of == id)).unwrap();
    // The cancellation came to nothing, and a question at once is answered as of before the order was there.
    bench.answer(number, Err(lost()));
    bench.settle();
    bench.pass(1);
    let is_look = |ask: &Ask| matches!(ask, Ask::Look { id: Some(of), .. } if *of == id);
    let (number, _) = bench.asked(is_look).unwrap();
    bench.answer(number, Ok(Answer::Found(None, Vec::new())));
    bench.tell(Input::Wish(Wish::Quote));
    bench.pass(10);
    bench.settle();
    bench.pass(70);
    bench.settle();
    assert_eq!((resting(&bench, BookSide::Bid), resting(&bench, BookSide::Ask)), (1, 1));
}

/// hummingbot#8454: sells were dropped as lost while no name could be resolved, and a 404 for a cancellation that a fill had
/// overtaken was taken for an error.
#[test]
fn a_cancellation_that_a_fill_has_overtaken_is_no_error() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    bench.tell(Input::Wish(Wish::Pause));
    let (number, _) =
        bench.asked(|ask| matches!(ask, Ask::Cancel(id) if *id == format!("id-{bid}"))).unwrap();
    let whole = bench.orders.iter().find(|order| order.client_order_id == bid).unwrap().remaining_count_fp;
    let fill = bench.trade(&bid, &whole.to_string());
    bench.answer(number, Err(not_found()));
    bench.hear(told(&fill));
    bench.settle();
    bench.pass(5);
    bench.settle();
    assert_eq!(bench.held(), whole.hundredths());
    assert_eq!(bench.alerts(), "");
    assert!(bench.left().unfinished.is_empty(), "{:?}", bench.left());
}

/// The same: what was not sent, as the exchange could not be reached, is not lost: it is asked anew by the next decision.
#[test]
fn what_was_never_sent_is_wanted_again() {
    let mut bench = Bench::quoting();
    let (number, _) = bench.created(BookSide::Bid).unwrap();
    bench.answer(number, Err(Failure::NotSent("no such host".to_owned())));
    bench.settle();
    assert_eq!((resting(&bench, BookSide::Bid), resting(&bench, BookSide::Ask)), (0, 1));
    // Nothing happens meanwhile.
    bench.pass(61);
    bench.settle();
    assert_eq!((resting(&bench, BookSide::Bid), resting(&bench, BookSide::Ask)), (1, 1));
    assert!(bench.alerts().contains("not sent"));
}

/// The same: a quote that would cross again and again is neither an alert nor a stream of requests.
#[test]
fn a_quote_that_would_cross_is_refused_once_a_decision() {
    let mut bench = Bench::quoting();
    let crosses = || Failure::Refused {
        status: 400,
        code: "invalid_order".to_owned(),
        text: "invalid order: post only cross".to_owned(),
    };
    let mut refused = 0;
    for _ in 0..100 {
        let Some((number, _)) = bench.asked.first().cloned() else { break };
        bench.answer(number, Err(crosses()));
        refused += 1;
    }
    assert_eq!(refused, 2, "one for each side");
    bench.pass(30);
    // It is only looked whether somebody else had orders as it began.
    assert!(matches!(&bench.asked[..], [(_, Ask::Orders { .. })]), "{:?}", bench.asked);
    assert_eq!(bench.alerts(), "");
}

/// nautilus#3450: the same trade was told twice, once by the stream and once by a question.
#[test]
fn a_fill_counts_once_however_often_and_by_whomever_it_is_told() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let fill = bench.trade(&bid, "1.00");
    for _ in 0..3 {
        bench.hear(told(&fill));
    }
    assert_eq!(bench.held(), 100);
}

/// anusambath/trading-bot#15, hftbacktest#316: partial fills were mishandled or never reached the position.
#[test]
fn each_part_of_an_order_is_booked_and_what_is_left_of_it_rests() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let size = bench.orders.iter().find(|order| order.client_order_id == bid).unwrap().initial_count_fp;
    let parts = [count("0.25"), count("0.50")];
    for part in parts {
        let fill = bench.trade(&bid, &part.to_string());
        bench.hear(told(&fill));
    }
    assert!(size > count("0.75"));
    assert_eq!(bench.held(), 75);
}

/// nautilus#3126: YES and NO were confused.
#[test]
fn who_sells_yes_is_short_whatever_the_exchange_calls_it() {
    let mut bench = Bench::quoting();
    let [_, ask] = both(&mut bench);
    let fill = bench.trade(&ask, "1.00");
    assert_eq!(fill.outcome_side, crate::market::Side::No);
    bench.hear(told(&fill));
    assert_eq!(bench.held(), -100);
}

/// pmxt#517: our own name of the order is gone from what is told of fills.
#[test]
fn a_fill_is_booked_to_its_order_by_the_exchanges_id() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let fill = bench.trade(&bid, "1.00");
    let Heard::Fill(message) = told(&fill) else { panic!("no fill") };
    assert_eq!(message.client_order_id, None);
    bench.hear(Heard::Fill(message));
    assert_eq!((bench.held(), bench.alerts().as_str()), (100, ""));
}

/// Auramaur#103: a requote left the pair before it in the book, three times over.
#[test]
fn a_requote_never_leaves_two_orders_on_a_side() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    // A large move whose amendments are lost, one after the other.
    for print in ["0.55", "0.45", "0.58", "0.42"] {
        bench.pass(61);
        bench.settle_but(|ask| matches!(ask, Ask::Amend(..)));
        bench.print(print);
        bench.settle_but(|ask| matches!(ask, Ask::Amend(..)));
        assert!(SIDES.iter().all(|side| resting(&bench, *side) <= 1), "{:?}", bench.orders);
    }
}

/// Auramaur#129: orphans were looked for at the start alone.
#[test]
fn an_order_of_ours_that_nobody_looks_after_is_taken_back_when_it_is_heard_of() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let mut orphan = bench.orders[0].clone();
    (orphan.order_id, orphan.client_order_id) = ("id-orphan".to_owned(), "tauroi-0-99".to_owned());
    bench.orders.push(orphan.clone());
    bench.hear(of_order(&orphan));
    bench.settle();
    assert_eq!(bench.orders.last().unwrap().status, OrderStatus::Canceled);
}

/// Auramaur#71: orders were pending for ever.
#[test]
fn an_order_of_which_nothing_is_known_is_known_again_after_its_life_at_the_latest() {
    let mut bench = Bench::quoting();
    let (number, order) = bench.created(BookSide::Bid).unwrap();
    bench.answer(number, Err(lost()));
    let over = order.expiration_time.unwrap().0.checked_add_micros(20_000_000).unwrap();
    while bench.now < over {
        bench.settle();
        bench.wait();
    }
    bench.settle();
    assert_eq!((resting(&bench, BookSide::Bid), resting(&bench, BookSide::Ask)), (1, 1));
}

/// Auramaur#187: every order failed with 410 and nobody was told.
#[test]
fn an_order_that_is_refused_is_said() {
    let mut bench = Bench::quoting();
    let (number, _) = bench.created(BookSide::Bid).unwrap();
    let gone = Failure::Refused { status: 410, code: String::new(), text: "gone".to_owned() };
    bench.answer(number, Err(gone));
    assert!(bench.alerts().contains("refused (410): gone"));
}

/// Auramaur#314: pending orders were taken for positions.
#[test]
fn an_order_that_is_not_answered_is_no_position_and_no_resting_order() {
    let mut bench = Bench::quoting();
    let (number, _) = bench.created(BookSide::Bid).unwrap();
    assert_eq!(bench.held(), 0);
    bench.answer(number, Err(lost()));
    let mut view = super::view();
    bench.desk.show(bench.now, &mut view);
    assert_eq!((bench.held(), view.resting, view.unknown), (0, 0, 1));
}

/// The same, and husker-mini#190: what is held after a start is the exchange's word, not what orders were for.
#[test]
fn what_is_held_at_a_start_is_what_the_exchange_says() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let left = bench.left();
    assert_eq!(left.unfinished.len(), 2);
    // The process ends; meanwhile one of the orders has traded.
    let mut next = Bench::begin(bench.now, 2, left, Wish::Quote);
    next.orders = bench.orders;
    next.account.held = vec![(
        super::bench::TICKER.parse().unwrap(),
        "3".parse::<Quantity>()
            .map(|three| crate::market::Position::from_hundredths(three.hundredths()).unwrap())
            .unwrap(),
    )];
    next.start();
    assert_eq!(next.held(), 300);
    // Its orders were taken back, and it is written down what became of them.
    let reconciled = next.entries.iter().filter(|entry| {
        matches!(&entry.what, Written::Answer(answered) if matches!(answered.answer, Said::Reconciled(_)))
    });
    assert_eq!(reconciled.count(), 2);
    assert!(
        next.orders
            .iter()
            .filter(|order| order.client_order_id.starts_with("tauroi-1-"))
            .all(|order| order.status == OrderStatus::Canceled)
    );
}

/// husker-mini#28 of the offline reconciliation: the entry's fill was taken for the exit.
#[test]
fn a_fill_of_an_earlier_run_is_in_the_position_already_and_is_not_booked_again() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let fill = bench.trade(&bid, "1.00");
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    next.orders = bench.orders;
    next.account.held =
        vec![(super::bench::TICKER.parse().unwrap(), crate::market::Position::from_hundredths(100).unwrap())];
    next.start();
    let Heard::Fill(mut message) = told(&fill) else { panic!("no fill") };
    message.client_order_id = Some(bid);
    next.hear(Heard::Fill(message));
    assert_eq!((next.held(), next.end.clone()), (100, None));
}

/// Auramaur#357: fills of adopted orders were booked to the wrong strategy.
#[test]
fn a_fill_of_somebody_elses_order_is_not_booked_as_ours_and_the_account_is_found_out_anew() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let mut fill = bench.trade(&bid, "1.00");
    fill.order_id = "by-hand".to_owned();
    bench.hear(told(&fill));
    bench.settle();
    bench.pass(5);
    bench.settle();
    let Some(End::Lost { why, is_clear: true }) = &bench.end else { panic!("{:?}", bench.end) };
    assert!(why.contains("not this desk's"), "{why}");
}

/// kalshi-ai-trading-bot#49: the page says closed, the exchange says open.
#[test]
fn what_the_account_has_otherwise_halts_and_shows_both_sides() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    bench.account.held =
        vec![(super::bench::TICKER.parse().unwrap(), crate::market::Position::from_hundredths(700).unwrap())];
    for _ in 0..2 {
        bench.tell(Input::Audit);
        bench.settle();
    }
    let alerts = bench.alerts();
    assert!(alerts.contains("holds 7 contracts") && alerts.contains("where 0 were reckoned"), "{alerts}");
    bench.pass(5);
    bench.settle();
    assert_eq!(SIDES.map(|side| resting(&bench, side)), [0, 0]);
    assert_eq!(bench.desk.wanted(), Wish::Pause);
    // A person goes on: the exchange's word is taken in another run.
    bench.tell(Input::Wish(Wish::Quote));
    bench.settle();
    assert!(matches!(bench.end, Some(End::Lost { is_clear: true, .. })), "{:?}", bench.end);
}

/// kalshi-ai-trading-bot#42: orders that failed raised what was shown as traded.
#[test]
fn an_order_that_failed_moves_neither_money_nor_counts() {
    let mut bench = Bench::quoting();
    let before = bench.desk.cash();
    for side in SIDES {
        if let Some((number, _)) = bench.created(side) {
            let refused = Failure::Refused {
                status: 400,
                code: "insufficient_balance".to_owned(),
                text: String::new(),
            };
            bench.answer(number, Err(refused));
        }
    }
    let mut view = super::view();
    bench.desk.show(bench.now, &mut view);
    assert_eq!((bench.desk.cash(), view.fills, view.resting, bench.held()), (before, 0, 0, 0));
}

/// hummingbot#2534: a kill fired, and orders went on.
#[test]
fn after_a_kill_nothing_is_placed_until_a_person_starts_it_in_whichever_run() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    bench.tell(Input::Wish(Wish::Kill));
    let kills = bench.asked.iter().filter(|(_, ask)| matches!(ask, Ask::CancelAll | Ask::TriggerGroup(_)));
    assert_eq!(kills.count(), 2, "{:?}", bench.asked);
    bench.settle();
    bench.pass(600);
    bench.print("0.55");
    bench.settle();
    assert_eq!(SIDES.map(|side| resting(&bench, side)), [0, 0]);
    // The process ends, and another one begins.
    let left = bench.left();
    assert_eq!(left.wish, Some(Wish::Kill));
    let mut next = Bench::begin(bench.now, 2, left, Wish::Kill);
    next.start();
    next.pass(600);
    next.print("0.45");
    next.settle();
    assert_eq!(SIDES.map(|side| resting(&next, side)), [0, 0]);
    next.tell(Input::Wish(Wish::Quote));
    assert_eq!(
        SIDES.map(|side| next.created(side)),
        [None, None],
        "a cancellation may catch the next minute's"
    );
    next.pass(61);
    next.settle();
    next.pass(1);
    next.settle();
    assert_eq!(SIDES.map(|side| resting(&next, side)), [1, 1]);
}

/// The same with answers lost: what a kill asks is asked again beside what is on its way.
#[test]
fn a_kill_does_not_wait_for_answers_that_are_lost() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    bench.tell(Input::Wish(Wish::Kill));
    let began = bench.now;
    let asked = |bench: &Bench| bench.asked.iter().filter(|(_, ask)| *ask == Ask::CancelAll).count();
    while asked(&bench) < 4 {
        bench.wait();
    }
    assert!(bench.now.micros_since(began) < 1_000_000, "asked four times by {}", bench.now);
}

/// What the stream didn't tell, as the exchange takes no order of the group: it was triggered from outside, or too much traded.
#[test]
fn a_group_that_takes_no_order_is_a_kill() {
    let mut bench = Bench::quoting();
    let (number, order) = bench.created(BookSide::Bid).unwrap();
    assert_eq!(order.order_group_id.as_deref(), Some("group-1"));
    let fenced =
        Failure::Refused { status: 400, code: "order_group_triggered".to_owned(), text: String::new() };
    bench.answer(number, Err(fenced));
    bench.settle();
    assert_eq!((bench.desk.wanted(), bench.left().wish), (Wish::Kill, Some(Wish::Kill)));
    assert_eq!(SIDES.map(|side| resting(&bench, side)), [0, 0]);
    assert!(bench.alerts().contains("order group was triggered"));
}

/// A predecessor that stands still may wake: its group is triggered before anything is quoted, unless it has let go of it.
#[test]
fn a_successor_triggers_the_group_of_a_run_that_has_not_let_go_of_it() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    assert!(
        matches!(&next.asked[..], [(_, Ask::TriggerGroup(group))] if group == "group-1"),
        "{:?}",
        next.asked
    );
    // One that ends in order leaves nothing on its way, and its group is gone on with.
    bench.tell(Input::Wish(Wish::Stop));
    bench.settle();
    bench.pass(5);
    bench.settle();
    assert_eq!(bench.end, Some(End::Stopped));
    assert_eq!(SIDES.map(|side| resting(&bench, side)), [0, 0]);
    let released =
        |entry: &crate::desk::Entry| entry.what == Written::Setting(Setting::Released("group-1".to_owned()));
    assert!(bench.entries.iter().any(released));
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    assert!(matches!(&next.asked[..], [(_, Ask::Groups)]), "{:?}", next.asked);
    next.start();
    assert_eq!(next.created(BookSide::Bid).unwrap().1.order_group_id.as_deref(), Some("group-1"));
}

/// What can't be fenced is not gone on with.
#[test]
fn nothing_is_quoted_while_it_is_not_known_whether_a_predecessor_is_fenced() {
    let mut bench = Bench::quoting();
    both(&mut bench);
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    let (number, _) = next.asked(|ask| matches!(ask, Ask::TriggerGroup(_))).unwrap();
    next.answer(number, Err(lost()));
    assert!(matches!(next.end, Some(End::Lost { is_clear: false, .. })), "{:?}", next.end);
    // Whoever comes after that knows the same as it did.
    assert_eq!(next.left().group, Some(("group-1".to_owned(), false)));
}

/// Whoever killed without a desk has left a mark.
#[test]
fn a_mark_of_a_kill_is_found_before_anything_is_placed_and_taken_away_by_a_start() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, crate::desk::Left::default(), Wish::Quote);
    bench.marks.push("mark".to_owned());
    bench.start();
    bench.settle();
    assert_eq!((bench.desk.wanted(), bench.orders.len()), (Wish::Kill, 0));
    bench.tell(Input::Wish(Wish::Quote));
    bench.settle();
    // It knows which mark it was.
    assert!(bench.marks.is_empty());
    for _ in 0..63 {
        bench.pass(1);
        bench.settle();
    }
    assert_eq!(SIDES.map(|side| resting(&bench, side)), [1, 1]);
}

/// Auramaur#114: settlements never reached the ledger; and whether the desk says what it is doing.
#[test]
fn a_settlement_is_booked_and_the_run_is_over() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let fill = bench.trade(&bid, "1.00");
    bench.hear(told(&fill));
    bench.settle_but(|ask| matches!(ask, Ask::Amend(..)));
    assert_eq!(bench.desk.state().0, DeskState::Quoting);
    let cash = bench.desk.cash().unwrap();
    // Long enough after the account was asked for.
    bench.pass(3);
    for event_type in ["determined", "settled"] {
        bench.lifecycle(event_type, "0.26");
        if event_type == "determined" {
            bench.settle_but(|ask| matches!(ask, Ask::Amend(..)));
            assert_eq!(bench.desk.cash(), Some(cash));
        }
    }
    assert_eq!(bench.end, Some(End::Over));
}
