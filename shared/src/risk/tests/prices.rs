//! Prices, against the book and our own orders.

use super::*;
use crate::units::Price;

fn price(text: &str) -> Option<Price> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn book(bid: &str, ask: &str) -> Book {
    Book::new((price(bid), price(ask)))
}

fn in_book(gate: &Gate, action: Action, at: &str, book: Book) -> Result<String, (Limit, i64, i64)> {
    ask(gate, &order(action, at, "1"), &Place { book, ..Place::default() })
}

#[test]
fn what_would_meet_the_others_is_refused_and_what_is_a_hundredth_of_a_cent_away_is_not() {
    let gate = gate();
    let passes = Ok("1.00".to_owned());
    let market = book("0.4", "0.6");
    assert_eq!(in_book(&gate, Action::Buy, "0.5999", market), passes);
    assert_eq!(in_book(&gate, Action::Buy, "0.6", market), Err((Limit::Cross, 6_000, 6_000)));
    assert_eq!(in_book(&gate, Action::Buy, "0.7", market), Err((Limit::Cross, 6_000, 7_000)));
    assert_eq!(in_book(&gate, Action::Sell, "0.4001", market), passes);
    assert_eq!(in_book(&gate, Action::Sell, "0.4", market), Err((Limit::Cross, 4_000, 4_000)));
    assert_eq!(in_book(&gate, Action::Sell, "0.3", market), Err((Limit::Cross, 4_000, 3_000)));
    // A dead book's orders can be met as any others, and one side of a book too.
    assert_eq!(in_book(&gate, Action::Buy, "0.98", book("0.02", "0.98")), Err((Limit::Cross, 9_800, 9_800)));
    assert_eq!(in_book(&gate, Action::Sell, "0.02", book("0.02", "")), Err((Limit::Cross, 200, 200)));
    // Its own side's best is nothing that it could meet.
    assert_eq!(in_book(&gate, Action::Sell, "0.7", book("", "0.6")), passes);
    assert_eq!(in_book(&gate, Action::Buy, "0.3", book("0.4", "")), passes);
    assert_eq!(in_book(&gate, Action::Buy, "0.99", book("", "")), passes);
}

#[test]
fn what_would_meet_our_own_order_is_refused() {
    let gate = gate();
    let beside = |action, at: &str, own: &str| {
        ask(&gate, &order(action, at, "1"), &Place { opposite: price(own), ..Place::default() })
    };
    assert_eq!(beside(Action::Buy, "0.4999", "0.5"), Ok("1.00".into()));
    assert_eq!(beside(Action::Buy, "0.5", "0.5"), Err((Limit::SelfCross, 5_000, 5_000)));
    assert_eq!(beside(Action::Sell, "0.5001", "0.5"), Ok("1.00".into()));
    assert_eq!(beside(Action::Sell, "0.5", "0.5"), Err((Limit::SelfCross, 5_000, 5_000)));
    assert_eq!(beside(Action::Sell, "0.3", "0.5"), Err((Limit::SelfCross, 5_000, 3_000)));
}

#[test]
fn an_order_may_be_as_far_past_the_mid_as_is_said_and_no_further() {
    let gate = gate_with("max_past_mid_cents=2");
    // A mid of 50 cents, and one of 50.005.
    let market = book("0.4", "0.6");
    assert_eq!(in_book(&gate, Action::Buy, "0.52", market), Ok("1.00".into()));
    assert_eq!(in_book(&gate, Action::Buy, "0.5201", market), Err((Limit::PastMid, 200, 201)));
    assert_eq!(in_book(&gate, Action::Sell, "0.48", market), Ok("1.00".into()));
    assert_eq!(in_book(&gate, Action::Sell, "0.4799", market), Err((Limit::PastMid, 200, 201)));
    let odd = book("0.4", "0.6001");
    assert_eq!(in_book(&gate, Action::Buy, "0.52", odd), Ok("1.00".into()));
    assert_eq!(in_book(&gate, Action::Buy, "0.5201", odd), Err((Limit::PastMid, 200, 201)));
    assert_eq!(in_book(&gate, Action::Sell, "0.4801", odd), Ok("1.00".into()));
    assert_eq!(in_book(&gate, Action::Sell, "0.48", odd), Err((Limit::PastMid, 200, 201)));
    // On the other side it may be anywhere.
    assert_eq!(in_book(&gate, Action::Buy, "0.01", market), Ok("1.00".into()));
    assert_eq!(in_book(&gate, Action::Sell, "0.99", market), Ok("1.00".into()));
    let none = gate_with("max_past_mid_cents=0");
    assert_eq!(in_book(&none, Action::Buy, "0.5", market), Ok("1.00".into()));
    assert_eq!(in_book(&none, Action::Buy, "0.5001", market), Err((Limit::PastMid, 0, 1)));
    let without = self::gate();
    assert_eq!(in_book(&without, Action::Buy, "0.5999", market), Ok("1.00".into()));
}

/// DarriEy/Auramaur#80: a book of 0.02 and 0.98, in which nobody has an opinion, was ranked as the best spread.
#[test]
fn a_dead_book_is_no_evidence_and_has_no_mid() {
    const DEAD: i64 = 3_000;
    assert_eq!(book("0.02", "0.98").evidence(DEAD), Evidence::Dead);
    assert_eq!(book("0.35", "0.65").evidence(DEAD), Evidence::Dead);
    assert_eq!(book("0.35", "0.6499").evidence(DEAD), Evidence::Live { twice_mid: 9_999 });
    assert_eq!(book("0.35", "0.65").evidence(DEAD + 1), Evidence::Live { twice_mid: 10_000 });
    assert_eq!(book("0.5", "0.5").evidence(DEAD), Evidence::Crossed);
    assert_eq!(book("0.5", "0.4").evidence(DEAD), Evidence::Crossed);
    assert_eq!(book("0.5", "0.5001").evidence(DEAD), Evidence::Live { twice_mid: 10_001 });
    assert_eq!(book("0.5", "").evidence(DEAD), Evidence::OneSided);
    assert_eq!(book("", "0.5").evidence(DEAD), Evidence::OneSided);
    assert_eq!(book("", "").evidence(DEAD), Evidence::Nothing);
    for (bid, ask, mid) in
        [("0.35", "0.6499", "0.4999"), ("0.02", "0.98", ""), ("0.5", "", ""), ("0.5", "0.5", "")]
    {
        assert_eq!(book(bid, ask).mid(DEAD), price(mid));
    }
    // So nothing is past it: a bid of 90 cents would rest, and nobody says that it is too much.
    let gate = gate_with("max_past_mid_cents=1");
    assert_eq!(in_book(&gate, Action::Buy, "0.9", book("0.02", "0.98")), Ok("1.00".into()));
    let trusting = gate_with("max_past_mid_cents=1&dead_book_cents=100");
    assert_eq!(
        in_book(&trusting, Action::Buy, "0.9", book("0.02", "0.98")),
        Err((Limit::PastMid, 100, 4_000))
    );
}
