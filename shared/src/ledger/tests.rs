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

/// kurealnum/husker-mini#187: the fee of one contract was taken for a fill of many. What is booked is what was charged.
#[test]
fn a_fill_of_many_contracts_is_charged_for_all_of_them() {
    let mut ledger = Ledger::new(cash("100"), 1);
    ledger.fill(0, Action::Buy, price("0.5"), count("10"), cash("0.15")).unwrap();
    ledger.fill(0, Action::Sell, price("0.6"), count("10"), cash("0.15")).unwrap();
    assert_eq!(
        (ledger.fees(), ledger.balance(), ledger.equity()),
        (cash("0.3"), cash("100.7"), cash("100.7"))
    );
}

/// kurealnum/husker-mini#189: NO was priced at 1 − the offer of YES. Bought at 64.5 cents, it is YES sold at 35.5.
#[test]
fn no_is_booked_at_the_complement_of_what_it_traded_at() {
    let (mut no, mut yes) = (Ledger::new(cash("100"), 1), Ledger::new(cash("100"), 1));
    no.fill(0, Action::Sell, price("0.645").complement(), count("3"), Cash::ZERO).unwrap();
    yes.fill(0, Action::Sell, price("0.355"), count("3"), Cash::ZERO).unwrap();
    assert_eq!((&no, no.balance()), (&yes, cash("98.065")));
    no.settle(0, Price::ZERO).unwrap();
    assert_eq!(no.balance(), cash("101.065"));
}

#[test]
fn cash_is_what_is_free_and_what_is_held_back() {
    let mut ledger = Ledger::new(cash("100"), 1);
    assert_eq!(ledger.cash(), cash("100"));
    ledger.fill(0, Action::Sell, price("0.4"), count("10"), cash("0.1")).unwrap();
    assert_eq!((ledger.cash(), ledger.balance()), (cash("103.9"), cash("93.9")));
    ledger.list();
    assert_eq!(
        (ledger.contracts(), ledger.position(1), ledger.position(2)),
        (2, Position::FLAT, Position::FLAT)
    );
    assert_eq!((ledger.settled(0), ledger.settled(2)), (None, None));
    // Nothing is held of it, so that no mark changes what the account is worth.
    ledger.mark(1, price("0.7")).unwrap();
    assert_eq!(ledger.equity(), cash("103.9"));
    ledger.mark(0, price("0.4")).unwrap();
    assert_eq!(ledger.equity(), cash("99.9"));
}

#[test]
fn each_error_says_what_it_is() {
    use crate::error::{Fault, Kind};
    for (error, kind, text) in [
        (
            Error::NoContract { contract: 3, contracts: 1 },
            Kind::Precondition,
            "contract 3 is none of the 1 in the ledger",
        ),
        (Error::Settled { contract: 3 }, Kind::Precondition, "contract 3 has settled"),
        (Error::TooMuch("cash"), Kind::Input, "cash would be beyond what can be held"),
    ] {
        assert_eq!((error.kind(), error.to_string()), (kind, text.to_owned()));
    }
}

#[test]
fn what_does_not_fit_anywhere_is_named_and_changes_nothing() {
    let most = Cash::from_microdollars(i64::MAX - 5);
    let mut ledger = Ledger::new(most, 1);
    ledger.mark(0, Price::ONE).unwrap();
    let before = ledger.clone();
    let (one, all) = (count("1"), Quantity::MAX);
    assert_eq!(ledger.fill(0, Action::Sell, Price::ONE, one, Cash::ZERO), Err(Error::TooMuch("cash")));
    assert_eq!(ledger.told_balance(Cash::from_microdollars(i64::MAX)), Ok(Some(most)));
    let mut ledger = before.clone();
    let held = |hundredths| Position::from_hundredths(hundredths).unwrap();
    ledger.told_position(0, held(all.hundredths())).unwrap();
    let full = ledger.clone();
    assert_eq!(ledger.fill(0, Action::Buy, Price::ZERO, one, Cash::ZERO), Err(Error::TooMuch("position")));
    assert_eq!(ledger.settle(0, Price::ONE), Err(Error::TooMuch("cash")));
    assert_eq!(ledger.told_position(1, held(0)), Err(Error::NoContract { contract: 1, contracts: 1 }));
    assert_eq!(ledger, full);
    let mut short = before;
    short.told_position(0, held(-100)).unwrap();
    assert_eq!(short.told_balance(Cash::from_microdollars(i64::MAX)), Err(Error::TooMuch("cash")));
}

/// An Entertainment market paid 26 cents, and games that were tied 50.
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
