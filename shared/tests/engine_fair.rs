//! The whole loop about another fair value than the belief: what moves it, what takes the quotes out, and that it can be
//! written down and done again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use shared::backtest::Config;
use shared::belief::{Calibration, Stream};
use shared::engine::{Decision, Engine, EngineSnapshot, Error, Input, Outputs, Parameters, Record, Told};
use shared::exchange::{Request, Verdict};
use shared::market::{EventTape, Trade};
use shared::quoting::Terms;
use shared::risk::ClosedFor;
use shared::units::{Price, Timestamp};

static MONTH: LazyLock<EventTape> =
    LazyLock::new(|| shared::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 2).unwrap().tape);

fn parameters(text: &str) -> Parameters {
    Config::from_text(text).unwrap().parameters()
}

fn engine(text: &str) -> Engine {
    let mut engine =
        Engine::new(parameters(text), Stream::new(shared::belief::Engine::new(Calibration::Legacy)));
    for tape in MONTH.contracts() {
        engine.list(MONTH.event(), tape.ticker(), &Terms::default()).unwrap();
    }
    engine
}

fn price(dollars: f64) -> Price {
    Price::nearest(dollars)
}

/// Tells an engine a record as it is written down, and the answers of an exchange that does all at once.
fn tell(engine: &mut Engine, now: Timestamp, record: &Record, decisions: &mut Vec<Decision>) {
    let mut out = Outputs::default();
    let read: Record = serde_json::from_str(&serde_json::to_string(record).unwrap()).unwrap();
    engine.apply(now, &read, &mut out).unwrap();
    decisions.append(&mut out.decisions);
    while let Some(command) = out.commands.pop() {
        let verdict = if command.request == Request::Cancel { Verdict::Gone } else { Verdict::Resting };
        let (place, action, order) = (command.contract, command.action, command.order);
        engine.apply(now, &Record::Answer { place, action, order, verdict }, &mut out).unwrap();
        decisions.append(&mut out.decisions);
    }
}

/// Returns the first trades in order of time, each followed by the word that no more is on its way.
fn trades(count: usize) -> Vec<(Timestamp, Record)> {
    let tapes = MONTH.contracts().iter().enumerate();
    let mut all: Vec<(usize, Trade)> = tapes
        .flat_map(|(place, tape)| tape.trades().iter().map(move |trade| (place, trade.clone())))
        .collect();
    all.sort_by_key(|(place, trade)| (trade.at, *place));
    all.truncate(count);
    all.into_iter()
        .flat_map(|(place, trade)| {
            [(trade.at, Record::Trade { place, trade: trade.clone() }), (trade.at, Record::Drained)]
        })
        .collect()
}

fn fair(engine: &Engine, place: usize) -> f64 {
    engine.maker(MONTH.event()).unwrap().belief(place).unwrap().fair
}

#[test]
fn the_market_s_value_is_the_last_price_until_there_is_a_book_and_moves_with_that() {
    let (mut engine, mut decisions) = (engine("preset=seed-fixed3&fair=market"), Vec::new());
    let told = trades(40);
    for (at, record) in &told {
        tell(&mut engine, *at, record, &mut decisions);
    }
    let (at, Record::Trade { place, trade }) = &told[told.len() - 2] else { panic!("{told:?}") };
    assert!((fair(&engine, *place) - trade.price.to_dollars()).abs() < 1e-12);

    let before = decisions.len();
    let book = |bid, ask| Record::Book { place: *place, bid, ask };
    tell(&mut engine, *at, &book(Some(price(0.60)), Some(price(0.70))), &mut decisions);
    assert!((fair(&engine, *place) - 0.65).abs() < 1e-12);
    let quotes = decisions[before..].last().unwrap().quotes;
    assert!(quotes.bid.unwrap().price < price(0.65) && quotes.ask.unwrap().price > price(0.65), "{quotes:?}");

    // Without one side there is no middle.
    tell(&mut engine, *at, &book(Some(price(0.60)), None), &mut decisions);
    assert!((fair(&engine, *place) - trade.price.to_dollars()).abs() < 1e-12);
}

#[test]
fn a_book_moves_no_belief() {
    let (mut engine, mut decisions) = (engine("preset=seed-fixed3"), Vec::new());
    let told = trades(40);
    for (at, record) in &told {
        tell(&mut engine, *at, record, &mut decisions);
    }
    let (at, Record::Trade { place, .. }) = &told[told.len() - 2] else { panic!("{told:?}") };
    let before = fair(&engine, *place);
    let book = Record::Book { place: *place, bid: Some(price(0.60)), ask: Some(price(0.70)) };
    tell(&mut engine, *at, &book, &mut decisions);
    tell(&mut engine, *at, &Record::Nowcast { place: *place, nano: Some(123_000_000) }, &mut decisions);
    assert_eq!(fair(&engine, *place).to_bits(), before.to_bits());
}

#[test]
fn nothing_is_quoted_of_a_contract_while_the_nowcast_says_nothing_of_it() {
    let (mut engine, mut decisions) = (engine("preset=seed-fixed3&fair=nowcast"), Vec::new());
    let told = trades(60);
    for (at, record) in &told {
        tell(&mut engine, *at, record, &mut decisions);
    }
    let (at, Record::Trade { place, .. }) = &told[told.len() - 2] else { panic!("{told:?}") };
    assert!(decisions.iter().all(|decision| decision.quotes.bid.is_none() && decision.quotes.ask.is_none()));
    let closures = |engine: &Engine| engine.maker(MONTH.event()).unwrap().closures(*place);
    assert!(closures(&engine).holds(ClosedFor::NoFairValue));

    tell(&mut engine, *at, &Record::Nowcast { place: *place, nano: Some(400_000_000) }, &mut decisions);
    assert!(closures(&engine).is_empty());
    let quotes = engine.maker(MONTH.event()).unwrap().quotes(*place);
    assert!(quotes.bid.unwrap().price < price(0.40) && quotes.ask.unwrap().price > price(0.40), "{quotes:?}");
    assert!((fair(&engine, *place) - 0.4).abs() < 1e-12);

    tell(&mut engine, *at, &Record::Nowcast { place: *place, nano: None }, &mut decisions);
    assert!(closures(&engine).holds(ClosedFor::NoFairValue));
    let quotes = engine.maker(MONTH.event()).unwrap().quotes(*place);
    assert_eq!((quotes.bid, quotes.ask), (None, None));
}

#[test]
fn what_was_written_down_decides_the_same_again_from_wherever_it_is_taken_up() {
    for kind in ["market", "calibrated", "blend", "nowcast"] {
        let text = format!("preset=coherent&fair={kind}");
        let mut told = trades(120);
        let contracts = MONTH.contracts().len();
        for nth in (10..told.len()).step_by(15).rev() {
            let (at, place) = (told[nth].0, nth % contracts);
            let (low, nano) = (0.2 + nth as f64 / 1e3, Some(150_000_000 + nth as i64));
            let book = Record::Book { place, bid: Some(price(low)), ask: Some(price(low + 0.05)) };
            told.insert(nth, (at, book));
            told.insert(nth, (at, Record::Nowcast { place, nano }));
        }
        let (mut whole, mut once) = (engine(&text), Vec::new());
        let (mut parts, mut again) = (engine(&text), Vec::new());
        for (nth, (at, record)) in told.iter().enumerate() {
            tell(&mut whole, *at, record, &mut once);
            if nth % 7 == 3 {
                let written = serde_json::to_string(&parts.snapshot()).unwrap();
                let read: EngineSnapshot = serde_json::from_str(&written).unwrap();
                parts = Engine::restore(parameters(&text), &read).unwrap();
            }
            tell(&mut parts, *at, record, &mut again);
        }
        assert!(once.len() > 20, "{kind}: {}", once.len());
        assert_eq!(once, again, "{kind}");
    }
}

#[test]
fn what_is_quoted_about_does_not_change_while_it_runs() {
    let mut engine = engine("preset=seed-fixed3&fair=market");
    let now = MONTH.contracts()[0].span().0;
    let mut set = |text: &str| {
        let parameters = parameters(text);
        let told = Told::Event(MONTH.event(), Input::Settings(&parameters));
        engine.step(now, &told, &mut Outputs::default())
    };
    let Err(Error::Input(refused)) = set("preset=seed-fixed3&fair=belief") else { panic!("it was taken") };
    assert_eq!(refused.field, "fair");
    set("preset=seed-fixed3&fair=market&skew_cents=2").unwrap();
}
