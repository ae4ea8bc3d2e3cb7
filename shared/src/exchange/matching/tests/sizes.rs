//! Orders that are made smaller, or that may only make a position smaller, and what trades before them.

use super::*;

#[test]
fn a_decrease_keeps_the_place_and_never_adds() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let orders = [desk.sell(0, "0.51", "3").order, desk.sell(1, "0.51", "2").order];
    let account = desk.accounts[0];
    let mut decrease = |to: &str| desk.exchange.decrease(at(NOON), account, orders[0], count(to));
    assert_eq!(decrease("3.01"), Err(Refusal::Increase));
    assert_eq!(decrease("3"), Ok(count("3")));
    assert_eq!(decrease("1.5"), Ok(count("1.5")));
    assert_eq!(desk.free(0), "99.265000");
    assert_eq!(desk.exchange.queue_ahead(orders[1]), Some(count("1.5")));
    desk.buy(2, "0.51", "1");
    assert_eq!(desk.fills()[0].0, orders[0]);
    assert_eq!(desk.exchange.decrease(at(NOON), account, orders[0], Quantity::ZERO), Ok(Quantity::ZERO));
    assert_eq!(
        desk.exchange.decrease(at(NOON), account, orders[0], Quantity::ZERO),
        Err(Refusal::NoSuchOrder)
    );
    assert_eq!(desk.exchange.queue_ahead(orders[1]), Some(Quantity::ZERO));
    assert_eq!(desk.exchange.queue_ahead(orders[0]), None);
    let other = desk.accounts[2];
    assert_eq!(desk.exchange.decrease(at(NOON), other, orders[1], count("1")), Err(Refusal::NoSuchOrder));
}

#[test]
fn better_prices_trade_before_an_order_too() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.buy(0, "0.40", "3");
    desk.buy(1, "0.42", "1.25");
    let last = desk.buy(2, "0.40", "1").order;
    desk.buy(1, "0.39", "9");
    assert_eq!(desk.exchange.queue_ahead(last), Some(count("4.25")));
}

#[test]
fn what_is_to_reduce_a_position_goes_no_further() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let reduce = |action, at: &str, contracts: &str| NewOrder {
        reduce_only: true,
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..Desk::order(action, at, contracts)
    };
    desk.buy(0, "0.50", "9");
    desk.sell(1, "0.50", "4");
    // The second holds four NO, and buys back no more.
    desk.sell(2, "0.55", "10");
    let placed = desk.place(1, &reduce(Action::Buy, "0.60", "7")).unwrap();
    assert_eq!((placed.filled, placed.left, desk.position(1)), (count("4"), Quantity::ZERO, 0));
    let last = desk.exchange.drain().pop().unwrap().what;
    let What::Order { order, reason } = last else { panic!("{last:?}") };
    assert_eq!((order.initial, order.filled, order.state), (count("7"), count("4"), OrderState::Cancelled));
    assert_eq!(reason, Reason::ReduceOnly);
    // Nothing is held: nothing is traded.
    for action in [Action::Buy, Action::Sell] {
        let placed = desk.place(1, &reduce(action, "0.55", "1")).unwrap();
        assert_eq!((placed.filled, desk.position(1)), (Quantity::ZERO, 0));
    }
    // More of the same is no reduction.
    assert_eq!(desk.place(0, &reduce(Action::Buy, "0.60", "1")).unwrap().filled, Quantity::ZERO);
    let rests = NewOrder { reduce_only: true, ..Desk::order(Action::Sell, "0.60", "1") };
    assert_eq!(desk.place(0, &rests), Err(Refusal::ReduceOnly));
}

#[test]
fn other_prices_are_accepted_from_a_change_on_and_what_rests_stays() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let fine = Desk::order(Action::Buy, "0.055", "1");
    assert!(matches!(desk.place(0, &fine), Err(Refusal::OffGrid(_))));
    desk.exchange.change_grid(at(NOON), 0, PriceGrid::deci_cent()).unwrap();
    let rests = desk.place(0, &NewOrder { count: count("4"), ..fine }).unwrap().order;
    desk.exchange.change_grid(at(NOON), 0, PriceGrid::linear_cent()).unwrap();
    assert_eq!(desk.exchange.order(rests).unwrap().price, price("0.055"));
    let account = desk.accounts[0];
    let mut amend = |at_price: &str, total: &str| {
        let change = Amendment { price: price(at_price), total: count(total), expires: None };
        desk.exchange.amend(at(NOON), account, rests, &change).map(|placed| placed.left)
    };
    assert_eq!(amend("0.055", "3"), Ok(count("3")));
    assert!(matches!(amend("0.056", "3"), Err(Refusal::OffGrid(_))));
    assert_eq!(amend("0.06", "3"), Ok(count("3")));
}
