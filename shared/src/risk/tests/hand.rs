//! What a person places by hand.

use proptest::prelude::*;

use super::*;
use crate::units::{Price, Quantity};

fn by_hand(action: Action, price: &str, count: &str) -> Order {
    Order { purpose: Purpose::Hand, ..order(action, price, count) }
}

#[test]
fn a_pause_is_no_word_about_orders_by_hand_and_all_else_that_halts_is() {
    let mut gate = gate();
    gate.pause(true);
    let bid = by_hand(Action::Buy, "0.45", "5");
    assert_eq!(ask(&gate, &bid, &holding(0)), Ok("5.00".to_owned()));
    assert_eq!(ask(&gate, &order(Action::Buy, "0.45", "5"), &holding(0)), Err((Limit::Paused, 0, 0)));
    gate.pull(at("03T13:00:00"));
    assert_eq!(ask(&gate, &bid, &holding(0)), Err((Limit::Catalyst, 0, 0)));
    // What brings the position nearer to zero passes, as far as zero.
    assert_eq!(ask(&gate, &bid, &holding(-3)), Ok("3.00".to_owned()));
    gate.closures_mut().close(ClosedFor::Drift);
    assert_eq!(ask(&gate, &bid, &holding(0)), Err((Limit::Closed, 0, 0)));
    assert_eq!(ask(&gate, &bid, &holding(-3)), Ok("3.00".to_owned()));
}

#[test]
fn what_would_trade_at_once_is_refused_also_where_it_lessens_a_position() {
    let book = Book::new((Some("0.40".parse().unwrap()), Some("0.45".parse().unwrap())));
    let place = Place { book, ..holding(-5) };
    let bid = |at: &str| ask(&gate(), &by_hand(Action::Buy, at, "5"), &place);
    assert_eq!(bid("0.45"), Err((Limit::Cross, 4_500, 4_500)));
    assert_eq!(bid("0.44"), Ok("5.00".to_owned()));
    let place = Place { opposite: Some("0.43".parse().unwrap()), ..place };
    let bid = ask(&gate(), &by_hand(Action::Buy, "0.44", "5"), &place);
    assert_eq!(bid, Err((Limit::SelfCross, 4_300, 4_400)));
}

proptest! {
    #[test]
    fn by_hand_no_more_passes_than_of_a_quote_or_than_lessens_a_position(
        buys in any::<bool>(), held in -8_000..8_000_i64, count in 0..2_000_i64, price in 0..=10_000_i64,
        bid in prop::option::of(0..=10_000_i64), ask in prop::option::of(0..=10_000_i64),
        opposite in prop::option::of(0..=10_000_i64), others in 0..6_000_i64,
        is_paused in any::<bool>(), is_pulled in any::<bool>(), is_closed in any::<bool>(), is_shut in any::<bool>(),
    ) {
        let price_of = |centicents: i64| Price::from_centicents(centicents).unwrap();
        let action = if buys { Action::Buy } else { Action::Sell };
        let mut place = Place {
            position: Position::from_hundredths(held).unwrap(),
            others: Quantity::from_hundredths(others).unwrap(),
            opposite: opposite.map(price_of),
            book: Book::new((bid.map(price_of), ask.map(price_of))),
            ..Place::default()
        };
        let (mut gate, open) = (gate(), gate());
        gate.pause(is_paused);
        if is_pulled {
            gate.pull(at("03T13:00:00"));
        }
        if is_shut {
            gate.closures_mut().close(ClosedFor::Clock);
        }
        let open_place = place;
        if is_closed {
            place.closures.close(ClosedFor::FeedGap);
        }
        let count = Quantity::from_hundredths(count).unwrap();
        let order = Order { contract: 0, purpose: Purpose::Hand, action, price: price_of(price), count };
        let clears = |gate: &Gate, order: &Order, place: &Place| {
            let cleared = gate.clear(at("03T12:00:00"), order, place, || panic!("nothing asks for it"));
            cleared.map(Cleared::count)
        };
        let by_hand = clears(&gate, &order, &place);
        let quote = clears(&open, &Order { purpose: Purpose::Quote, ..order }, &open_place);
        let exposed = place.position.towards(action).hundredths() + others;
        if let Ok(passes) = by_hand {
            // Whatever else there is, it rests.
            let meets = |other: Option<i64>| {
                other.is_some_and(|other| if buys { price >= other } else { price <= other })
            };
            let theirs = if buys { ask } else { bid };
            prop_assert!(!meets(theirs) && !meets(opposite));
            prop_assert!(passes <= count && passes.hundredths() <= 1_000);
            if is_pulled || is_closed || is_shut {
                prop_assert!(passes.hundredths() + exposed <= 0);
            } else {
                prop_assert_eq!(quote, Ok(passes));
            }
        } else if !(is_pulled || is_closed || is_shut) {
            // But for what lessens a position, and would meet another order.
            prop_assert!(quote.is_err() || exposed < 0, "{:?} and {:?}", by_hand, quote);
        }
    }
}
