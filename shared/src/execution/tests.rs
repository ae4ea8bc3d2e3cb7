//! Orders from the first command to the last fill.

use super::*;
use crate::market::Position;
use crate::risk::{Bounds, Gate};
use crate::units::{Cash, Price, Timestamp};

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

/// What a gate without limits lets through.
fn cleared(cents: i64, contracts: i64) -> Option<Cleared> {
    let bounds =
        Bounds { max_order: count(999), max_position: count(999), max_loss: 1_000, floor: Cash::ZERO };
    let gate = Gate::new(bounds, Cash::ZERO);
    let order = (price(cents), count(contracts));
    gate.clear(Timestamp::MIN, Action::Buy, order, Position::FLAT, Quantity::ZERO).ok()
}

/// Bids in one contract.
struct Bids {
    execution: Execution,
    commands: Vec<OrderCommand>,
}

impl Bids {
    fn new() -> Self {
        Self { execution: Execution::new(1, OrderId(1)), commands: Vec::new() }
    }

    fn want(&mut self, wanted: Option<Cleared>) -> Option<(u64, Request)> {
        self.execution.want(0, Action::Buy, wanted, &mut self.commands).unwrap();
        self.sent()
    }

    fn answer(&mut self, verdict: Verdict) -> Option<(u64, Request)> {
        let order = self.execution.working(0, Action::Buy).unwrap().id;
        self.execution.answer(0, Action::Buy, order, verdict, &mut self.commands).unwrap();
        self.sent()
    }

    fn fill(&mut self, contracts: i64) -> Result<(), Error> {
        let order = self.execution.working(0, Action::Buy).map_or(OrderId(0), |working| working.id);
        let (price, fee) = (price(45), Cash::ZERO);
        self.execution.fill(&Fill {
            contract: 0,
            order,
            action: Action::Buy,
            quoted: price,
            price,
            count: count(contracts),
            fee,
            trade: None,
        })
    }

    fn exposed(&self) -> i64 {
        self.execution.exposed(0, Action::Buy).hundredths() / 100
    }

    fn sent(&mut self) -> Option<(u64, Request)> {
        assert!(self.commands.len() <= 1);
        self.commands.pop().map(|command| (command.order.0, command.request))
    }
}

#[test]
fn an_order_is_placed_moved_and_cancelled_one_answer_at_a_time() {
    let mut bids = Bids::new();
    let place = Request::Place { price: price(45), count: count(3) };
    assert_eq!(bids.want(cleared(45, 3)), Some((1, place)));
    // Nothing is sent before the answer, and then only what is wanted last.
    assert_eq!(bids.want(cleared(46, 3)), None);
    assert_eq!(bids.want(cleared(47, 2)), None);
    let amend = Request::Amend { price: price(47), total: count(2) };
    assert_eq!(bids.answer(Verdict::Resting), Some((1, amend)));
    assert_eq!(bids.exposed(), 3);
    assert_eq!(bids.answer(Verdict::Resting), None);
    assert_eq!(bids.exposed(), 2);
    assert_eq!(bids.want(cleared(47, 2)), None);
    assert_eq!(bids.want(None), Some((1, Request::Cancel)));
    assert_eq!(bids.want(cleared(40, 1)), None);
    let place = Request::Place { price: price(40), count: count(1) };
    assert_eq!(bids.answer(Verdict::Gone), Some((2, place)));
}

#[test]
fn an_amendment_asks_for_a_total_that_counts_what_has_traded() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 5));
    bids.answer(Verdict::Resting);
    bids.fill(3).unwrap();
    assert_eq!(bids.exposed(), 2);
    let amend = Request::Amend { price: price(44), total: count(7) };
    assert_eq!(bids.want(cleared(44, 4)), Some((1, amend)));
    // The old order may trade before the amendment arrives; the most of both counts.
    assert_eq!(bids.exposed(), 4);
    bids.fill(2).unwrap();
    assert_eq!(bids.exposed(), 2);
    // It had traded all that it was for when the amendment arrived.
    assert_eq!(bids.answer(Verdict::Rejected), None);
    assert_eq!(bids.exposed(), 0);
}

#[test]
fn an_order_that_traded_in_full_makes_room_for_the_next() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 1));
    // The fill is heard before the answer.
    bids.fill(1).unwrap();
    assert_eq!(bids.want(cleared(44, 1)), None);
    let place = Request::Place { price: price(44), count: count(1) };
    assert_eq!(bids.answer(Verdict::Resting), Some((2, place)));
    bids.answer(Verdict::Resting);
    bids.fill(1).unwrap();
    assert!(matches!(bids.want(cleared(43, 1)), Some((3, Request::Place { .. }))));
}

#[test]
fn what_was_refused_is_not_asked_for_again_until_the_next_decision() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 1));
    assert_eq!(bids.answer(Verdict::Rejected), None);
    assert_eq!(bids.exposed(), 0);
    assert!(matches!(bids.want(cleared(45, 1)), Some((2, Request::Place { .. }))));
}

#[test]
fn what_was_not_answered_counts_until_it_is_known() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 2));
    assert_eq!(bids.answer(Verdict::Unknown), None);
    assert_eq!((bids.exposed(), bids.want(None)), (2, None));
    // The exchange was asked: it rests.
    assert_eq!(bids.answer(Verdict::Resting), Some((1, Request::Cancel)));
    assert_eq!(bids.answer(Verdict::Gone), None);
    assert_eq!(bids.exposed(), 0);
}

#[test]
fn an_amendment_that_was_not_answered_counts_for_what_it_asked_for() {
    let amend = Request::Amend { price: price(46), total: count(5) };
    for verdict in [Verdict::Resting, Verdict::Rejected] {
        let mut bids = Bids::new();
        bids.want(cleared(45, 2));
        bids.answer(Verdict::Resting);
        assert_eq!(bids.want(cleared(46, 5)), Some((1, amend)));
        assert_eq!(bids.answer(Verdict::Unknown), None);
        assert_eq!(bids.answer(Verdict::Unknown), None);
        assert_eq!(bids.exposed(), 5);
        // The exchange was asked: it was carried out, or it was not, and then nothing else is risked.
        let next = bids.answer(verdict);
        let working = *bids.execution.working(0, Action::Buy).unwrap();
        if verdict == Verdict::Resting {
            assert_eq!((next, working.price, bids.exposed()), (None, price(46), 5));
        } else {
            assert_eq!((next, working.price, bids.exposed()), (Some((1, Request::Cancel)), price(45), 2));
        }
    }
    // An order of which nothing was heard, and that never was.
    let mut bids = Bids::new();
    bids.want(cleared(45, 2));
    bids.answer(Verdict::Unknown);
    assert_eq!((bids.answer(Verdict::Rejected), bids.exposed()), (None, 0));
}

#[test]
fn what_was_refused_of_an_order_that_rests_takes_it_out() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 2));
    bids.answer(Verdict::Resting);
    bids.want(cleared(46, 2));
    assert_eq!(bids.answer(Verdict::Rejected), Some((1, Request::Cancel)));
    assert_eq!(bids.answer(Verdict::Gone), None);
}

#[test]
fn a_command_that_crosses_the_end_of_its_order_is_answered_late() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 2));
    bids.answer(Verdict::Resting);
    bids.want(cleared(46, 2));
    // The contract closes, and then the amendment arrives.
    assert!(matches!(bids.answer(Verdict::Gone), Some((2, Request::Place { .. }))));
    for late in [Verdict::Rejected, Verdict::Gone] {
        assert_eq!(bids.execution.answer(0, Action::Buy, OrderId(1), late, &mut bids.commands), Ok(()));
    }
    assert_eq!((bids.sent(), bids.exposed()), (None, 2));
}

#[test]
fn what_traded_while_it_was_amended_is_placed_anew() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 2));
    bids.answer(Verdict::Resting);
    bids.want(cleared(46, 2));
    bids.fill(2).unwrap();
    assert_eq!(bids.want(cleared(44, 2)), None);
    let place = Request::Place { price: price(44), count: count(2) };
    assert_eq!(bids.answer(Verdict::Rejected), Some((2, place)));
}

#[test]
fn what_can_not_be_is_said_and_changes_nothing() {
    let mut bids = Bids::new();
    assert_eq!(bids.fill(1), Err(Error::NoOrder { contract: 0, order: OrderId(0) }));
    bids.want(cleared(45, 2));
    assert_eq!(bids.fill(3), Err(Error::Overfilled { order: OrderId(1) }));
    assert_eq!(bids.exposed(), 2);
    let stray = bids.execution.answer(0, Action::Sell, OrderId(9), Verdict::Gone, &mut bids.commands);
    assert_eq!(stray, Err(Error::NoOrder { contract: 0, order: OrderId(9) }));
    let stray = bids.execution.answer(0, Action::Sell, OrderId(1), Verdict::Resting, &mut bids.commands);
    assert_eq!(stray, Err(Error::NoOrder { contract: 0, order: OrderId(1) }));
    let nowhere = bids.execution.want(1, Action::Buy, None, &mut bids.commands);
    assert_eq!(nowhere, Err(Error::NoContract { contract: 1, contracts: 1 }));
}
