//! Payouts at fractions, their rounding, and their correction.

use super::*;

/// Two hold YES, 0.03 and 7.5 contracts, and one holds the NO of both.
fn held() -> Desk {
    let mut desk = Desk::new(FeeType::Quadratic);
    desk.buy(0, "0.50", "0.03");
    desk.buy(1, "0.50", "7.5");
    desk.sell(2, "0.50", "7.53");
    desk
}

#[test]
fn a_payout_is_whole_cents_and_what_is_left_is_told() {
    let mut desk = held();
    let before: Vec<i64> = (0..3).map(|who| cash(&desk.free(who)).microdollars()).collect();
    desk.exchange.settle(at(NOON), 0, price("0.26")).unwrap();
    let paid: Vec<i64> = (0..3).map(|who| cash(&desk.free(who)).microdollars() - before[who]).collect();
    // 0.0078, 1.95 and 5.5722, down to the cent.
    assert_eq!(paid, [0, 1_950_000, 5_570_000]);
    let audit = desk.exchange.audit();
    assert_eq!((audit.rounding, audit.pledged), (cash("0.01"), Cash::ZERO));
    assert!(audit.balances());
}

#[test]
fn a_settlement_is_corrected_by_the_difference() {
    for value in ["0", "0.26", "0.74", "1"] {
        let [mut desk, mut straight] = [held(), held()];
        assert_eq!(desk.exchange.resettle(at(NOON), 0, price(value)), Err(Refusal::Inactive));
        desk.exchange.settle(at(NOON), 0, price("0.305")).unwrap();
        desk.exchange.resettle(at(NOON), 0, price(value)).unwrap();
        straight.exchange.settle(at(NOON), 0, price(value)).unwrap();
        for who in 0..3 {
            assert_eq!(desk.free(who), straight.free(who));
            let [a, b] = [&desk, &straight].map(|desk| {
                let account = desk.exchange.account(desk.accounts[who]).unwrap();
                account.holdings().next().unwrap().1.clone()
            });
            assert_eq!(a, b);
        }
        assert_eq!(desk.exchange.audit(), straight.exchange.audit());
        assert_eq!(desk.exchange.markets()[0].status(), MarketStatus::Settled(price(value)));
    }
}

#[test]
fn who_has_spent_what_was_paid_wrongly_owes_it() {
    let mut desk = held();
    desk.exchange.settle(at(NOON), 0, price("1")).unwrap();
    let listing = desk.exchange.markets()[0].listing().clone();
    desk.exchange.list(at(NOON), listing);
    let account = desk.accounts[1];
    // It pays all out but for what an order reserves.
    let other = NewOrder { market: 1, ..Desk::order(Action::Buy, "0.5", "2") };
    let rests = desk.place(1, &other).unwrap().order;
    let all = cash(&desk.free(1));
    desk.exchange.pay(account, Cash::from_microdollars(-all.microdollars())).unwrap();
    desk.exchange.resettle(at(NOON), 0, price("0")).unwrap();
    assert_eq!(desk.free(1), "-7.500000");
    assert!(desk.exchange.audit().balances() && desk.exchange.order(rests).is_some());
    assert!(matches!(desk.place(1, &other), Err(Refusal::Balance { .. })));
    let one = cash("0.01");
    assert!(desk.exchange.pay(account, Cash::from_microdollars(-one.microdollars())).is_err());
    desk.exchange.cancel(at(NOON), account, rests).unwrap();
    assert_eq!(desk.free(1), "-6.500000");
    desk.exchange.pay(account, cash("8")).unwrap();
    desk.place(1, &other).unwrap();
    assert_eq!(desk.free(1), "0.500000");
}
