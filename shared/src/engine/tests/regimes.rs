//! What a surprising print does, and when it is over.

use super::*;
use crate::backtest::Preset;

#[test]
fn a_print_of_one_point_eight_doubles_the_half_spread_until_a_calm_one() {
    for z in [1.8, -1.8] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 1.79);
        desk.check("0.47", "0.53");
        desk.believe(10.0, 0.5, 8.0, z);
        desk.check("0.44", "0.56");
        assert_eq!(desk.regime(), Some(Regime::Widened));
        desk.believe(20.0, 0.5, 8.0, 0.3);
        desk.check("0.47", "0.53");
    }
    // The doubling comes after the bounds: 8 cents become 16.
    let mut desk = Desk::new("preset=seed&sigma_scale=1");
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.believe(1.0, 0.5, 8.0, 2.0);
    desk.check("0.34", "0.66");
}

#[test]
fn a_quiet_minute_ends_the_doubling() {
    let mut desk = Desk::new(FIXED);
    desk.believe(-1.0, 0.5, 8.0, 0.0);
    desk.believe(0.0, 0.5, 8.0, 2.0);
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    desk.tell(59.0, &Input::Tick);
    desk.check("0.44", "0.56");
    desk.tell(60.0, &Input::Tick);
    desk.check("0.47", "0.53");
    assert_eq!(desk.maker.due(), None);
}

#[test]
fn a_print_of_two_point_five_pulls_until_the_move_has_settled() {
    for z in [2.5, -2.5] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.believe(100.0, 0.6, 8.0, z);
        desk.check("", "");
        assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Toxic));
        // A calm print doesn't settle it, and one of 1.8 starts the minute again.
        desk.believe(110.0, 0.62, 8.0, 0.1);
        desk.believe(150.0, 0.64, 8.0, 1.8);
        desk.believe(160.0, 0.64, 8.0, 0.0);
        desk.tell(160.0, &Input::Tick);
        desk.check("", "");
        assert_eq!(desk.maker.due(), Some(at(210.0)));
        desk.tell(209.0, &Input::Tick);
        desk.check("", "");
        desk.tell(210.0, &Input::Tick);
        desk.check("0.61", "0.67");
        assert_eq!(desk.last().reason, Reason::Regime);
    }
}

#[test]
fn an_alarm_pulls_until_the_next_print_tells_or_a_refresh_has_passed() {
    const TEXT: &str = "preset=seed-fixed3&alarm_pull=0.5";
    let mut desk = Desk::new(TEXT);
    desk.alarm(0.0, 0.5);
    desk.check("0.47", "0.53");
    desk.alarm(10.0, 0.51);
    desk.check("", "");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Alarm));
    let explanation = desk.maker.explained(0).unwrap()[0].explain(&settings(TEXT));
    let (withheld, why) = explanation.outcome.unwrap_err();
    assert_eq!(withheld, Withheld::Alarm);
    assert!(why.contains("probability 0.51, above 0.5") && why.contains("60 s"), "{why}");
    // The next print tells that it was stray.
    desk.alarm(11.0, 0.02);
    desk.check("0.47", "0.53");
    desk.hold_back();
    desk.alarm(20.0, 0.9);
    // Neither a fill of what was to be cancelled nor a tick brings quotes back before.
    desk.fill(21.0, Action::Buy, "0.47", "1");
    desk.let_go(22.0);
    desk.check("", "");
    // When the first alarm would have ended.
    desk.tell(70.0, &Input::Tick);
    assert_eq!(desk.maker.due(), Some(at(80.0)));
    desk.tell(79.9, &Input::Tick);
    desk.check("", "");
    desk.tell(80.0, &Input::Tick);
    desk.check("0.46", "0.52");
    assert_eq!(desk.maker.due(), None);
}

#[test]
fn an_alarm_within_a_toxic_move_ends_no_sooner_and_no_later_than_each_alone() {
    let mut desk = Desk::new("preset=seed-fixed3&alarm_pull=0.5");
    desk.believe(-1.0, 0.5, 8.0, 0.0);
    let belief = Belief { weights: [0.9, 0.0, 0.1], ..belief(0.5, 2.6) };
    desk.tell(0.0, &Input::Belief { contract: 0, belief, agreed: None });
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Toxic));
    desk.alarm(30.0, 0.8);
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Toxic));
    // The move has settled; the alarm has not.
    desk.tell(60.0, &Input::Tick);
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::Alarm));
    desk.tell(90.0, &Input::Tick);
    desk.check("0.47", "0.53");
}

#[test]
fn the_presets_of_the_rules_seed_know_no_alarm() {
    for preset in [Preset::Seed, Preset::SeedFixed3, Preset::SeedFixed5, Preset::SeedNoSkew] {
        let mut desk = Desk::new(&format!("preset={preset}"));
        desk.alarm(0.0, 0.0);
        desk.alarm(1.0, 1.0);
        assert!(desk.maker.quotes(0).bid.is_some(), "{preset}");
    }
    let mut desk = Desk::new("preset=coherent");
    desk.alarm(0.0, 0.0);
    desk.alarm(1.0, 1.0);
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::Alarm));
}

#[test]
fn no_alarm_is_above_one_even_by_rounding() {
    let mut desk = Desk::new("preset=seed-fixed3&alarm_pull=1");
    let weights = [0.0, 0.9, 0.1 + 2.0 * f64::EPSILON];
    assert!(weights[1] + weights[2] > 1.0);
    desk.tell(
        0.0,
        &Input::Belief { contract: 0, belief: Belief { weights, ..belief(0.5, 0.5) }, agreed: None },
    );
    desk.check("0.47", "0.53");
}
