//! Tests of scenarios that open on a nowcast.

use super::{Basis, Joined, Scenario, artist_parameter as own, event_parameter as common, of_nowcast_event};
use crate::api::{ContractSummary, EventSummary, Origin};
use crate::math::exp;
use crate::nowcast::calibration::{Calibrated, Calibration, Estimate, Velocity};
use crate::nowcast::event::{EventNowcast, settlement_after};
use crate::nowcast::fit::Fits;
use crate::nowcast::forecast::Nowcaster;
use crate::nowcast::other::OutsiderRate;
use crate::nowcast::series::{AsOf, History};
use crate::pricing::digital::DAYS_PER_YEAR;
use crate::pricing::winner::Workspace;
use crate::units::{Date, Price, Quantity};
use crate::world;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn nowcast(histories: &[History], day: Date) -> EventNowcast {
    let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(day)).collect();
    let nowcaster = Nowcaster::fit(&views).unwrap();
    let rate = OutsiderRate::recorded().unwrap();
    EventNowcast::new(&nowcaster, settlement_after(day), &[], &rate, &mut Workspace::new()).unwrap()
}

/// The event of May 2025 that lists these names at these prices.
fn event(contracts: &[(&str, i64)]) -> EventSummary {
    let at = day("2025-05-20").midnight();
    let contract = |(place, &(name, cents)): (usize, &(&str, i64))| ContractSummary {
        ticker: format!("KXTOPMONTHLY-25MAY-A{place}").parse().unwrap(),
        name: name.to_owned(),
        listeners: None,
        trades: 1,
        volume: Quantity::from_contracts(1).unwrap(),
        last: Price::from_cents(cents).unwrap(),
        first_at: at,
        last_at: at,
    };
    EventSummary {
        event: "KXTOPMONTHLY-25MAY".parse().unwrap(),
        origin: Origin::Recorded,
        settles: Some(day("2025-05-31")),
        contracts: contracts.iter().enumerate().map(contract).collect(),
    }
}

#[test]
fn growth_beyond_a_scenarios_range_settles_where_the_nowcast_did() {
    let histories = world::histories(5, day("2024-01-01"), 2, 520).unwrap();
    let mut nowcast = nowcast(&histories, day("2025-05-20"));
    let median = {
        let first = &mut nowcast.standings[0];
        first.fan.steps.last_mut().unwrap().listeners.mean += 0.6;
        first.settles().median()
    };
    (nowcast.standings[0].win, nowcast.standings[1].win) = (1.0 - nowcast.other, 0.0);
    let ticker = |place: usize| (format!("KXTOPMONTHLY-25MAY-A{place}").parse().unwrap(), None);
    let event = "KXTOPMONTHLY-25MAY".parse().unwrap();
    let scenario = Scenario::of_nowcast(event, &nowcast, (0..2).map(ticker).collect()).unwrap();
    let first = &scenario.artists()[0];
    assert_eq!(first.value(own::TREND), 12.0);
    let settles = first.value(own::SPOT) * exp(first.value(own::TREND) * 11.0 / DAYS_PER_YEAR);
    assert!((settles / median - 1.0).abs() < 1e-7);
}

#[test]
fn the_scenario_says_what_the_nowcast_said() {
    let histories = world::histories(5, day("2024-01-01"), 5, 520).unwrap();
    for known in ["2025-05-06", "2025-05-28"] {
        let nowcast = nowcast(&histories, day(known));
        let contracts = (0..5).map(|i| (format!("KXTOPMONTHLY-25MAY-A{i}").parse().unwrap(), None)).collect();
        let scenario =
            Scenario::of_nowcast("KXTOPMONTHLY-25MAY".parse().unwrap(), &nowcast, contracts).unwrap();
        let found = scenario.evaluate(&mut Workspace::new()).unwrap();
        for ((row, artist), standing) in found.rows.iter().zip(scenario.artists()).zip(&nowcast.standings) {
            assert!((row.fair - standing.win).abs() < 1e-5, "{} {}", row.fair, standing.win);
            // One correlation for all is made up for by growth, and the digits of growth by the count.
            assert!((row.median / standing.settles().median() - 1.0).abs() < 2e-3);
            assert!((artist.value(own::SPOT) / exp(standing.fan.steps[0].listeners.mean) - 1.0).abs() < 5e-6);
            assert!((row.log_deviation / standing.settles().total_sd() - 1.0).abs() < 0.02);
        }
        assert!((found.other - nowcast.other).abs() < 1e-5);
    }
}

#[test]
fn who_has_no_history_has_the_share_of_its_price() {
    let histories = world::histories(5, day("2024-01-01"), 4, 520).unwrap();
    let names: Vec<&str> = histories.iter().map(History::artist).collect();
    let capitals = names[0].to_uppercase();
    // One of the four isn't listed, and two are whom nobody knows.
    let event = event(&[("Nobody", 30), (&capitals, 20), (names[1], 20), ("Somebody", 5), (names[2], 30)]);
    let nowcast = nowcast(&histories, day("2025-05-20"));
    let Joined { scenario, bases, as_of, days_left, .. } =
        Joined::new(&event, &names, &nowcast, &[]).unwrap();
    let (known, unknown) = (Basis::Nowcast, Basis::MarketShare);
    assert_eq!(bases, [unknown, known, known, unknown, known]);
    assert_eq!((as_of, days_left), (day("2025-05-20"), 11));
    let other = nowcast.other + nowcast.standings[3].win;
    assert!((scenario.value(common::OTHER) - other).abs() < 1e-5);
    let left = 1.0 - scenario.value(common::OTHER);
    let listed: f64 = nowcast.standings[..3].iter().map(|standing| standing.win).sum();
    let wins = |place: usize| left * nowcast.standings[place].win / listed * 70.0 / 105.0;
    let wanted = [left * 30.0 / 105.0, wins(0), wins(1), left * 5.0 / 105.0, wins(2)];
    let found = scenario.evaluate(&mut Workspace::new()).unwrap();
    for (row, wanted) in found.rows.iter().zip(wanted) {
        assert!((row.fair - wanted).abs() < 1e-6, "{} {wanted}", row.fair);
    }
    assert_eq!(Joined::new(&event, &["Who"], &nowcast, &[]).unwrap_err().field, "artists");
}

#[test]
fn what_is_published_later_changes_nothing() {
    let mut histories = world::histories(5, day("2024-01-01"), 3, 520).unwrap();
    let (first, last) = (histories[0].artist().to_owned(), day("2025-05-10"));
    let event = event(&[(&first, 60), ("Nobody", 20), (histories[1].artist(), 30)]);
    let open = |histories: &[History], now: Date| {
        of_nowcast_event(&event, histories, &[], now.midnight(), &Fits::default()).finish()
    };
    let joined = open(&histories, last).unwrap();
    assert_eq!((joined.as_of, joined.days_left), (last, 21));
    let until = |history: &History| {
        History::new(history.artist(), history.first(), history.as_of(last).days().to_vec()).unwrap()
    };
    let known: Vec<History> = histories.iter().map(until).collect();
    assert_eq!(open(&known, day("2025-06-06")).unwrap(), joined);
    // What ended four weeks ago says nothing of today.
    assert_eq!(open(&known, day("2025-06-07")).unwrap_err().field, "histories");
    // The day that settles is no forecast, and a history that ended long ago is none.
    assert_eq!(open(&histories, day("2025-05-31")).unwrap_err().field, "settlement");
    histories[0] =
        History::new(first, day("2024-01-01"), histories[0].as_of(day("2025-04-01")).days().to_vec())
            .unwrap();
    assert_eq!(
        open(&histories, last).unwrap().bases,
        [Basis::MarketShare, Basis::MarketShare, Basis::Nowcast]
    );
    assert_eq!(open(&histories[2..], last).unwrap_err().field, "histories");
}

#[test]
fn what_velocity_does_opens_as_calibrated_and_leaves_the_fair_values_alone() {
    let histories = world::histories(5, day("2024-01-01"), 4, 520).unwrap();
    let names: Vec<&str> = histories.iter().map(History::artist).collect();
    let event = event(&[(names[0], 25), (names[1], 25), (names[2], 25), (names[3], 25)]);
    let nowcast = nowcast(&histories, day("2025-05-20"));
    let estimate = |value: f64| Estimate { value, error: value.abs() / 100.0, days: 700 };
    let calibrated = |now: f64| Calibrated {
        now: (now, 0.2),
        found: Some(Calibration {
            sigma: estimate(0.05),
            lambda: estimate(8.0),
            velocity: Some(Velocity {
                gamma: estimate(0.05),
                gamma_share: estimate(0.8),
                beta: estimate(0.7),
                jumps: estimate(12.0),
            }),
        }),
    };
    let told = [calibrated(0.9), calibrated(0.2), calibrated(0.0), Calibrated::default()];
    let plain = Joined::new(&event, &names, &nowcast, &[]).unwrap();
    let joined = Joined::new(&event, &names, &nowcast, &told).unwrap();
    let (before, after) = (&plain.scenario, &joined.scenario);
    // Of three artists that agree, with the doubt of each taken off.
    let doubt = |share: f64| share * (1.0 - 4.0 * 1e-4 / 3.0);
    let beta = after.value(common::TIKTOK_BETA);
    assert!((beta - doubt(0.7)).abs() < 1e-4, "{beta}");
    assert_eq!(before.value(common::TIKTOK_BETA), 0.0);
    let base = |scenario: &Scenario, place: usize| scenario.artists()[place].value(own::SIGMA_BASE);
    let mean = (0..4).map(|place| base(before, place)).sum::<f64>() / 4.0;
    let gamma = after.value(common::TIKTOK_GAMMA);
    assert!((gamma / mean - doubt(0.8)).abs() < 0.01, "{gamma} {mean}");
    let (rows, found) = (
        before.evaluate(&mut Workspace::new()).unwrap().rows,
        after.evaluate(&mut Workspace::new()).unwrap().rows,
    );
    for (place, (row, found)) in rows.iter().zip(&found).enumerate() {
        assert!((row.fair - found.fair).abs() < 1e-6, "{place}: {} {}", row.fair, found.fair);
        assert!((row.volatility.sigma - found.volatility.sigma).abs() < 2e-4, "{place}");
    }
    assert_eq!(after.artists()[0].value(own::VELOCITY), 0.9);
    assert_eq!(joined.known[0].unwrap().calibrated, told[0]);
    assert_eq!(joined.effects.beta.unwrap().days, 2100);
    assert!(joined.effects.in_words().starts_with("By 2100 days, a unit"), "{}", joined.effects.in_words());
    assert_eq!(plain.effects.in_words(), "");
}
