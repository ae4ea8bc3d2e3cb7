//! Each limit, one by one.

use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-02-{text}Z").parse().unwrap()
}

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn bounds() -> Bounds {
    Bounds {
        max_order: "10".parse().unwrap(),
        max_position: "50".parse().unwrap(),
        max_loss: 100,
        floor: cash("10"),
    }
}

fn gate() -> Gate {
    Gate::new(bounds(), cash("1000"))
}

fn clear(gate: &Gate, action: Action, count: &str, position: i64, others: &str) -> Result<String, Refusal> {
    let order = ("0.45".parse().unwrap(), count.parse().unwrap());
    let position = Position::from_hundredths(100 * position).unwrap();
    let cleared = gate.clear(at("03T12:00:00"), action, order, position, others.parse().unwrap());
    cleared.map(|cleared| cleared.count().to_string())
}

#[test]
fn an_order_is_cut_to_its_limit_and_to_the_room_that_is_left() {
    let gate = gate();
    assert_eq!(clear(&gate, Action::Buy, "7", 0, "0"), Ok("7.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "12", 0, "0"), Ok("10.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "0"), Ok("5.00".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "4.5"), Ok("0.50".into()));
    assert_eq!(clear(&gate, Action::Buy, "7", 45, "5"), Err(Refusal::PositionLimit));
    assert_eq!(clear(&gate, Action::Buy, "7", 60, "0"), Err(Refusal::PositionLimit));
    assert_eq!(clear(&gate, Action::Sell, "7", 60, "0"), Ok("7.00".into()));
    assert_eq!(clear(&gate, Action::Sell, "7", -48, "1"), Ok("1.00".into()));
}

#[test]
fn a_loss_beyond_the_limit_halts_until_midnight_whatever_comes() {
    let mut gate = gate();
    gate.observe(at("03T10:00:00"), cash("900"), cash("900.01"));
    assert_eq!(gate.halted(at("03T10:00:00")), None);
    gate.observe(at("03T11:00:00"), cash("900"), cash("900"));
    gate.observe(at("03T11:30:00"), cash("1100"), cash("1100"));
    for (now, halted) in [
        ("03T11:30:00", Some(Halt::DailyLoss)),
        ("03T23:59:59.999999", Some(Halt::DailyLoss)),
        ("04T00:00:00", None),
    ] {
        assert_eq!(gate.halted(at(now)), halted, "{now}");
    }
    assert_eq!(gate.resumes(at("03T12:00:00")), Some(at("04T00:00:00")));
    // The new day counts from the last equity of the old one.
    gate.observe(at("04T01:00:00"), cash("990.01"), cash("990.01"));
    assert_eq!(gate.halted(at("04T01:00:00")), None);
    gate.observe(at("04T02:00:00"), cash("990"), cash("990"));
    assert_eq!(gate.halted(at("04T02:00:00")), Some(Halt::DailyLoss));
}

#[test]
fn the_floor_halts_while_the_balance_is_below_it() {
    let mut gate = gate();
    gate.observe(at("03T10:00:00"), cash("9.999999"), cash("1000"));
    assert_eq!(gate.halted(at("03T10:00:00")), Some(Halt::Floor));
    assert_eq!(clear(&gate, Action::Sell, "1", 0, "0"), Err(Refusal::Halted(Halt::Floor)));
    gate.observe(at("03T10:00:01"), cash("10"), cash("1000"));
    assert_eq!(gate.halted(at("03T10:00:01")), None);
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
    assert_eq!(closures.iter().collect::<Vec<_>>(), [ClosedFor::Killed]);
    assert_eq!(
        ClosedFor::ALL.map(ClosedFor::text).into_iter().collect::<std::collections::BTreeSet<_>>().len(),
        8
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
    assert_eq!(clear(&gate, Action::Buy, "1", 0, "0"), Err(Refusal::Halted(Halt::Closed)));
    gate.closures_mut().lift(ClosedFor::Clock);
    assert_eq!((gate.halted(now), gate.closures()), (Some(Halt::Paused), Closures::NONE));
}

#[test]
fn a_catalyst_halts_until_it_says_and_a_shorter_one_does_not_end_it() {
    let mut gate = gate();
    gate.pull(at("03T13:00:00"));
    gate.pull(at("03T12:30:00"));
    assert_eq!(gate.halted(at("03T12:59:59")), Some(Halt::Catalyst));
    assert_eq!(gate.halted(at("03T13:00:00")), None);
    assert_eq!(gate.resumes(at("03T12:00:00")), Some(at("03T13:00:00")));
}
