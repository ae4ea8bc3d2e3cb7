//! The prices of the preset `seed`.

use super::*;

#[test]
fn three_cents_about_the_fair_value() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.56, 8.0, 0.0);
    desk.check("0.53", "0.59");
    assert_eq!(desk.decisions[0].reason, Reason::Start);
}

#[test]
fn a_price_between_two_of_the_grid_is_rounded_outward() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5649, 8.0, 0.0);
    desk.check("0.53", "0.60");
}

#[test]
fn the_dynamic_half_spread_is_scaled_and_bounded() {
    for (sigma_b, bid, ask) in [
        // 3 * 0.5 = 1.5, at least 2.
        (0.0, "0.48", "0.52"),
        (4.0, "0.48", "0.52"),
        (8.0, "0.47", "0.53"),
        (16.0, "0.44", "0.56"),
        // 3 * 3 = 9, at most 8.
        (24.0, "0.42", "0.58"),
        (f64::INFINITY, "0.42", "0.58"),
    ] {
        let mut desk = Desk::new("preset=seed&sigma_scale=8");
        desk.believe(0.0, 0.5, sigma_b, 0.0);
        desk.check(bid, ask);
    }
}

#[test]
fn the_scale_of_belief_volatility_is_its_median_so_far() {
    let mut desk = Desk::new("preset=seed");
    // One value is its own median, within 2 %: 3.0 cents.
    desk.believe(0.0, 0.505, 10.0, 0.0);
    desk.check("0.47", "0.54");
    // Of 10, 20 and 20 it is 20; of 10, 20, 20 and 40 too.
    desk.believe(1.0, 0.505, 20.0, 0.0);
    desk.believe(2.0, 0.505, 20.0, 0.0);
    desk.believe(3.0, 0.605, 40.0, 0.0);
    desk.check("0.54", "0.67");
}

#[test]
fn a_first_print_is_no_surprise() {
    for z_over in ["print", "60s"] {
        let mut desk = Desk::new(&format!("preset=seed-fixed3&z_over={z_over}"));
        desk.believe(0.0, 0.5, 8.0, 9.0);
        desk.check("0.47", "0.53");
        desk.believe(1.0, 0.5, 8.0, 9.0);
        desk.check("", "");
    }
}

#[test]
fn moves_of_a_minute_surprise_together() {
    // Of the second and the third, 1.9 sqrt 2 is at least 2.5; a minute later they are forgotten.
    for (z_over, bid, ask) in [("print", "0.44", "0.56"), ("60s", "", "")] {
        let mut desk = Desk::new(&format!("preset=seed-fixed3&z_over={z_over}"));
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.believe(70.0, 0.5, 8.0, 1.9);
        desk.check("0.44", "0.56");
        desk.believe(80.0, 0.5, 8.0, 1.9);
        desk.check(bid, ask);
        desk.believe(145.0, 0.5, 8.0, 1.9);
        desk.check("0.44", "0.56");
    }
}

#[test]
fn five_contracts_move_both_quotes_by_five_cents() {
    for (position, bid, ask) in [(5, "0.42", "0.48"), (0, "0.47", "0.53"), (-5, "0.52", "0.58")] {
        let mut desk = Desk::new(FIXED);
        desk.hold(position);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.check(bid, ask);
    }
    let mut desk = Desk::new("preset=seed-noskew");
    desk.hold(5);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.53");
}

#[test]
fn beyond_fifteen_the_side_that_adds_is_pulled() {
    for (position, bid, ask) in
        [(15, "0.32", "0.38"), (16, "", "0.37"), (-15, "0.62", "0.68"), (-16, "0.63", "")]
    {
        let mut desk = Desk::new(FIXED);
        desk.hold(position);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        desk.check(bid, ask);
        if position.abs() > 15 {
            let action = if position > 0 { Action::Buy } else { Action::Sell };
            assert_eq!(desk.withheld(action), Some(Withheld::Exposure));
        }
    }
}

#[test]
fn quotes_stay_until_the_fair_value_drifts_by_more_than_three_cents() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.believe(1_000.0, 0.53, 8.0, 0.0);
    desk.believe(2_000.0, 0.47, 8.0, 0.0);
    desk.check("0.47", "0.53");
    desk.believe(3_000.0, 0.5301, 8.0, 0.0);
    desk.check("0.50", "0.57");
    assert_eq!(desk.decisions.len(), 2);
    assert_eq!(desk.decisions[1].reason, Reason::Drift);
    // Two orders placed, and both moved once.
    assert_eq!(desk.sent.len(), 4);
}

#[test]
fn a_side_that_has_no_price_far_enough_out_is_not_quoted() {
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.02, 8.0, 0.0);
    desk.check("", "0.05");
    assert_eq!(desk.withheld(Action::Buy), Some(Withheld::NoPrice));
    let mut desk = Desk::new(FIXED);
    desk.believe(0.0, 0.985, 8.0, 0.0);
    desk.check("0.95", "");
    // Far beyond the other end there is a price that is far enough out.
    let mut desk = Desk::new(FIXED);
    desk.hold(10);
    desk.believe(0.0, 0.02, 8.0, 0.0);
    desk.check("", "0.01");
}

#[test]
fn a_quote_that_would_cross_rests_beside_the_book() {
    let mut desk = Desk::new(FIXED);
    let book = |bid, ask| Input::Book { contract: 0, bid: Some(price(bid)), ask: Some(price(ask)) };
    desk.tell(0.0, &book("0.30", "0.40"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.39", "0.53");
    // The book moves away: looked at again a minute after the quotes were decided.
    desk.tell(10.0, &book("0.40", "0.60"));
    assert_eq!(desk.maker.due(), Some(at(60.0)));
    desk.tell(60.0, &Input::Tick);
    desk.check("0.47", "0.53");
    assert_eq!(desk.last().reason, Reason::Refresh);
    let mut desk = Desk::new(FIXED);
    desk.tell(0.0, &book("0.98", "0.99"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "0.99");
    let mut desk = Desk::new(FIXED);
    desk.tell(0.0, &book("0.99", "1"));
    desk.believe(0.0, 0.5, 8.0, 0.0);
    desk.check("0.47", "");
    assert_eq!(desk.withheld(Action::Sell), Some(Withheld::WouldCross));
}

#[test]
fn an_impossible_belief_cancels_and_says_so() {
    for belief in [
        Belief { fair: f64::NAN, sd: 0.1, sigma_b: 1.0, z: 0.0, weights: [1.0, 0.0, 0.0] },
        Belief { fair: 1.1, sd: 0.1, sigma_b: 1.0, z: 0.0, weights: [1.0, 0.0, 0.0] },
        Belief { fair: 0.5, sd: 0.1, sigma_b: -1.0, z: 0.0, weights: [1.0, 0.0, 0.0] },
        Belief { fair: 0.5, sd: 0.1, sigma_b: 1.0, z: f64::NAN, weights: [1.0, 0.0, 0.0] },
    ] {
        let mut desk = Desk::new(FIXED);
        desk.believe(0.0, 0.5, 8.0, 0.0);
        let input = Input::Belief { contract: 0, belief, agreed: None };
        assert_eq!(field(desk.try_tell(1.0, &input)), "belief");
        desk.check("", "");
        desk.believe(2.0, 0.5, 8.0, 0.0);
        desk.check("0.47", "0.53");
    }
    let mut desk = Desk::new(FIXED);
    let input = Input::Book { contract: 1, bid: None, ask: None };
    assert_eq!(field(desk.try_tell(0.0, &input)), "contract");
}

/// The field that an error names.
#[track_caller]
fn field(told: Result<(), Error>) -> String {
    match told {
        Err(Error::Input(invalid)) => invalid.field.to_string(),
        other => panic!("{other:?}"),
    }
}
