use proptest::prelude::*;

use super::*;
use crate::units::{Date, Timestamp};

fn at(day: i32) -> Timestamp {
    Date::new(2026, 1, 1).unwrap().plus_days(day).midnight()
}

/// An event that settled on a day, priced a month before and later the same, and which outcome won.
fn event(prices: &[f64], won: Option<usize>, settles: i32) -> Settled {
    let outcome = |(place, price): (usize, &f64)| Outcome {
        pays: f64::from(u8::from(Some(place) == won)),
        prices: vec![(at(settles - 100), *price)],
    };
    Settled {
        category: Category::Entertainment,
        is_exclusive: true,
        at: at(settles),
        until: at(settles),
        outcomes: prices.iter().enumerate().map(outcome).collect(),
    }
}

#[test]
fn favourites_that_win_make_longshots_dearer_and_surprises_cheaper() {
    let prior = Prior::of_studies(at(100));
    let before = prior.correct(Category::Entertainment, 0.05, 7.0);
    let (mut favourites, mut surprises) = (prior.clone(), prior);
    for day in 0..20 {
        favourites.learn(&event(&[0.6, 0.2, 0.1, 0.1], Some(0), day));
        surprises.learn(&event(&[0.6, 0.2, 0.1, 0.1], Some(3), day));
    }
    let of = |prior: &Prior| prior.correct(Category::Entertainment, 0.05, 7.0);
    assert!(of(&favourites).p < before.p && before.p < of(&surprises).p);
    // What is learned of one category says something of another, and less.
    let sports = |prior: &Prior| prior.correct(Category::Sports, 0.05, 7.0).p;
    assert!(sports(&favourites) < sports(&surprises));
    assert!(of(&favourites).p < sports(&favourites));
    // And the interval is narrower than before any event.
    assert!(of(&favourites).high - of(&favourites).low < before.high - before.low);
}

#[test]
fn the_true_exponent_lies_in_the_interval_of_many_events() {
    // 400 events whose winners are drawn with the odds of prices raised to 1.5.
    let mut rng = crate::random::SplitMix64::new(7);
    let mut prior = Prior::of_studies(at(0));
    let prices = [0.45, 0.25, 0.15, 0.1, 0.05];
    let mut found = prices;
    shares(&prices, 1.5, &mut found);
    for day in 0..400 {
        let mut left = rng.uniform();
        let won = found.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        prior.learn(&event(&prices, won, day));
    }
    let theta = prior.theta(Category::Entertainment, 14.0);
    assert!(theta.low < 1.5 && 1.5 < theta.high, "{theta:?}");
    assert!(theta.high - theta.low < 0.6, "{theta:?}");
}

#[test]
fn nothing_is_known_before_its_day() {
    let day = |y, m, d| Date::new(y, m, d).unwrap().midnight();
    let early = Prior::known_at(day(2025, 6, 1));
    for category in Category::ALL {
        let theta = early.theta(category, 7.0);
        assert!(theta.low < 1.0 && 1.0 < theta.high);
        assert_eq!(theta, early.theta(category, 0.01), "no study had said that time matters");
    }
    // A fact changes what is believed on its day and not on the one before.
    for fact in FACTS {
        let from = day(fact.from.0, fact.from.1, fact.from.2);
        let before = from.checked_add_micros(-1).unwrap();
        assert_ne!(Prior::known_at(before), Prior::known_at(from), "{}", fact.source);
    }
    assert_eq!(Prior::known_at(day(2030, 1, 1)), Prior::new());
    // What settles later isn't learned.
    let (mut one, mut other) = (early.clone(), early);
    let events = [event(&[0.6, 0.4], Some(0), 10), event(&[0.6, 0.4], Some(1), 20)];
    one.learn_all(&events, at(15));
    other.learn(&events[0]);
    assert_eq!(one, other);
}

#[test]
fn an_event_without_a_winner_and_a_dead_heat_are_learned_from() {
    let flat = Prior::of_studies(at(0));
    let mut none = flat.clone();
    none.learn(&event(&[0.5, 0.3, 0.05], None, 5));
    assert_ne!(none, flat);
    let mut heat = event(&[0.5, 0.3, 0.05], Some(0), 5);
    for outcome in &mut heat.outcomes[..2] {
        outcome.pays = 0.5;
    }
    let mut shared = flat;
    shared.learn(&heat);
    let theta = |prior: &Prior| prior.theta(Category::Entertainment, 14.0).p;
    assert!(theta(&shared).is_finite() && theta(&shared) < theta(&none) + 1.0);
}

#[test]
fn prices_from_when_the_result_was_known_are_not_looked_at() {
    let mut known = event(&[0.6, 0.4], Some(1), 30);
    known.until = at(28);
    let outcomes = &mut known.outcomes;
    outcomes[0].prices.push((at(29), 0.01));
    outcomes[1].prices.push((at(29), 0.99));
    assert!(known.looks().iter().all(|look| look.days_left >= 2.0 && look.known[0].0 == 0.6));
    assert!(known.look(1.5).is_none() && known.look(4.0).is_some());
    // A quote of nothing or a dollar is none.
    known.outcomes[0].prices = vec![(at(-70), 1.0), (at(-70), 0.0)];
    assert_eq!(known.look(4.0).unwrap().known.len(), 1);
}

proptest! {
    #[test]
    fn corrected_prices_of_an_event_keep_their_order_and_add_up_to_less_than_one(
        prices in prop::collection::vec(0.001..0.999_f64, 1..20), days in 0.0..60.0_f64,
    ) {
        let corrected = Prior::new().correct_event(Category::Entertainment, &prices, days);
        prop_assert!(corrected.iter().map(|own| own.p).sum::<f64>() < 1.0);
        for (one, price) in corrected.iter().zip(&prices) {
            prop_assert!(one.low <= one.high && one.low >= 0.0 && one.high <= 1.0);
            for (other, less) in corrected.iter().zip(&prices) {
                prop_assert!(price < less || one.p >= other.p);
            }
        }
    }

    #[test]
    fn two_outcomes_that_share_a_dollar_are_the_binary_formula(price in 0.02..0.98_f64, theta in 0.4..3.0_f64) {
        let mut found = [0.0];
        let other = shares(&[price], theta, &mut found);
        prop_assert!((found[0] - power(price, theta)).abs() < 1e-12);
        prop_assert!((found[0] + other - 1.0).abs() < 1e-12);
        // YES at a price is NO at what is left of the dollar.
        prop_assert!((power(price, theta) + power(1.0 - price, theta) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_correction_rises_with_the_price(price in 0.001..0.99_f64, days in 0.0..60.0_f64) {
        let prior = Prior::new();
        for category in Category::ALL {
            let (one, other) = (prior.correct(category, price, days), prior.correct(category, price + 0.005, days));
            prop_assert!(one.p < other.p && one.low <= one.p && one.p <= one.high);
        }
    }
}
