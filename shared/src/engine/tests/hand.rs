//! Orders by hand, beside the quotes.

use super::*;
use crate::risk::{ClosedFor, Limit};

fn by_hand(desk: &mut Desk, seconds: f64, action: Action, asked: Option<(&str, &str)>) {
    let asked = asked.map(|(at, contracts)| (price(at), count(contracts)));
    desk.tell(seconds, &Input::ByHand { contract: 0, action, asked });
}

/// What rests by hand on a side: its price and what is left of it.
fn rests(desk: &Desk, action: Action) -> Option<(String, String)> {
    let working = desk.maker.hand().working(0, action)?;
    Some((working.price.to_string(), working.exposed().to_string()))
}

fn some(at: &str, left: &str) -> Option<(String, String)> {
    Some((price(at).to_string(), count(left).to_string()))
}

fn refused(desk: &Desk, action: Action, at: &str, contracts: &str) -> Limit {
    match desk.maker.by_hand(super::at(0.0), (0, action), (price(at), count(contracts))) {
        Err(Unplaced::Refused(refusal)) => refusal.limit,
        other => panic!("{other:?}"),
    }
}

/// Quoting 47 at 53, in a book of 40 at 60.
fn quoting(text: &str) -> Desk {
    let mut desk = Desk::new(&format!("{FIXED}{text}"));
    desk.tell(0.0, &Input::Book { contract: 0, bid: Some(price("0.40")), ask: Some(price("0.60")) });
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.53");
    desk
}

#[test]
fn an_order_by_hand_rests_beside_the_quotes_which_never_touch_it() {
    let mut desk = quoting("");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
    assert_eq!(rests(&desk, Action::Buy), some("0.44", "3"));
    desk.check("0.47", "0.53");
    // The value drifts: the quotes move, and it stays.
    desk.believe(2.0, 0.56, 8.0, 0.0);
    desk.check("0.53", "0.59");
    assert_eq!(rests(&desk, Action::Buy), some("0.44", "3"));
    by_hand(&mut desk, 3.0, Action::Buy, Some(("0.45", "2")));
    assert_eq!(rests(&desk, Action::Buy), some("0.45", "2"));
    by_hand(&mut desk, 4.0, Action::Buy, None);
    assert_eq!(rests(&desk, Action::Buy), None);
    assert!(desk.maker.hand().is_idle());
    desk.check("0.53", "0.59");
}

#[test]
fn each_counts_what_may_fill_of_the_other() {
    let mut desk = quoting("&quote_size=6&max_order_size=10&max_position_per_ticker=10");
    // Four are left beside the bid of six.
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "9")));
    assert_eq!(rests(&desk, Action::Buy), some("0.44", "4"));
    assert_eq!(refused(&desk, Action::Buy, "0.99", "1"), Limit::Cross);
    by_hand(&mut desk, 2.0, Action::Buy, None);
    by_hand(&mut desk, 3.0, Action::Sell, Some(("0.55", "4")));
    // The offer by hand trades: what is held leaves the quoter less room on that side.
    let order = desk.maker.hand().working(0, Action::Sell).unwrap().id;
    let fill = Fill {
        contract: 0,
        order,
        action: Action::Sell,
        quoted: price("0.55"),
        price: price("0.55"),
        count: count("4"),
        fee: Cash::ZERO,
        trade: None,
    };
    desk.tell(4.0, &Input::Order(OrderReport::Fill(fill)));
    desk.tell(4.0, &Input::Tick);
    assert_eq!(desk.maker.position(0), contracts(-4));
    by_hand(&mut desk, 5.0, Action::Sell, Some(("0.58", "10")));
    let may_fill = desk.maker.execution().may_fill(0, Action::Sell).count();
    assert_eq!(rests(&desk, Action::Sell), None);
    assert_eq!(may_fill, count("6"));
    assert_eq!(refused(&desk, Action::Sell, "0.58", "10"), Limit::Position);
}

#[test]
fn the_quoter_is_refused_what_would_meet_a_persons_order_and_the_reverse() {
    let mut desk = quoting("");
    assert_eq!(refused(&desk, Action::Buy, "0.53", "1"), Limit::SelfCross);
    by_hand(&mut desk, 1.0, Action::Sell, Some(("0.54", "1")));
    desk.believe(2.0, 0.57, 8.0, 0.0);
    let [bid, _] = desk.maker.explained(0).unwrap();
    assert_eq!(bid.refusal.map(|refusal| refusal.limit), Some(Limit::SelfCross));
    // Once it is taken back, nothing is in the way.
    by_hand(&mut desk, 3.0, Action::Sell, None);
    desk.check("0.54", "0.60");
}

#[test]
fn a_pause_leaves_orders_by_hand_and_lets_more_be_placed() {
    let mut desk = quoting("");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
    desk.tell(2.0, &Input::Paused(true));
    desk.check("", "");
    assert_eq!(rests(&desk, Action::Buy), some("0.44", "3"));
    by_hand(&mut desk, 3.0, Action::Sell, Some(("0.56", "1")));
    assert_eq!(rests(&desk, Action::Sell), some("0.56", "1"));
}

#[test]
fn what_closes_or_halts_takes_back_all_by_hand_but_what_lessens_a_position() {
    for of in [None, Some(0)] {
        let mut desk = quoting("");
        desk.hold(5);
        by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
        by_hand(&mut desk, 1.0, Action::Sell, Some(("0.58", "4")));
        desk.tell(2.0, &Input::Closed { contract: of, why: Some(ClosedFor::Clock) });
        assert_eq!((rests(&desk, Action::Buy), rests(&desk, Action::Sell)), (None, some("0.58", "4")));
        assert_eq!(refused(&desk, Action::Buy, "0.44", "1"), Limit::Closed);
        // As much as takes the position back to nothing.
        by_hand(&mut desk, 3.0, Action::Sell, Some(("0.57", "9")));
        assert_eq!(rests(&desk, Action::Sell), some("0.57", "5"));
        // It is not placed again when that is over.
        desk.tell(4.0, &Input::Lifted { contract: of, why: ClosedFor::Clock });
        assert_eq!(rests(&desk, Action::Buy), None);
    }
    let mut desk = quoting("");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
    desk.tell(2.0, &Input::Pull { until: at(600.0) });
    assert_eq!(rests(&desk, Action::Buy), None);
}

#[test]
fn messages_by_hand_count_and_are_counted() {
    let mut desk = quoting("&max_messages_per_minute=3");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
    assert_eq!(refused(&desk, Action::Sell, "0.58", "1"), Limit::Messages);
    assert_eq!(refused(&desk, Action::Buy, "0.43", "3"), Limit::Messages);
    // To take it back always passes.
    by_hand(&mut desk, 2.0, Action::Buy, None);
    assert_eq!(rests(&desk, Action::Buy), None);
}

#[test]
fn a_refused_change_leaves_the_order_as_it_was_and_a_lost_one_ends_it() {
    let mut desk = quoting("");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "3")));
    desk.hold_back();
    by_hand(&mut desk, 2.0, Action::Buy, Some(("0.46", "3")));
    let command = desk.held.as_mut().unwrap().pop().unwrap();
    // Nothing else is asked of it before that is answered, but to take it back.
    let busy = desk.maker.by_hand(at(2.0), (0, Action::Buy), (price("0.45"), count("1")));
    assert_eq!(busy, Err(Unplaced::Busy));
    desk.answer(3.0, &command, Verdict::Rejected);
    assert_eq!(rests(&desk, Action::Buy), some("0.44", "3"));
    assert_eq!(desk.held, Some(Vec::new()));
    by_hand(&mut desk, 4.0, Action::Buy, Some(("0.46", "3")));
    let command = desk.held.as_mut().unwrap().pop().unwrap();
    desk.answer(5.0, &command, Verdict::Unknown);
    assert_eq!(desk.maker.hand().may_fill(0, Action::Buy).count(), count("3"));
    desk.answer(6.0, &command, Verdict::Gone);
    assert!(desk.maker.hand().is_idle(), "it is not placed again");
    assert_eq!(desk.held, Some(Vec::new()));
}

#[test]
fn a_fill_that_crosses_a_move_leaves_what_was_asked_for_less_what_traded() {
    let mut desk = quoting("");
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "5")));
    desk.hold_back();
    by_hand(&mut desk, 2.0, Action::Buy, Some(("0.45", "4")));
    let order = desk.maker.hand().working(0, Action::Buy).unwrap().id;
    let (quoted, one) = (price("0.44"), count("1"));
    let fill = Fill {
        contract: 0,
        order,
        action: Action::Buy,
        quoted,
        price: quoted,
        count: one,
        fee: Cash::ZERO,
        trade: None,
    };
    desk.tell(3.0, &Input::Order(OrderReport::Fill(fill)));
    desk.let_go(4.0);
    assert_eq!(rests(&desk, Action::Buy), some("0.45", "3"));
    assert_eq!(desk.maker.position(0), contracts(1));
}

#[test]
fn an_order_off_the_grid_or_in_a_contract_that_is_not_open_is_not_let_through() {
    let mut desk = quoting("");
    let ask = |desk: &Desk, at_price: &str| {
        desk.maker.by_hand(at(0.0), (0, Action::Buy), (price(at_price), count("1")))
    };
    assert!(matches!(ask(&desk, "0.445"), Err(Unplaced::Grid(_))));
    by_hand(&mut desk, 1.0, Action::Buy, Some(("0.44", "5")));
    desk.tell(2.0, &Input::Status { contract: 0, status: crate::quoting::Status::Paused });
    assert_eq!(ask(&desk, "0.44"), Err(Unplaced::NotOpen));
    assert!(desk.maker.hand().is_idle());
    let nowhere = desk.maker.by_hand(at(0.0), (7, Action::Buy), (price("0.44"), count("1")));
    assert_eq!(nowhere, Err(Unplaced::NoContract));
}
