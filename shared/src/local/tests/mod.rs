//! An exchange in this process, told and asked by hand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod properties;

use bench::{Bench, ROUND_TRIP, SECOND, at, cents, contracts, event, ticker};

use super::*;
use crate::desk::kill_mark;
use crate::market::{Action::Buy, Action::Sell, Position};
use crate::units::{Price, Quantity};
use crate::wire::{MarketLifecycle, OrderStatus, Seconds, TimeInForce};

/// Ten bid at 40 c and ten offered at 45 c.
fn bench() -> Bench {
    let mut bench = Bench::new(Queue::Pessimistic);
    bench.level(0, Buy, 40, 10);
    bench.level(0, Sell, 45, 10);
    bench
}

fn refused(answer: Result<String, Failure>) -> (u16, String) {
    match answer {
        Err(Failure::Refused { status, text, .. }) => (status, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_waits_behind_all_that_rests_and_trades_when_its_turn_comes() {
    let mut bench = bench();
    bench.place(0, Buy, 40, 4).unwrap();
    assert_eq!(bench.books[0].at(Buy, cents(40)), contracts(14));
    bench.trade(0, Buy, 40, 10);
    bench.level(0, Buy, 40, 0);
    assert!(bench.fills.is_empty());
    bench.trade(0, Buy, 40, 3);
    assert_eq!(bench.filled(), [(Buy, cents(40), contracts(3))]);
    assert_eq!(bench.books[0].at(Buy, cents(40)), contracts(1));
    // The trade is ours, once.
    let told = bench.trades.last().unwrap();
    assert_eq!((told.count, told.id), (contracts(3), bench.fills[0].trade_id.parse().ok()));
    assert!(bench.fills[0].fee_cost > Cash::ZERO && !bench.fills[0].is_taker);
    bench.check();
}

#[test]
fn a_decrease_that_was_told_before_its_trade_is_that_trade() {
    let mut bench = Bench::new(Queue::Optimistic);
    bench.level(0, Buy, 40, 10);
    bench.place(0, Buy, 40, 4).unwrap();
    // Six trade: who gave up would have stood before us, and the trade would count twice.
    bench.level(0, Buy, 40, 4);
    bench.trade(0, Buy, 40, 6);
    bench.trade(0, Buy, 40, 4);
    assert!(bench.fills.is_empty());
    bench.trade(0, Buy, 40, 1);
    assert_eq!(bench.filled(), [(Buy, cents(40), contracts(1))]);
}

#[test]
fn a_trade_that_was_made_before_an_order_came_is_none_of_its_business() {
    let mut bench = bench();
    bench.level(0, Buy, 40, 4);
    bench.place(0, Buy, 40, 4).unwrap();
    bench.place(0, Buy, 42, 4).unwrap();
    bench.trade(0, Buy, 40, 6);
    assert!(bench.fills.is_empty());
    bench.trade(0, Buy, 40, 6);
    assert_eq!(bench.filled(), [(Buy, cents(42), contracts(4))]);
}

#[test]
fn a_request_meets_the_book_of_a_round_trip_later() {
    let mut bench = bench();
    let order = bench.order(0, Buy, 44, 1);
    bench.ask(Ask::Create(Box::new(order)));
    bench.pass(ROUND_TRIP - 1);
    assert_eq!(bench.local.due(), Some(at(ROUND_TRIP)));
    bench.level(0, Sell, 44, 1);
    assert!(bench.answers.is_empty());
    bench.pass(1);
    assert!(
        matches!(&bench.answers[..], [(_, Err(Failure::Refused { status: 400, text, .. }))] if text.contains("post only cross"))
    );
    bench.check();
}

#[test]
fn who_comes_to_our_price_trades_with_us_and_is_not_there_any_more() {
    let mut bench = bench();
    bench.place(0, Buy, 43, 5).unwrap();
    bench.level(0, Sell, 43, 3);
    assert_eq!(bench.filled(), [(Buy, cents(43), contracts(3))]);
    let book = &bench.books[0];
    assert_eq!((book.at(Buy, cents(43)), book.at(Sell, cents(43))), (contracts(2), Quantity::ZERO));
    bench.check();
    // No public trade tells of it: the others see no order of ours.
    assert!(bench.trades.is_empty());
    bench.level(0, Sell, 43, 9);
    assert_eq!(bench.filled()[1..], [(Buy, cents(43), contracts(2))]);
    bench.check();
    assert_eq!(bench.orders.last().unwrap().status, OrderStatus::Executed);
}

#[test]
fn what_rests_can_be_changed_taken_back_and_looked_at_and_nothing_else() {
    let mut bench = bench();
    let id = bench.place(0, Sell, 45, 4).unwrap();
    let smaller = Ask::Amend(id.clone(), Box::new(Bench::amendment(0, Sell, 45, 2)));
    bench.answer(smaller).unwrap();
    assert_eq!(bench.books[0].at(Sell, cents(45)), contracts(12));
    bench.trade(0, Sell, 45, 11);
    assert_eq!(bench.filled(), [(Sell, cents(45), contracts(1))]);
    let look = Ask::Look { id: Some(id.clone()), name: String::new(), ticker: ticker(0), since: at(0) };
    match bench.answer(look).unwrap() {
        Answer::Found(Some(order), fills) => {
            assert_eq!((order.remaining_count_fp, fills.len()), (contracts(1), 1));
        }
        other => panic!("{other:?}"),
    }
    let moved = Ask::Amend(id.clone(), Box::new(Bench::amendment(0, Sell, 46, 2)));
    bench.answer(moved).unwrap();
    bench.check();
    match bench.answer(Ask::Cancel(id.clone())).unwrap() {
        Answer::Cancelled(cancelled) => assert_eq!(cancelled.reduced_by, contracts(1)),
        other => panic!("{other:?}"),
    }
    assert!(bench.answer(Ask::Cancel(id)).unwrap_err().is_not_found());
    assert!(
        bench
            .answer(Ask::Amend("o9".to_owned(), Box::new(Bench::amendment(0, Sell, 46, 2))))
            .unwrap_err()
            .is_not_found()
    );
    bench.check();
    assert_eq!(bench.ledger.position(0), Position::from_hundredths(-100).unwrap());
}

#[test]
fn an_order_that_may_take_takes_what_stands_and_pays_for_it() {
    let mut bench = bench();
    bench.level(0, Sell, 46, 5);
    let mut order = bench.order(0, Buy, 46, 12);
    (order.post_only, order.time_in_force, order.expiration_time) =
        (None, TimeInForce::ImmediateOrCancel, None);
    match bench.answer(Ask::Create(Box::new(order))).unwrap() {
        Answer::Created(created) => assert_eq!(created.fill_count, contracts(12)),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.filled(), [(Buy, cents(45), contracts(10)), (Buy, cents(46), contracts(2))]);
    assert!(bench.fills.iter().all(|fill| fill.is_taker && fill.fee_cost > Cash::ZERO));
    // What was taken is not there any more until its level changes.
    assert_eq!(bench.books[0].levels(Sell).next().unwrap(), (cents(46), contracts(3)));
    bench.check();
    bench.level(0, Sell, 45, 11);
    assert_eq!(bench.books[0].at(Sell, cents(45)), contracts(11));
    bench.check();
}

#[test]
fn an_order_ends_at_its_time_with_its_group_and_in_a_pause() {
    let mut bench = bench();
    let mut order = bench.order(0, Buy, 41, 1);
    order.expiration_time = Some(Seconds(at(10 * SECOND)));
    bench.answer(Ask::Create(Box::new(order))).unwrap();
    bench.pass(10 * SECOND);
    assert_eq!(bench.orders.last().unwrap().status, OrderStatus::Canceled);
    let Ok(Answer::Group(group)) = bench.answer(Ask::CreateGroup(contracts(10))) else { panic!() };
    let mut order = bench.order(0, Buy, 41, 1);
    order.order_group_id = Some(group.clone());
    bench.answer(Ask::Create(Box::new(order.clone()))).unwrap();
    assert!(bench.answer(Ask::Create(Box::new(order.clone()))).unwrap_err().already_exists());
    bench.answer(Ask::TriggerGroup(group)).unwrap();
    order.client_order_id = Some("another".to_owned());
    assert!(bench.answer(Ask::Create(Box::new(order))).unwrap_err().is_of_group());
    bench.place(0, Buy, 42, 1).unwrap();
    bench.hear(Heard::Lifecycle(Box::new(MarketLifecycle::of(ticker(0), "deactivated"))));
    assert_eq!(bench.books[0].at(Buy, cents(42)), Quantity::ZERO);
    assert_eq!(refused(bench.place(0, Buy, 42, 1)).0, 400);
    bench.hear(Heard::Lifecycle(Box::new(MarketLifecycle::of(ticker(0), "activated"))));
    bench.place(0, Buy, 42, 1).unwrap();
    bench.place(1, Buy, 7, 1).unwrap();
    assert_eq!(bench.answer(Ask::CancelAll), Ok(Answer::Done));
    assert_eq!(bench.answer(Ask::Resting), Ok(Answer::Orders(Vec::new())));
    bench.check();
}

#[test]
fn a_settled_contract_pays_the_account() {
    let mut bench = bench();
    bench.place(0, Buy, 41, 3).unwrap();
    bench.trade(0, Buy, 41, 3);
    let value = Some(Price::ONE);
    let determined =
        MarketLifecycle { settlement_value: value, ..MarketLifecycle::of(ticker(0), "determined") };
    bench.hear(Heard::Lifecycle(Box::new(determined)));
    bench.hear(Heard::Lifecycle(Box::new(MarketLifecycle::of(ticker(0), "settled"))));
    bench.ledger.settle(0, Price::ONE).unwrap();
    let Ok(Answer::Account(account)) = bench.answer(Ask::Account) else { panic!() };
    assert_eq!((account.free, account.held), (bench.ledger.balance(), Vec::new()));
}

#[test]
fn what_costs_more_than_there_is_or_can_be_no_price_is_refused() {
    let mut bench = bench();
    assert_eq!(refused(bench.place(0, Buy, 40, 30_000)).0, 400);
    let mut off = bench.order(0, Buy, 40, 1);
    off.price = "0.4050".parse().unwrap();
    assert!(bench.answer(Ask::Create(Box::new(off))).is_err());
    let mut elsewhere = bench.order(0, Buy, 40, 1);
    elsewhere.ticker = "KXTOPMONTHLY-26NOV-A".parse().unwrap();
    assert!(bench.answer(Ask::Create(Box::new(elsewhere))).unwrap_err().is_not_found());
    bench.check();
}

#[test]
fn while_a_book_is_not_known_nothing_comes_to_rest_in_it_and_what_rests_stays() {
    let mut bench = bench();
    bench.place(0, Buy, 40, 4).unwrap();
    bench.hear(Heard::MissedBooks);
    assert_eq!(refused(bench.place(0, Buy, 41, 1)), (400, "the book is not known at the moment".to_owned()));
    bench.level(0, Buy, 40, 5);
    bench.snapshots();
    assert_eq!(bench.books[0].at(Buy, cents(40)), contracts(9));
    bench.check();
    // Of the five that are gone nobody knows who they were; no more than there are can stand before us.
    bench.trade(0, Buy, 40, 6);
    assert_eq!(bench.filled(), [(Buy, cents(40), contracts(1))]);
}

#[test]
fn a_snapshot_that_goes_through_an_order_fills_it() {
    let mut bench = bench();
    bench.place(0, Buy, 42, 4).unwrap();
    bench.hear(Heard::Down("cut".to_owned()));
    bench.set(0, Buy, cents(40), 0);
    bench.set(0, Sell, cents(41), 300);
    bench.local.list(at(bench.now), &event(), &mut Vec::new()).unwrap();
    bench.snapshots();
    assert_eq!(bench.filled(), [(Buy, cents(42), contracts(3))]);
    bench.check();
}

#[test]
fn a_kill_mark_is_seen_by_whoever_asks_and_the_real_accounts_orders_by_nobody() {
    let mut bench = bench();
    bench.answer(Ask::CreateGroup(kill_mark())).unwrap();
    let Ok(Answer::Groups(groups)) = bench.answer(Ask::Groups) else { panic!() };
    assert!(groups.iter().all(crate::desk::is_kill_mark) && groups.len() == 1);
    bench.place(0, Buy, 40, 1).unwrap();
    let (fills, orders) = (bench.fills.len(), bench.orders.len());
    let own = bench.orders.last().unwrap().clone();
    bench.hear(Heard::Order(Box::new(own)));
    assert_eq!((bench.fills.len(), bench.orders.len()), (fills, orders));
}
