//! Money is neither made nor lost by booking it.

use proptest::prelude::*;

use super::*;

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

#[test]
fn a_no_contract_costs_what_yes_does_not() {
    let mut ledger = Ledger::new(cash("100"), 2);
    ledger.mark(1, price("0.3")).unwrap();
    ledger.fill(1, Action::Sell, price("0.355"), count("2.5"), cash("0.01")).unwrap();
    // 2.5 NO contracts at 64.5 cents and a cent: 1.6225 dollars.
    assert_eq!(ledger.balance(), cash("98.3775"));
    assert_eq!(ledger.equity(), cash("100.1275"));
    assert_eq!((ledger.position(1).hundredths(), ledger.fees()), (-250, cash("0.01")));
}

#[test]
fn a_contract_settles_at_any_value_and_once() {
    for (value, balance) in [("0", "95"), ("0.26", "97.6"), ("1", "105")] {
        let mut ledger = Ledger::new(cash("100"), 1);
        ledger.fill(0, Action::Buy, price("0.5"), count("10"), Cash::ZERO).unwrap();
        ledger.settle(0, price(value)).unwrap();
        assert_eq!((ledger.balance(), ledger.equity()), (cash(balance), cash(balance)));
        assert_eq!(ledger.settled(0), Some(price(value)));
        assert_eq!(ledger.settle(0, price(value)), Err(Error::Settled { contract: 0 }));
        let late = ledger.fill(0, Action::Buy, price("0.5"), count("1"), Cash::ZERO);
        assert_eq!((late, ledger.balance()), (Err(Error::Settled { contract: 0 }), cash(balance)));
    }
}

#[test]
fn what_settles_is_paid_down_to_the_cent_whichever_way_it_is_held() {
    for (action, value, balance) in [
        (Action::Buy, "0.3333", "99.58"),
        (Action::Sell, "0.3333", "100.41"),
        (Action::Buy, "0.26", "99.4"),
        (Action::Sell, "1", "98.75"),
    ] {
        let mut ledger = Ledger::new(cash("100"), 1);
        ledger.fill(0, action, price("0.5"), count("2.5"), Cash::ZERO).unwrap();
        ledger.settle(0, price(value)).unwrap();
        // 2.5 contracts at 33.33 cents are 0.83325 dollars, at 66.67 cents 1.66675.
        assert_eq!((ledger.balance(), ledger.equity()), (cash(balance), cash(balance)), "{action:?} {value}");
    }
}

#[test]
fn the_exchange_has_the_last_word() {
    let mut ledger = Ledger::new(cash("100"), 1);
    ledger.mark(0, price("0.4")).unwrap();
    let held = Position::from_hundredths(-300).unwrap();
    assert_eq!(ledger.told_position(0, held), Ok(Some(Position::FLAT)));
    assert_eq!(ledger.told_position(0, held), Ok(None));
    assert_eq!(ledger.told_balance(cash("90")), Ok(Some(cash("97"))));
    // 90 free, 3 held back, and three contracts sold that are worth 40 cents each.
    assert_eq!((ledger.balance(), ledger.equity()), (cash("90"), cash("91.8")));
}

#[test]
fn what_does_not_fit_is_not_booked() {
    let mut ledger = Ledger::new(Cash::from_microdollars(i64::MIN + 10), 1);
    let before = ledger.clone();
    assert_eq!(ledger.fill(0, Action::Buy, Price::ONE, count("1"), Cash::ZERO), Err(Error::TooMuch("cash")));
    assert_eq!(ledger.mark(3, Price::ONE), Err(Error::NoContract { contract: 3, contracts: 1 }));
    assert_eq!(ledger, before);
}

proptest! {
    #[test]
    fn equity_is_the_start_and_what_every_fill_gained_by_its_mark(
        fills in prop::collection::vec((0..3_usize, any::<bool>(), 0..=10_000_i64, 1..100_000_i64, 0..1_000_i64), 0..60),
        marks in prop::collection::vec((0..3_usize, 0..=10_000_i64), 3),
        values in prop::collection::vec(0..=10_000_i64, 3),
    ) {
        let start = cash("1000");
        let mut ledger = Ledger::new(start, 3);
        let (mut held, mut paid, mut fees) = ([0_i128; 3], 0_i128, 0_i128);
        let mut at = [0_i128; 3];
        for (k, &(contract, buy, centicents, hundredths, fee)) in fills.iter().enumerate() {
            let action = if buy { Action::Buy } else { Action::Sell };
            let (price, count) = (Price::from_centicents(centicents)?, Quantity::from_hundredths(hundredths)?);
            ledger.fill(contract, action, price, count, Cash::from_microdollars(fee)).unwrap();
            let signed = i128::from(if buy { hundredths } else { -hundredths });
            held[contract] += signed;
            paid += signed * i128::from(centicents);
            fees += i128::from(fee);
            let (contract, mark) = marks[k % 3];
            ledger.mark(contract, Price::from_centicents(mark)?).unwrap();
            at[contract] = i128::from(mark);
            let worth: i128 = held.iter().zip(at).map(|(held, mark)| held * mark).sum();
            let shorts: i128 = held.iter().map(|held| (-held).max(0) * 10_000).sum();
            let cash = i128::from(start.microdollars()) - paid - fees;
            prop_assert_eq!(i128::from(ledger.equity().microdollars()), cash + worth);
            prop_assert_eq!(i128::from(ledger.balance().microdollars()), cash - shorts);
        }
        let pays = |(held, value): (&i128, &i64)| {
            let own = if *held < 0 { 10_000 - i128::from(*value) } else { i128::from(*value) };
            held * i128::from(*value) - held.abs() * own % 10_000
        };
        let settled: i128 = held.iter().zip(&values).map(pays).sum();
        for (contract, value) in values.into_iter().enumerate() {
            ledger.settle(contract, Price::from_centicents(value)?).unwrap();
        }
        let end = i128::from(start.microdollars()) - paid - fees + settled;
        prop_assert_eq!(i128::from(ledger.balance().microdollars()), end);
        prop_assert_eq!(ledger.equity(), ledger.balance());
    }
}
