use proptest::prelude::*;

use super::{
    ARTIST_PARAMETERS, EVENT_PARAMETERS, Reprices, Scenario, density, event_parameter, strike_curve,
};
use crate::api::{ContractSummary, EventSummary, Origin};
use crate::market::Side;
use crate::pricing::winner::Workspace;
use crate::units::{Date, Price, Quantity};

/// A scenario of `count` artists at made-up values within their ranges.
fn scenario(count: usize, mut draw: impl FnMut() -> f64) -> Scenario {
    let event: crate::market::EventTicker = "KXTOPMONTHLY-26FEB".parse().unwrap();
    let mut at = |parameter: &super::Parameter| {
        let (low, high) = parameter.range;
        parameter.nearest(low + draw() * (high - low))
    };
    let shared = EVENT_PARAMETERS.each_ref().map(&mut at);
    let artists = (0..count)
        .map(|i| {
            let ticker = format!("KXTOPMONTHLY-26FEB-A{i}").parse().unwrap();
            let market = Some(Price::from_cents(1 + (i as i64 * 17) % 98).unwrap());
            (ticker, market, ARTIST_PARAMETERS.each_ref().map(&mut at))
        })
        .collect();
    Scenario::new(event, shared, artists).unwrap()
}

fn event(prices: &[(&str, i64)], listeners: Option<f64>) -> EventSummary {
    let at = Date::new(2026, 2, 12).unwrap().midnight();
    let contract = |&(outcome, cents): &(&str, i64)| ContractSummary {
        ticker: format!("KXTOPMONTHLY-26FEB-{outcome}").parse().unwrap(),
        name: outcome.to_owned(),
        listeners,
        trades: 1,
        volume: Quantity::from_contracts(1).unwrap(),
        last: Price::from_cents(cents).unwrap(),
        first_at: at,
        last_at: at,
    };
    let event: crate::market::EventTicker = "KXTOPMONTHLY-26FEB".parse().unwrap();
    let settles = event.month_end();
    EventSummary {
        event,
        origin: Origin::Recorded,
        settles,
        contracts: prices.iter().map(contract).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_link_brings_every_bit_back(count in 1_usize..=30, draws in prop::collection::vec(0.0_f64..=1.0, 300)) {
        let mut draws = draws.into_iter().cycle();
        let before = scenario(count, || draws.next().unwrap());
        let after = Scenario::from_link(&before.to_link()).unwrap();
        prop_assert_eq!(&after, &before);
        prop_assert!(before.to_link().len() < 8_192);
    }

    #[test]
    fn probabilities_sum_to_one_with_other(count in 1_usize..=8, draws in prop::collection::vec(0.05_f64..=0.6, 90)) {
        let mut draws = draws.into_iter().cycle();
        let scenario = scenario(count, || draws.next().unwrap());
        let found = scenario.evaluate(&mut Workspace::new()).unwrap();
        let sum: f64 = found.rows.iter().map(|row| row.fair).sum::<f64>() + found.other;
        prop_assert!((sum - 1.0).abs() < 1e-12, "{}", sum);
    }

    #[test]
    fn no_query_panics(query in "\\PC*") {
        let _ = Scenario::from_link(&query);
    }

    #[test]
    fn no_mutated_link_panics(at in 0_usize..200, with in "\\PC") {
        let mut link: Vec<char> = scenario(3, || 0.4).to_link().chars().collect();
        let at = at % link.len();
        link.splice(at..=at, with.chars());
        if let Ok(read) = Scenario::from_link(&link.into_iter().collect::<String>()) {
            // What a link can hold, the page can show.
            let _ = read.evaluate(&mut Workspace::new());
        }
    }
}

#[test]
fn a_bad_link_names_what_is_wrong() {
    let good = scenario(2, || 0.4).to_link();
    for (from, to, field) in [
        ("v=2", "v=3", "v"),
        ("v=2&", "", "v"),
        ("tiktok_beta=", "beta=", "tiktok_beta"),
        ("event=", "evnt=", "event"),
        ("days=", "days=x", "days"),
        ("correlation=0.38", "correlation=7", "correlation"),
        ("a=A1,0.1800", "a=A1,1.5", "artists[1].market"),
        ("a=A1,0.1800,", "a=A1,0.1800,1,2,3", "artists[1].values"),
        ("a=A1", "a=A0", "artists"),
    ] {
        assert!(good.contains(from), "{from} is not in {good}");
        let refused = Scenario::from_link(&good.replace(from, to)).unwrap_err();
        assert_eq!(refused.field, field, "{from} -> {to}: {refused}");
    }
    assert_eq!(Scenario::from_link(&"a=".repeat(5_000)).unwrap_err().field, "link");
}

#[test]
fn a_link_from_before_beta_says_what_it_said() {
    let now = scenario(2, || 0.4).with(event_parameter::TIKTOK_BETA, 0.0);
    let before = now.to_link().replace("v=2", "v=1").replace("&tiktok_beta=0", "");
    assert!(!before.contains("beta"), "{before}");
    assert_eq!(Scenario::from_link(&before).unwrap(), now);
    // It had none, whatever else stands in it.
    assert_eq!(Scenario::from_link(&format!("{before}&tiktok_beta=3")).unwrap(), now);
}

#[test]
fn beta_grows_the_median_by_velocity() {
    use super::artist_parameter::{TREND, VELOCITY};
    let with = |beta: f64, trends: [f64; 2]| {
        let scenario = scenario(2, || 0.4).with(event_parameter::TIKTOK_BETA, beta);
        let scenario = scenario.with(event_parameter::DAYS, 73.0);
        let artist = |scenario: Scenario, place: usize, velocity: f64| {
            scenario.with_artist(place, VELOCITY, velocity).with_artist(place, TREND, trends[place])
        };
        artist(artist(scenario, 0, 0.8), 1, 0.2).evaluate(&mut Workspace::new()).unwrap().rows
    };
    let (without, with, as_trend) = (with(0.0, [0.0, 0.1]), with(0.5, [0.0, 0.1]), with(0.0, [0.4, 0.2]));
    for ((before, row), as_trend) in without.iter().zip(&with).zip(&as_trend) {
        assert!(row.median > before.median);
        assert!((row.median / as_trend.median - 1.0).abs() < 1e-12);
        assert!((row.fair - as_trend.fair).abs() < 1e-12 && (row.fair - before.fair).abs() > 1e-3, "{row:?}");
    }
}

#[test]
fn an_event_without_counts_opens_at_the_markets_prices() {
    let event = event(&[("BRU", 62), ("BAD", 30), ("TAY", 9), ("WEE", 4), ("RIH", 1)], None);
    let scenario = Scenario::of_event(&event).unwrap();
    assert_eq!(scenario.value(event_parameter::DAYS), 16.0);
    let found = scenario.evaluate(&mut Workspace::new()).unwrap();
    let sum = 1.06 / (1.0 - found.other);
    for row in &found.rows {
        let wanted = row.market.unwrap() / sum;
        assert!((row.fair - wanted).abs() < 1e-6, "{} instead of {wanted}", row.fair);
    }
}

#[test]
fn edges_are_before_and_after_the_takers_fee() {
    let event = event(&[("BRU", 50), ("BAD", 50)], Some(1e8));
    let scenario = Scenario::of_event(&event).unwrap().with_artist(0, super::artist_parameter::SPOT, 1.02e8);
    let found = scenario.evaluate(&mut Workspace::new()).unwrap();
    let row = &found.rows[0];
    let edge = row.edge.unwrap();
    assert_eq!(edge, row.fair - 0.5);
    // 0.07 · ½ · ½ a contract.
    let trade = row.trade.unwrap();
    assert_eq!(trade.take(), Some(Side::Yes));
    assert!((trade.earns.to_dollars() - (edge - 0.0175)).abs() < 1e-6);
    // The artist that is worth less than its price is sold: both edges have the sign of what there is to earn.
    let other = &found.rows[1];
    assert_eq!((other.edge.unwrap() < 0.0, other.trade.unwrap().take()), (true, Some(Side::No)));
}

#[test]
fn the_slow_charts_agree_with_the_fast_numbers() {
    let scenario = scenario(5, || 0.3);
    let mut workspace = Workspace::new();
    let now = scenario.fair(&mut workspace).unwrap();
    let mut jobs = Reprices::new(scenario, 1, 12);
    while jobs.step(&mut workspace).unwrap() {}
    assert_eq!(jobs.through_time[0].1, now);
    assert!(jobs.through_time.len() >= 12);
    assert_eq!(jobs.tornado.len(), EVENT_PARAMETERS.len() + ARTIST_PARAMETERS.len() - 1);
    for bar in &jobs.tornado {
        let (low, high) = bar.fair;
        let between = (low - now[1]) * (high - now[1]) <= 1e-18;
        assert!(between, "{bar:?}");
    }
}

#[test]
fn densities_integrate_to_one_and_curves_fall() {
    let scenario = scenario(3, || 0.2);
    let found = density(&scenario, 801).unwrap();
    let logs: Vec<f64> = found.listeners.iter().map(|x| crate::math::ln(*x)).collect();
    for curve in &found.artists {
        let area: f64 =
            (1..curve.len()).map(|i| 0.5 * (curve[i] + curve[i - 1]) * (logs[i] - logs[i - 1])).sum();
        assert!(area > 0.98 && area < 1.001, "{area}");
    }
    let curve = strike_curve(&scenario, 0, (1e7, 3e8), 50).unwrap();
    assert!(curve.windows(2).all(|pair| pair[1].1 <= pair[0].1 && pair[1].2 <= pair[0].2));
}
