mod groups;
mod pauses;
mod settlement;
mod sizes;

use super::*;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType, Role};
use crate::market::{Action, PriceGrid};
use crate::units::{Cash, Price, Quantity, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

const NOON: &str = "2026-11-28T12:00:00Z";

/// An exchange with one contract and three accounts of $100.
struct Desk {
    exchange: Matching,
    accounts: [AccountNumber; 3],
}

impl Desk {
    fn new(fee_type: FeeType) -> Self {
        let mut exchange = Matching::new(at(NOON));
        let accounts = [(); 3].map(|()| {
            let account = exchange.open_account();
            exchange.pay(account, cash("100")).unwrap();
            account
        });
        let fees = FeeSchedule::new(fee_type, FeeMultiplier::ONE).unwrap();
        let closes = Some(at("2026-12-01T00:00:00Z"));
        exchange.list(at(NOON), Listing { grid: PriceGrid::linear_cent(), fees, closes });
        Self { exchange, accounts }
    }

    fn order(action: Action, at: &str, contracts: &str) -> NewOrder {
        NewOrder::resting(0, action, price(at), count(contracts))
    }

    fn place(&mut self, who: usize, order: &NewOrder) -> Result<Placed, Refusal> {
        let placed = self.exchange.place(at(NOON), self.accounts[who], order);
        assert!(self.exchange.audit().balances(), "{:?}", self.exchange.audit());
        placed
    }

    fn buy(&mut self, who: usize, at: &str, contracts: &str) -> Placed {
        self.place(who, &Self::order(Action::Buy, at, contracts)).unwrap()
    }

    fn sell(&mut self, who: usize, at: &str, contracts: &str) -> Placed {
        self.place(who, &Self::order(Action::Sell, at, contracts)).unwrap()
    }

    fn free(&self, who: usize) -> String {
        self.exchange.account(self.accounts[who]).unwrap().free().to_string()
    }

    fn position(&self, who: usize) -> i64 {
        self.exchange.account(self.accounts[who]).unwrap().position(0).hundredths()
    }

    fn fills(&mut self) -> Vec<(OrderNumber, String, String, Role)> {
        let fills = self.exchange.drain().into_iter().filter_map(|event| match event.what {
            What::Fill(fill) if fill.role == Role::Maker => {
                Some((fill.order, fill.price.to_string(), fill.count.to_string(), fill.role))
            }
            _ => None,
        });
        fills.collect()
    }
}

#[test]
fn the_better_price_trades_first_then_whoever_came_first_at_the_resting_price() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let first = desk.sell(0, "0.51", "2").order;
    let second = desk.sell(1, "0.51", "2").order;
    let better = desk.sell(1, "0.50", "1").order;
    let taken = desk.buy(2, "0.52", "4");
    assert_eq!((taken.filled, taken.left), (count("4"), Quantity::ZERO));
    // 0.50 + 2 · 0.51 + 0.51.
    assert_eq!(taken.worth, cash("2.03"));
    let maker = Role::Maker;
    let fill = |order, at: &str, count: &str| (order, at.to_owned(), count.to_owned(), maker);
    assert_eq!(
        desk.fills(),
        [fill(better, "0.5000", "1.00"), fill(first, "0.5100", "2.00"), fill(second, "0.5100", "1.00")]
    );
}

#[test]
fn an_order_that_shrinks_keeps_its_place_and_one_that_grows_or_moves_loses_it() {
    for (total, moves, expected) in [("1", "0.51", 0), ("3", "0.51", 1), ("2", "0.51", 0)] {
        let mut desk = Desk::new(FeeType::Quadratic);
        let orders = [desk.sell(0, "0.51", "2").order, desk.sell(1, "0.51", "2").order];
        let change = Amendment { price: price(moves), total: count(total), expires: None };
        let account = desk.accounts[0];
        desk.exchange.amend(at(NOON), account, orders[0], &change).unwrap();
        desk.buy(2, "0.51", "1");
        assert_eq!(desk.fills()[0].0, orders[expected], "{total} at {moves}");
    }
}

#[test]
fn a_total_counts_what_was_traded_and_one_that_is_reached_ends_the_order() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let order = desk.sell(0, "0.51", "5").order;
    desk.buy(1, "0.51", "2");
    let account = desk.accounts[0];
    let mut amend = |total: &str| {
        let change = Amendment { price: price("0.51"), total: count(total), expires: None };
        desk.exchange.amend(at(NOON), account, order, &change)
    };
    assert_eq!(amend("4").unwrap().left, count("2"));
    assert_eq!(amend("2").unwrap().left, Quantity::ZERO);
    assert_eq!(amend("9"), Err(Refusal::NoSuchOrder));
}

#[test]
fn a_post_only_order_never_takes_not_even_when_amended() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.sell(0, "0.51", "2");
    let post_only = |at| NewOrder { post_only: true, ..Desk::order(Action::Buy, at, "1") };
    assert_eq!(desk.place(1, &post_only("0.51")), Err(Refusal::PostOnlyCross));
    let rests = desk.place(1, &post_only("0.50")).unwrap().order;
    let change = Amendment { price: price("0.51"), total: count("1"), expires: None };
    let account = desk.accounts[1];
    assert_eq!(desk.exchange.amend(at(NOON), account, rests, &change), Err(Refusal::PostOnlyCross));
    assert_eq!(desk.exchange.order(rests).unwrap().price, price("0.50"));
}

#[test]
fn what_rests_is_paid_for_at_once_and_what_closes_a_position_is_not() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.buy(0, "0.40", "10");
    assert_eq!(desk.free(0), "96.000000");
    // A sale of YES that is not held is a purchase of NO at the complement.
    desk.sell(1, "0.70", "10");
    assert_eq!(desk.free(1), "97.000000");
    desk.sell(1, "0.40", "10");
    assert_eq!((desk.position(0), desk.position(1)), (1_000, -1_000));
    assert_eq!(desk.free(0), "96.000000");
    // Its taker's fee is 0.07 · 10 · 0.4 · 0.6.
    assert_eq!(desk.free(1), "90.832000");
    // Ten of these close what is held; the eleventh opens at 0.30 for NO.
    desk.sell(0, "0.70", "11");
    assert_eq!(desk.free(0), "95.700000");
    // The pairs that close are a dollar each: 10 · (1 - 0.60), and its own resting sale needs its money again.
    desk.buy(2, "0.01", "1");
    desk.sell(2, "0.60", "10");
    desk.buy(1, "0.60", "10");
    assert_eq!((desk.position(1), desk.position(2)), (0, -1_000));
    // 90.832 + 4 - 0.168 of fee.
    assert_eq!(desk.free(1), "94.664000");
}

#[test]
fn an_account_trades_no_more_than_it_can_pay() {
    let mut desk = Desk::new(FeeType::Quadratic);
    assert!(matches!(
        desk.place(0, &Desk::order(Action::Buy, "0.50", "200.01")),
        Err(Refusal::Balance { .. })
    ));
    desk.buy(0, "0.50", "200");
    assert!(matches!(desk.place(0, &Desk::order(Action::Sell, "0.99", "1")), Err(Refusal::Balance { .. })));
    // A taker needs its fee as well.
    desk.sell(1, "0.60", "150");
    let needs = desk.place(2, &Desk::order(Action::Buy, "0.60", "150")).unwrap();
    assert_eq!(needs.fees, cash("2.52"));
    assert_eq!(
        desk.place(2, &Desk::order(Action::Buy, "0.50", "15")),
        Err(Refusal::Balance { needed: cash("0.02") })
    );
    // What leaves it no poorer is taken.
    desk.sell(2, "0.50", "150");
}

#[test]
fn an_order_that_meets_its_own_account_ends_there_or_takes_the_other_out() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let own = desk.sell(0, "0.50", "1").order;
    desk.sell(1, "0.50", "1");
    let arriving = desk.buy(0, "0.50", "2");
    assert_eq!((arriving.filled, arriving.left), (Quantity::ZERO, Quantity::ZERO));
    assert!(desk.exchange.order(own).is_some());
    let other = NewOrder { self_trade: SelfTrade::Maker, ..Desk::order(Action::Buy, "0.50", "2") };
    let arriving = desk.place(0, &other).unwrap();
    assert_eq!((arriving.filled, arriving.left), (count("1"), count("1")));
    assert!(desk.exchange.order(own).is_none());
}

#[test]
fn what_must_not_rest_does_not() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.sell(0, "0.50", "1");
    let mut order = Desk::order(Action::Buy, "0.50", "2");
    order.time_in_force = TimeInForce::FillOrKill;
    assert_eq!(desk.place(1, &order), Err(Refusal::FillOrKill));
    order.time_in_force = TimeInForce::ImmediateOrCancel;
    let placed = desk.place(1, &order).unwrap();
    assert_eq!((placed.filled, placed.left), (count("1"), Quantity::ZERO));
    assert_eq!(desk.exchange.order(placed.order), None);
    // Only the contract that was bought is paid: 0.50 and 0.0175 of fee.
    assert_eq!(desk.free(1), "99.482500");
    order.expires = Some(at("2026-11-29T00:00:00Z"));
    assert_eq!(desk.place(1, &order), Err(Refusal::Expiry));
}

#[test]
fn orders_end_and_contracts_close_at_their_own_times() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let expires = at("2026-11-28T12:02:00Z");
    let ends = desk.place(0, &NewOrder { expires: Some(expires), ..Desk::order(Action::Buy, "0.5", "1") });
    let ends = ends.unwrap().order;
    let rests = desk.buy(0, "0.49", "1").order;
    assert_eq!(desk.exchange.next_due(), Some(expires));
    desk.exchange.drain();
    desk.exchange.advance(at("2026-12-02T00:00:00Z"));
    let ended = desk.exchange.drain().into_iter().filter_map(|event| match event.what {
        What::Order { order, reason } => Some((order.number, reason, event.at)),
        _ => None,
    });
    let close = at("2026-12-01T00:00:00Z");
    assert_eq!(ended.collect::<Vec<_>>(), [(ends, Reason::Expired, expires), (rests, Reason::Closed, close)]);
    assert_eq!(desk.free(0), "100.000000");
    assert_eq!(desk.place(0, &Desk::order(Action::Buy, "0.49", "1")), Err(Refusal::Inactive));
    assert_eq!(desk.exchange.next_due(), None);
}

#[test]
fn a_contract_settles_at_any_value() {
    for (value, yes, no) in [("1", "110", "89.65"), ("0", "90", "109.65"), ("0.26", "95.2", "104.45")] {
        let mut desk = Desk::new(FeeType::Quadratic);
        desk.buy(0, "0.50", "20");
        desk.sell(1, "0.50", "20");
        desk.sell(1, "0.75", "4");
        desk.exchange.settle(at(NOON), 0, price(value)).unwrap();
        assert_eq!(desk.free(0), cash(yes).to_string());
        // The taker's fee is 0.07 · 20 · 0.5 · 0.5; what its resting order reserved is free again.
        assert_eq!(desk.free(1), cash(no).to_string());
        assert!(desk.exchange.audit().balances());
        assert_eq!(desk.exchange.settle(at(NOON), 0, price(value)), Err(Refusal::Inactive));
    }
}

#[test]
fn makers_pay_where_the_series_says_so_and_rounding_is_kept_by_order() {
    let mut desk = Desk::new(FeeType::QuadraticWithMakerFees);
    desk.sell(0, "0.50", "10");
    desk.buy(1, "0.50", "10");
    // 0.0175 · 10 · 0.25 is 0.04375, up to the step of the balance.
    assert_eq!(desk.free(0), "94.956200");
    assert_eq!(desk.free(1), "94.825000");
}

#[test]
fn events_are_numbered_and_tell_the_book() {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.buy(0, "0.40", "3");
    desk.sell(1, "0.60", "2");
    desk.sell(1, "0.40", "1");
    desk.buy(2, "0.41", "1.5");
    let mut levels = std::collections::BTreeMap::new();
    for (k, event) in desk.exchange.drain().into_iter().enumerate() {
        assert_eq!(event.seq, k as u64 + 1);
        if let What::Level { side, price, change, .. } = event.what {
            *levels.entry((side, price)).or_insert(0) += change;
        }
    }
    levels.retain(|_, count| *count != 0);
    let book = desk.exchange.markets()[0].book();
    let shown = [Action::Buy, Action::Sell]
        .into_iter()
        .flat_map(|side| book.levels(side).map(move |(price, count)| ((side, price), count.hundredths())));
    assert_eq!(levels, shown.collect());
    assert_eq!(book.best(Action::Buy), Some(price("0.41")));
    assert_eq!(
        book.levels(Action::Buy).collect::<Vec<_>>(),
        [(price("0.41"), count("1.5")), (price("0.40"), count("2"))]
    );
}
