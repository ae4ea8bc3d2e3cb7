//! What quotes are made about, as it is set.

use super::{Baseline, Config, Link, Prepared, Preset, Record, Report, baseline, run};
use crate::belief::{Calibration, settlements, walk_forward};
use crate::exchange::FillModel;
use crate::market::{Contract, EventTape};
use crate::world::Month;

fn tape() -> EventTape {
    Month::simulate(3, "2026-11-01".parse().unwrap(), 20).unwrap().tape
}

fn prepared(events: &[EventTape], markets: &[Contract]) -> Prepared {
    let tracks =
        walk_forward(events, &settlements(events, markets), Calibration::Legacy, &mut |_| ()).unwrap();
    Prepared::new(events, &tracks, markets).unwrap()
}

fn config(fair: &str) -> Config {
    let mut config = Config::preset(Preset::SeedFixed3);
    config.set("fair", fair).unwrap();
    config
}

#[test]
fn quotes_about_a_belief_are_as_if_nothing_else_could_be_set() {
    let tape = prepared(&[tape()], &[]);
    let link = |config| Link { models: FillModel::ALL.to_vec(), ..Link::new(config) };
    let (report, _) = Report::of(&tape, &link(Config::preset(Preset::SeedFixed3)), Record::Totals).unwrap();
    let (same, _) = Report::of(&tape, &link(config("belief")), Record::Totals).unwrap();
    assert_eq!(report.json(), same.json());
    assert!(!report.json().contains("\"fair\":\""));
    assert_eq!(config("belief").text(), "preset=seed-fixed3");
}

#[test]
fn each_fair_value_quotes_otherwise_and_says_so() {
    let tape = prepared(&[tape()], &[]);
    let mut decided = Vec::new();
    for fair in ["belief", "market", "calibrated", "blend"] {
        let config = config(fair);
        assert_eq!(Config::from_text(&config.text()).unwrap(), config);
        let results = run(&tape, &config, &[FillModel::Front], Record::All).unwrap();
        assert!(results[0].total.fills > 0, "{fair}");
        decided.push(format!("{:?}", results[0].series.decisions));
        let (report, _) = Report::of(&tape, &Link::new(config), Record::Totals).unwrap();
        assert_eq!(report.json().contains(&format!("\"fair\":\"{fair}\"")), fair != "belief");
    }
    for (place, one) in decided.iter().enumerate() {
        assert!(decided[..place].iter().all(|other| other != one));
    }
}

#[test]
fn a_nowcast_is_refused_for_want_of_listeners() {
    let tape = prepared(&[tape()], &[]);
    let refused = run(&tape, &config("nowcast"), &[FillModel::Front], Record::Totals).unwrap_err();
    assert_eq!(refused.field, "fair");
    assert!(refused.to_string().contains("listeners"), "{refused}");
}

#[test]
fn what_comes_later_changes_no_decision_before() {
    let whole = tape();
    let spans = || whole.contracts().iter().map(|tape| tape.span());
    let (first, last) =
        (spans().map(|span| span.0).min().unwrap(), spans().map(|span| span.1).max().unwrap());
    let middle = first.checked_add_micros(last.micros_since(first) / 2).unwrap();
    let trades =
        whole.contracts().iter().flat_map(|tape| tape.trades()).filter(|trade| trade.at <= middle).cloned();
    let part = EventTape::group(trades).unwrap();
    let (whole, part) = (prepared(&[whole], &[]), prepared(&part, &[]));
    for fair in ["market", "calibrated", "blend"] {
        let values = |tape: &Prepared| {
            let (around, _) = super::around::around(tape, &config(fair)).unwrap();
            let until = around.batches.iter().filter(|batch| batch.at <= middle.micros()).count();
            around.beliefs()[..until].iter().map(|belief| belief.fair.to_bits()).collect::<Vec<u64>>()
        };
        let part = values(&part);
        assert!(part.len() > 20);
        assert_eq!(values(&whole), part, "{fair}");
    }
}

#[test]
fn a_random_fair_value_is_random_whatever_is_quoted_about() {
    let tape = prepared(&[tape()], &[]);
    let nets = |fair| {
        let drawn = baseline(&tape, &config(fair), &[FillModel::Through], Baseline::Random, 3).unwrap();
        drawn[0].nets.clone()
    };
    assert_eq!(nets("belief"), nets("calibrated"));
}
