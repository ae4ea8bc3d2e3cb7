//! What halts all quoting, and until when.

use super::*;

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
    assert_eq!(clear(&gate, Action::Sell, "1", 0, "0"), Err((Limit::Floor, 10_000_000, 9_999_999)));
    gate.observe(at("03T10:00:01"), cash("10"), cash("1000"));
    assert_eq!(gate.halted(at("03T10:00:01")), None);
}

#[test]
fn what_halts_says_its_numbers_and_until_when_whatever_else_halts() {
    let mut gate = gate();
    let says = |gate: &Gate, now: &str| -> Vec<(String, Option<Timestamp>)> {
        gate.standing(at(now)).map(|standing| (standing.says(), standing.until)).collect()
    };
    gate.observe(at("03T10:00:00"), cash("1000"), cash("1000"));
    assert_eq!(says(&gate, "03T10:00:00"), []);
    gate.observe(at("03T11:00:00"), cash("9.5"), cash("876.54"));
    gate.pause(true);
    let lost = ("max_daily_loss_pct is 10.0 %, and it is 12.3 %".to_owned(), Some(at("04T00:00:00")));
    let below = ("min_balance_floor_cents is $10.000000, and it is $9.500000".to_owned(), None);
    assert_eq!(says(&gate, "03T23:59:59"), [lost, below.clone()]);
    assert_eq!(says(&gate, "04T00:00:00"), [below]);
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

/// hummingbot's #1145: a kill switch that fires on a day without a trade.
#[test]
fn a_day_without_trades_has_lost_nothing_and_never_halts() {
    for text in ["", "loss_from=high_water", "max_daily_loss_pct=0.1"] {
        let mut gate = gate_with(text);
        for day in ["03T00:00:00", "03T12:00:00", "04T00:00:00", "05T23:59:59", "09T01:00:00"] {
            gate.observe(at(day), cash("1000"), cash("1000"));
            assert!(gate.passes(cash("1000"), cash("1000")));
            assert_eq!(gate.halted(at(day)), None, "{text} {day}");
        }
        // Nothing lost of nothing is no loss either.
        let mut poor = Gate::new(bounds("min_balance_floor_cents=0"), Cash::ZERO);
        poor.observe(at("03T00:00:00"), Cash::ZERO, Cash::ZERO);
        assert_eq!(poor.halted(at("03T00:00:00")), None);
        poor.observe(at("03T00:00:01"), Cash::ZERO, cash("-0.000001"));
        assert_eq!(poor.halted(at("03T00:00:01")), Some(Halt::DailyLoss));
    }
}

/// hummingbot's #2969: a loss that trails the best of the day.
#[test]
fn a_loss_from_the_high_water_mark_halts_where_one_from_midnight_does_not() {
    for (text, halts) in [("", false), ("loss_from=high_water", true)] {
        let mut gate = gate_with(text);
        gate.observe(at("03T10:00:00"), cash("1000"), cash("1000"));
        // The best of the day is seen whichever way it comes.
        assert!(gate.passes(cash("1000"), cash("1100")));
        gate.observe(at("03T10:00:01"), cash("1000"), cash("1050"));
        assert!(!(gate.passes(cash("1000"), cash("1050")) && halts));
        gate.observe(at("03T10:00:02"), cash("1000"), cash("990.01"));
        assert_eq!(gate.halted(at("03T10:00:02")), None);
        gate.observe(at("03T10:00:03"), cash("1000"), cash("990"));
        let halted = gate.halted(at("03T10:00:03"));
        assert_eq!(halted, halts.then_some(Halt::DailyLoss), "{text}");
        // The next day begins with its own.
        gate.observe(at("04T00:00:00"), cash("1000"), cash("990"));
        assert_eq!(gate.halted(at("04T00:00:00")), None);
        gate.observe(at("04T00:00:01"), cash("1000"), cash("891.01"));
        assert_eq!(gate.halted(at("04T00:00:01")), None);
        gate.observe(at("04T00:00:02"), cash("1000"), cash("891"));
        assert_eq!(gate.halted(at("04T00:00:02")), Some(Halt::DailyLoss));
    }
}

#[test]
fn the_best_of_the_day_is_known_as_soon_as_it_is_asked_for() {
    let mut gate = gate_with("");
    gate.observe(at("03T10:00:00"), cash("1000"), cash("1200"));
    gate.observe(at("03T10:00:01"), cash("1000"), cash("1080"));
    assert_eq!(gate.halted(at("03T10:00:01")), None);
    gate.set_bounds(bounds("loss_from=high_water"));
    gate.observe(at("03T10:00:02"), cash("1000"), cash("1080"));
    assert_eq!(gate.halted(at("03T10:00:02")), Some(Halt::DailyLoss));
    // A halt that has begun lasts.
    gate.set_bounds(bounds(""));
    gate.observe(at("03T10:00:03"), cash("1000"), cash("1200"));
    assert_eq!(gate.halted(at("03T10:00:03")), Some(Halt::DailyLoss));
}

#[test]
fn an_account_passes_while_nothing_speaks_against_it() {
    let mut gate = gate();
    gate.observe(at("03T10:00:00"), cash("1000"), cash("1000"));
    assert!(gate.passes(cash("10"), cash("1000")));
    assert!(!gate.passes(cash("9.999999"), cash("1000")));
    assert!(!gate.passes(cash("10"), cash("999.999999")));
    assert_eq!(gate.look_again(at("03T10:00:00")), at("04T00:00:00"));
    gate.pull(at("03T11:00:00"));
    assert_eq!(gate.look_again(at("03T10:00:00")), at("03T11:00:00"));
    assert_eq!(gate.look_again(at("03T11:00:00")), at("04T00:00:00"));
    assert_eq!(gate.resumes(at("03T11:00:00")), None);
    assert_eq!(
        (gate.pulled(at("03T10:59:59")), gate.pulled(at("03T11:00:00"))),
        (Some(at("03T11:00:00")), None)
    );
}

#[test]
fn what_halts_is_named_in_its_order() {
    let mut gate = gate();
    let now = at("03T10:00:00");
    gate.pull(at("03T11:00:00"));
    let mut expected = vec![(Halt::Catalyst, Limit::Catalyst, 0, 0)];
    gate.pause(true);
    expected.push((Halt::Paused, Limit::Paused, 0, 0));
    for (halt, limit, bound, value) in expected.into_iter().rev() {
        assert_eq!(gate.halted(now), Some(halt));
        let refused = gate.clear(now, &order(Action::Buy, "0.5", "1"), &holding(-9), || panic!("none"));
        let refused = refused.unwrap_err();
        assert_eq!((refused.limit, refused.bound, refused.value), (limit, bound, value));
        gate.pause(false);
    }
    gate.closures_mut().close(ClosedFor::Drift);
    assert_eq!(gate.halted(now), Some(Halt::Closed));
    gate.observe(now, cash("1"), cash("1000"));
    assert_eq!(gate.halted(now), Some(Halt::Floor));
    gate.observe(now, cash("1"), cash("850"));
    assert_eq!(gate.halted(now), Some(Halt::DailyLoss));
    let refused =
        gate.clear(now, &order(Action::Buy, "0.5", "1"), &holding(0), || panic!("none")).unwrap_err();
    assert_eq!((refused.limit, refused.bound, refused.value), (Limit::DailyLoss, 100, 150));
}
