//! What brings a position nearer to zero.

use proptest::prelude::*;

use super::*;
use crate::units::Price;

/// A gate whose limits leave no room.
fn tight() -> Gate {
    let text = "max_event_loss=0.01&max_messages_per_minute=1&max_past_mid_cents=0&max_position_per_ticker=0";
    let mut gate = gate_with(text);
    gate.note_sent(at("03T12:00:00"), 5);
    gate
}

/// A gate that everything closes too.
fn shut() -> Gate {
    let mut gate = tight();
    let now = at("03T12:00:00");
    ClosedFor::ALL.into_iter().for_each(|why| gate.closures_mut().close(why));
    gate.pause(true);
    gate.pull(at("09T00:00:00"));
    gate.observe(now, Cash::ZERO, Cash::ZERO);
    gate
}

#[test]
fn a_person_may_always_take_a_position_back_as_far_as_zero() {
    let gate = shut();
    let reduce = |action, count: &str, position, others: &str| {
        let order = Order { purpose: Purpose::Reduce, ..order(action, "0.45", count) };
        ask(&gate, &order, &Place { others: others.parse().unwrap(), ..holding(position) })
    };
    assert_eq!(reduce(Action::Sell, "7", 60, "0"), Ok("7.00".into()));
    assert_eq!(reduce(Action::Buy, "7", -60, "0"), Ok("7.00".into()));
    // No larger order than any other, and not beyond zero with what may fill beside it.
    assert_eq!(reduce(Action::Sell, "11", 60, "0"), Ok("10.00".into()));
    assert_eq!(reduce(Action::Sell, "7", 5, "0"), Ok("5.00".into()));
    assert_eq!(reduce(Action::Sell, "7", 5, "4.99"), Ok("0.01".into()));
    assert_eq!(reduce(Action::Sell, "7", 5, "5"), Err((Limit::Reduces, 0, 0)));
    assert_eq!(reduce(Action::Buy, "7", 5, "0"), Err((Limit::Reduces, 0, 500)));
    assert_eq!(reduce(Action::Sell, "1", 0, "0"), Err((Limit::Reduces, 0, 0)));
    assert_eq!(reduce(Action::Sell, "0", 5, "0"), Err((Limit::OrderSize, 1_000, 0)));
}

#[test]
fn a_quote_that_lessens_a_position_passes_every_limit_and_no_halt() {
    let mut gate = gate_with("max_event_loss=0.01&max_messages_per_minute=1&max_past_mid_cents=0");
    gate.note_sent(at("03T12:00:00"), 5);
    let asks = |gate: &Gate, count: &str, position| {
        let book = Book::new((Some("0.4".parse().unwrap()), Some("0.5".parse().unwrap())));
        let opposite = Some("0.6".parse().unwrap());
        ask(gate, &order(Action::Sell, "0.3", count), &Place { book, opposite, ..holding(position) })
    };
    assert_eq!(asks(&gate, "7", 7), Ok("7.00".into()));
    assert_eq!(asks(&gate, "7", 6), Ok("6.00".into()));
    assert_eq!(asks(&gate, "7", 0), Err((Limit::Cross, 4_000, 3_000)));
    gate.pause(true);
    assert_eq!(asks(&gate, "7", 7), Err((Limit::Paused, 0, 0)));
}

proptest! {
    #[test]
    fn a_reducing_order_within_the_order_size_is_never_refused(
        buys in any::<bool>(), held in 1..1_000_000_i64, count in 1..1_000_i64, price in 0..=10_000_i64,
        bid in prop::option::of(0..=10_000_i64), ask in prop::option::of(0..=10_000_i64),
        opposite in prop::option::of(0..=10_000_i64), others in 0..1_000_i64, shut in any::<bool>(),
    ) {
        let price_of = |centicents: i64| Price::from_centicents(centicents).unwrap();
        let gate = if shut { self::shut() } else { gate() };
        let (action, sign) = if buys { (Action::Buy, -1) } else { (Action::Sell, 1) };
        let count = Quantity::from_hundredths(count).unwrap();
        // No further than zero.
        let held = held.max(count.hundredths() + others);
        let mut place = Place {
            position: Position::from_hundredths(sign * held).unwrap(),
            others: Quantity::from_hundredths(others).unwrap(),
            opposite: opposite.map(price_of),
            book: Book::new((bid.map(price_of), ask.map(price_of))),
            ..Place::default()
        };
        if shut {
            place.closures.close(ClosedFor::Killed);
        }
        let order = Order { contract: 0, purpose: Purpose::Reduce, action, price: price_of(price), count };
        let clears = |gate: &Gate, order: &Order| {
            let cleared = gate.clear(at("03T12:00:00"), order, &place, || panic!("nothing asks for it"));
            cleared.map(|cleared| (cleared.price(), cleared.count()))
        };
        prop_assert_eq!(clears(&gate, &order), Ok((order.price, count)));
        if !shut {
            // Nor is a quote, while nothing halts, whatever room there is.
            prop_assert_eq!(clears(&tight(), &Order { purpose: Purpose::Quote, ..order }), Ok((order.price, count)));
        }
    }
}
