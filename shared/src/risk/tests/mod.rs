//! Each limit, one by one.

mod carried;
mod halts;
mod hand;
mod messages;
mod prices;
mod reduce;
mod refusals;
mod worst;

use super::*;
use crate::backtest::Config;
use crate::market::{Action, Position};

fn at(text: &str) -> Timestamp {
    format!("2026-02-{text}Z").parse().unwrap()
}

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

/// Ten contracts an order, 50 a position, 10 % a day and 10 dollars, and what `text` sets.
fn bounds(text: &str) -> Bounds {
    Bounds::new(&Config::from_text(text).unwrap().limits)
}

fn gate_with(text: &str) -> Gate {
    Gate::new(bounds(text), cash("1000"))
}

fn gate() -> Gate {
    gate_with("")
}

fn order(action: Action, price: &str, count: &str) -> Order {
    let (price, count) = (price.parse().unwrap(), count.parse().unwrap());
    Order { contract: 2, purpose: Purpose::Quote, action, price, count }
}

fn holding(contracts: i64) -> Place {
    Place { position: Position::from_hundredths(100 * contracts).unwrap(), ..Place::default() }
}

/// The contracts that are let through at noon, or the limit and its numbers.
fn ask(gate: &Gate, order: &Order, place: &Place) -> Result<String, (Limit, i64, i64)> {
    let cleared = gate.clear(at("03T12:00:00"), order, place, || panic!("nothing asks for it"));
    if let Ok(cleared) = cleared {
        assert_eq!(cleared.price(), order.price);
    }
    let numbers = |refusal: Refusal| {
        let of = (refusal.contract, refusal.action, refusal.price, refusal.count);
        assert_eq!(of, (order.contract, order.action, order.price, order.count));
        (refusal.limit, refusal.bound, refusal.value)
    };
    cleared.map(|cleared| cleared.count().to_string()).map_err(numbers)
}

fn clear(
    gate: &Gate,
    action: Action,
    count: &str,
    position: i64,
    others: &str,
) -> Result<String, (Limit, i64, i64)> {
    let place = Place { others: others.parse().unwrap(), ..holding(position) };
    ask(gate, &order(action, "0.45", count), &place)
}

#[test]
fn an_order_is_cut_to_its_limit_and_to_the_room_that_is_left() {
    let gate = gate();
    assert_eq!(clear(&gate, Action::Buy, "7", 0, "0"), Ok("7.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "12", 0, "0"), Ok("10.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "0"), Ok("5.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "4.5"), Ok("0.50".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "5"), Err((Limit::Position, 5_000, 5_700)));
    assert_eq!(clear(&gate, Action::Buy, "7", 60, "0"), Err((Limit::Position, 5_000, 6_700)));
    assert_eq!(clear(&gate, Action::Sell, "7", 60, "0"), Ok("7.00".into()));
    assert_eq!(clear(&gate, Action::Sell, "7", -48, "1"), Ok("1.00".into()));
}

#[test]
fn each_size_binds_at_its_bound_and_a_hundredth_beyond() {
    let gate = gate();
    for (count, cleared) in [("9.99", "9.99"), ("10", "10.00"), ("10.01", "10.00"), ("0.01", "0.01")] {
        assert_eq!(clear(&gate, Action::Sell, count, 0, "0"), Ok(cleared.into()));
    }
    assert_eq!(clear(&gate, Action::Sell, "0", 0, "0"), Err((Limit::OrderSize, 1_000, 0)));
    for (others, cleared) in [("49.99", Ok("0.01".into())), ("50", Err((Limit::Position, 5_000, 5_100)))] {
        assert_eq!(clear(&gate, Action::Buy, "1", 0, others), cleared);
        assert_eq!(clear(&gate, Action::Sell, "1", 0, others), cleared);
    }
    // The least and the most there can be.
    let most = Place {
        position: Position::from_hundredths(Quantity::MAX.hundredths()).unwrap(),
        ..Place::default()
    };
    let all = Place { others: Quantity::MAX, ..most };
    let would = 2 * Quantity::MAX.hundredths() + 100;
    assert_eq!(ask(&gate, &order(Action::Buy, "0.5", "1"), &all), Err((Limit::Position, 5_000, would)));
    assert_eq!(ask(&gate, &order(Action::Sell, "0.5", "1"), &most), Ok("1.00".into()));
}

#[test]
fn what_closes_a_contract_is_looked_at_as_what_closes_the_event() {
    let (gate, order) = (gate(), order(Action::Buy, "0.45", "1"));
    let mut place = holding(-5);
    assert_eq!(ask(&gate, &order, &place), Ok("1.00".into()));
    place.closures.close(ClosedFor::StaleBook);
    assert_eq!(ask(&gate, &order, &place), Err((Limit::Closed, 0, 0)));
}

#[test]
fn limits_that_are_off_are_none() {
    let off = bounds("");
    assert_eq!((off.max_event_loss, off.max_messages, off.max_past_mid), (None, None, None));
    assert!(!off.asks_twice());
    assert_eq!(
        (off.loss_from, off.equity_at, off.outcomes, off.dead_book),
        (LossFrom::Midnight, EquityAt::Fair, Outcomes::Exclusive, 3_000,)
    );
    assert_eq!((off.max_order.hundredths(), off.max_position.hundredths()), (1_000, 5_000));
    assert_eq!((off.max_loss, off.floor), (100, cash("10")));
    let on = bounds("max_event_loss=0.01&max_messages_per_minute=1&max_past_mid_cents=99.99");
    assert_eq!(
        (on.max_event_loss, on.max_messages, on.max_past_mid),
        (Some(cash("0.01")), Some(1), Some(9_999))
    );
    assert!(bounds("max_event_loss=0.01").asks_twice() && bounds("max_messages_per_minute=1").asks_twice());
    assert!(!bounds("max_past_mid_cents=0").asks_twice());
    assert_eq!(bounds("max_past_mid_cents=0").max_past_mid, Some(0));
    let other = bounds("loss_from=high_water&equity_at=book&outcomes=apart&dead_book_cents=5.5");
    assert_eq!(
        (other.loss_from, other.equity_at, other.outcomes, other.dead_book),
        (LossFrom::HighWater, EquityAt::Book, Outcomes::Apart, 550,)
    );
}

#[test]
fn settings_that_act_only_with_others_say_so() {
    let idle = |text: &str, key: &str| {
        let config = Config::from_text(text).unwrap();
        config.idle(crate::backtest::Entry::find(key).unwrap(), &[])
    };
    assert_eq!(idle("", "outcomes"), Some("it acts only with max_event_loss"));
    assert_eq!(idle("max_event_loss=0.01", "outcomes"), None);
    let dead = Some("it acts only with max_past_mid_cents or equity_at=book");
    assert_eq!(idle("", "dead_book_cents"), dead);
    assert_eq!(idle("max_past_mid_cents=99.99", "dead_book_cents"), None);
    assert_eq!(idle("equity_at=book", "dead_book_cents"), None);
}

#[test]
fn reasons_not_to_quote_are_kept_apart() {
    let mut closures = Closures::NONE;
    assert!(closures.is_empty());
    for (place, why) in ClosedFor::ALL.into_iter().enumerate() {
        assert!(!closures.holds(why));
        closures.close(why);
        closures.close_or_lift(Some(why));
        assert!(closures.holds(why) && !closures.is_empty());
        assert_eq!(closures.iter().collect::<Vec<_>>(), ClosedFor::ALL[..=place]);
        let alone = Closures::from(vec![why]);
        assert_eq!(alone.iter().collect::<Vec<_>>(), [why]);
        assert_eq!((alone.and(closures), closures.and(alone)), (closures, closures));
        assert_eq!(alone.and(Closures::NONE), alone);
        let name = serde_json::to_string(&why).unwrap();
        assert_eq!(name, format!("\"{}\"", why.name()));
    }
    let text = serde_json::to_string(&closures).unwrap();
    assert!(text.starts_with("[\"stale_book\",\"stale_position\",\"clock\""), "{text}");
    assert_eq!(serde_json::from_str::<Closures>(&text).unwrap(), closures);
    for why in ClosedFor::ALL {
        let mut others = closures;
        others.lift(why);
        others.lift(why);
        assert!(!others.holds(why));
        assert_eq!(others.iter().count(), ClosedFor::ALL.len() - 1);
    }
    closures.close_or_lift(None);
    assert_eq!(closures.iter().collect::<Vec<_>>(), [ClosedFor::Killed, ClosedFor::NoFairValue]);
    assert_eq!(
        ClosedFor::ALL.map(ClosedFor::text).into_iter().collect::<std::collections::BTreeSet<_>>().len(),
        ClosedFor::ALL.len()
    );
}

#[test]
fn what_closes_halts_until_it_is_lifted() {
    let mut gate = gate();
    let now = at("03T10:00:00");
    gate.closures_mut().close(ClosedFor::Clock);
    gate.pause(true);
    gate.pull(at("03T11:00:00"));
    assert_eq!(gate.halted(now), Some(Halt::Closed));
    assert_eq!(clear(&gate, Action::Buy, "1", 0, "0"), Err((Limit::Closed, 0, 0)));
    gate.closures_mut().lift(ClosedFor::Clock);
    assert_eq!((gate.halted(now), gate.closures()), (Some(Halt::Paused), Closures::NONE));
}
