//! Orders from the first command to the last fill.

mod requotes;
mod watched;

use super::*;
use crate::error::{Fault, Kind};
use crate::risk::{Bounds, Gate, Limits, Order, Place, Purpose};
use crate::units::{Cash, Price, Timestamp};

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

/// What a gate without limits lets through.
fn cleared(cents: i64, contracts: i64) -> Option<Cleared> {
    let limits = Limits {
        max_order_size: count(999),
        max_position_per_ticker: count(999),
        min_balance_floor_cents: Cash::ZERO,
        ..Limits::default()
    };
    let gate = Gate::new(Bounds::new(&limits), Cash::ZERO);
    let (price, count) = (price(cents), count(contracts));
    let order = Order { contract: 0, purpose: Purpose::Quote, action: Action::Buy, price, count };
    gate.clear(Timestamp::MIN, &order, &Place::default(), || unreachable!()).ok()
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

#[test]
fn what_may_fill_is_what_rests_what_is_on_its_way_and_what_is_wanted() {
    let mut bids = Bids::new();
    let none = (Price::ZERO, Quantity::ZERO);
    let of = |cents, contracts| (price(cents), count(contracts));
    let may = |bids: &Bids| {
        let MayFill { rests, moves, wanted, .. } = bids.execution.may_fill(0, Action::Buy);
        [rests, moves, wanted]
    };
    let rests = |bids: &Bids| bids.execution.rests(0, Action::Buy);
    assert_eq!((may(&bids), rests(&bids)), ([none; 3], Rests::Nothing));
    bids.want(cleared(45, 3));
    assert_eq!((may(&bids), rests(&bids)), ([of(45, 3); 3], Rests::Busy));
    // What is sent only after the answer counts already.
    bids.want(cleared(47, 2));
    assert_eq!(may(&bids), [of(45, 3), of(45, 3), of(47, 2)]);
    assert_eq!(bids.execution.wanted(0, Action::Buy), cleared(47, 2));
    bids.execution.forget(0, Action::Buy);
    assert_eq!((may(&bids), bids.execution.wanted(0, Action::Buy)), ([of(45, 3), of(45, 3), none], None));
    bids.want(cleared(45, 3));
    bids.answer(Verdict::Resting);
    assert_eq!(rests(&bids), Rests::Order(price(45), count(3)));
    bids.fill(1).unwrap();
    assert_eq!((may(&bids), rests(&bids)), ([of(45, 2), of(45, 2), none], Rests::Order(price(45), count(2))));
    bids.want(cleared(40, 4));
    assert_eq!((may(&bids), rests(&bids)), ([of(45, 2), of(40, 4), of(40, 4)], Rests::Busy));
    bids.answer(Verdict::Unknown);
    assert_eq!((may(&bids), rests(&bids)), ([of(45, 2), of(40, 4), of(40, 4)], Rests::Busy));
    bids.answer(Verdict::Resting);
    assert_eq!((may(&bids), rests(&bids)), ([of(40, 4); 3], Rests::Order(price(40), count(4))));
    bids.want(None);
    assert_eq!((may(&bids), rests(&bids)), ([of(40, 4), of(40, 4), none], Rests::Busy));
    // The other side, and a contract that there is not, have nothing.
    for (contract, action) in [(0, Action::Sell), (1, Action::Buy)] {
        assert_eq!(bids.execution.may_fill(contract, action), MayFill::NOTHING);
        assert_eq!(bids.execution.rests(contract, action), Rests::Nothing);
        assert_eq!(bids.execution.exposed(contract, action), Quantity::ZERO);
        assert_eq!(bids.execution.wanted(contract, action), None);
        bids.execution.forget(contract, action);
    }
}

#[test]
fn an_answer_that_is_heard_sends_nothing_until_it_is_said_what_is_wanted() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 3));
    bids.want(cleared(46, 3));
    let heard = bids.execution.heard(0, Action::Buy, OrderId(1), Verdict::Resting);
    assert_eq!((heard, bids.sent()), (Ok(true), None));
    assert_eq!(bids.want(cleared(44, 3)), Some((1, Request::Amend { price: price(44), total: count(3) })));
    // Of an order that is over nothing is to be seen to.
    bids.answer(Verdict::Gone);
    assert_eq!(bids.execution.heard(0, Action::Buy, OrderId(1), Verdict::Gone), Ok(false));
    // The next order's number was given to nobody yet.
    let next = OrderId(bids.execution.working(0, Action::Buy).map_or(0, |working| working.id.0) + 1);
    let nobody = bids.execution.heard(0, Action::Buy, next, Verdict::Gone);
    assert_eq!(nobody, Err(Error::NoOrder { contract: 0, order: next }));
}

#[test]
fn a_late_answer_about_another_order_leaves_what_a_fill_left() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 3));
    bids.answer(Verdict::Resting);
    bids.want(cleared(46, 3));
    bids.answer(Verdict::Gone);
    bids.answer(Verdict::Resting);
    bids.fill(1).unwrap();
    assert_eq!(bids.execution.wanted(0, Action::Buy), None);
    let late = bids.execution.answer(0, Action::Buy, OrderId(1), Verdict::Gone, &mut bids.commands);
    assert_eq!((late, bids.sent(), bids.exposed()), (Ok(()), None, 2));
}

#[test]
fn a_fill_is_checked_as_it_would_be_taken_in() {
    let mut bids = Bids::new();
    bids.want(cleared(45, 3));
    let fill = |contract, order, contracts| Fill {
        contract,
        order: OrderId(order),
        action: Action::Buy,
        quoted: price(45),
        price: price(45),
        count: count(contracts),
        fee: Cash::ZERO,
        trade: None,
    };
    assert_eq!(bids.execution.check_fill(&fill(0, 1, 3)), Ok(()));
    assert_eq!(bids.execution.check_fill(&fill(0, 1, 4)), Err(Error::Overfilled { order: OrderId(1) }));
    assert_eq!(
        bids.execution.check_fill(&fill(0, 2, 3)),
        Err(Error::NoOrder { contract: 0, order: OrderId(2) })
    );
    assert_eq!(
        bids.execution.check_fill(&fill(1, 1, 3)),
        Err(Error::NoContract { contract: 1, contracts: 1 })
    );
    assert_eq!(bids.exposed(), 3);
    bids.execution.list();
    assert_eq!(bids.execution.contracts(), 2);
    assert_eq!(
        bids.execution.check_fill(&fill(1, 1, 3)),
        Err(Error::NoOrder { contract: 1, order: OrderId(1) })
    );
}

#[test]
fn what_is_heard_and_can_not_be_asks_for_what_rests() {
    let order = OrderId(7);
    for (error, text) in [
        (Error::NoContract { contract: 2, contracts: 1 }, "contract 2 is none of the 1 that are traded"),
        (Error::NoOrder { contract: 2, order }, "order 7 of contract 2 is none that works"),
        (Error::Overfilled { order }, "order 7 has traded more than it was for"),
    ] {
        assert_eq!((error.kind(), error.to_string()), (Kind::Precondition, text.to_owned()));
    }
}
