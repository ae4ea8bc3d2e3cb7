//! What the belief in a contract with few prints must do whatever they are, and that it never sees the future.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod prints;

use proptest::prelude::*;
use shared::belief::{Calibration, Engine, Model, Point, walk_forward};
use shared::market::{EventTape, Trade};
use shared::units::Timestamp;

/// A print: minutes since the one before, cents, contracts.
type Print = (i64, i64, i64);

/// Half of the widest spread that recorded contracts trade at, dollars: a print says no more than that about a fair price.
const HALF_SPREAD: f64 = 0.025;

/// Returns the tape of one contract.
fn tape(prints: &[Print]) -> Vec<EventTape> {
    let mut at: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
    let trades: Vec<Trade> = prints
        .iter()
        .map(|&(minutes, cents, contracts)| {
            at = at.checked_add_micros(minutes * 60_000_000).unwrap();
            prints::trade("KXTOPMONTHLY-26FEB-BAD", at, cents, contracts)
        })
        .collect();
    EventTape::group(trades).unwrap()
}

/// Returns what the filter said with the model that holds before there is a fit, without the correction of bounce.
fn filtered(prints: &[Print]) -> Vec<Point> {
    let (mut engine, mut points) = (Engine::given(Model::prior()), Vec::new());
    let events = tape(prints);
    let tape = &events[0].contracts()[0];
    // The event's name tells nothing of when it settles.
    let place = engine.list(&"KXTOPMONTHLY-SIM".parse().unwrap(), tape.ticker(), None);
    for trades in tape.batches() {
        engine.record(place, trades, &mut points).unwrap();
    }
    points
}

fn believed(prints: &[Print]) -> Vec<Point> {
    let events = tape(prints);
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ()).unwrap();
    tracks[0][0].points.clone()
}

fn any_print() -> impl Strategy<Value = Print> {
    (1..3_000_i64, 1..100_i64, 1..100_i64)
}

#[test]
fn a_first_print_is_believed() {
    for cents in 1..100 {
        let fair = believed(&[(0, cents, 10)])[0].fair_after;
        assert!((fair - cents as f64 / 100.0).abs() < HALF_SPREAD, "{cents} c: {fair}");
    }
}

#[test]
fn a_lone_print_far_away_is_doubted_and_the_next_decides() {
    let quiet: Vec<Print> = (0..10).map(|_| (30, 50, 10)).collect();
    let with = |more: &[Print]| believed(&[&quiet[..], more].concat()).last().unwrap().fair_after;
    let stray = with(&[(5, 62, 1)]);
    assert!((stray - 0.5).abs() < 0.03, "{stray}");
    let back = with(&[(5, 62, 1), (5, 50, 10)]);
    assert!((back - 0.5).abs() < 0.01, "{back}");
    let there = with(&[(5, 62, 1), (5, 62, 10), (5, 62, 10)]);
    assert!((there - 0.62).abs() < HALF_SPREAD, "{there}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was before: where three prints in a row agree, the filter is with them. Not from the last cents to the first
    /// within minutes: there a cent is so wide in log-odds that prints of one contract may all be stray. Nor of a lot or two,
    /// none of which moves it far.
    #[test]
    fn three_prints_in_the_same_place_are_believed(
        before in prop::collection::vec((1..3_000_i64, 5..=95_i64, 1..100_i64), 0..12),
        minutes in prop::array::uniform3(1..3_000_i64),
        contracts in prop::array::uniform3(20..100_i64),
        cents in 5..=95_i64,
    ) {
        let mut prints = before;
        prints.extend(minutes.into_iter().zip(contracts).map(|(minutes, contracts)| (minutes, cents, contracts)));
        let fair = filtered(&prints).last().unwrap().fair_after;
        prop_assert!((fair - cents as f64 / 100.0).abs() <= HALF_SPREAD, "{} of {:?}", fair, prints);
    }

    #[test]
    fn fair_values_stay_between_the_prices_that_were_paid(prints in prop::collection::vec(any_print(), 1..16)) {
        let least = prints.iter().map(|print| print.1).min().unwrap() as f64 / 100.0;
        let most = prints.iter().map(|print| print.1).max().unwrap() as f64 / 100.0;
        for point in believed(&prints) {
            prop_assert!(point.fair_after >= least - HALF_SPREAD && point.fair_after <= most + HALF_SPREAD);
            prop_assert!(point.sd_before > 0.0 && point.sd_after > 0.0 && point.sigma_b > 0.0);
            prop_assert!((point.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&point.pit));
        }
    }
}
