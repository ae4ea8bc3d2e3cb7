//! Makers on recorded books: what they may know, what fills them, and what is said where no trades are told.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod book_worlds;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use book_worlds::World;
use proptest::prelude::*;
use shared::backtest::{Config, Link, Prepared, Preset, Record, Recorded, Report, decisions, run};
use shared::belief::book::FromBook;
use shared::belief::{Calibration, settlements, walk_forward};
use shared::exchange::FillModel;
use shared::exchange::books::{BookModel, BookTape, Event, What};
use shared::market::Contract;
use shared::units::Timestamp;

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(5, 2, None));

fn prepared(recorded: &Recorded, markets: &[Contract], from_book: FromBook) -> Prepared {
    let events = recorded.events(markets).unwrap();
    let tracks = walk_forward(&events, &settlements(&events, markets), Calibration::Ml, &mut |_| ()).unwrap();
    Prepared::on_books(recorded, (&events, &tracks), markets, from_book).unwrap()
}

fn events(recorded: &Recorded) -> Vec<Event> {
    (0..recorded.tape.len()).map(|place| recorded.tape.event(place).unwrap()).collect()
}

/// Returns the recording with only those events of books, and trades, that are wanted.
fn only(recorded: &Recorded, event: impl Fn(&Event) -> bool, trade: impl Fn(Timestamp) -> bool) -> Recorded {
    let kept = events(recorded).into_iter().filter(event).collect();
    let trades = recorded.trades.iter().filter(|heard| trade(heard.at)).cloned().collect();
    let tape = BookTape::new(recorded.tickers.len(), kept).unwrap();
    Recorded { tickers: recorded.tickers.clone(), tape, trades }
}

/// The recording as one that was told no trades.
fn silent(recorded: &Recorded) -> Recorded {
    only(recorded, |event| event.what != What::Trade, |_| false)
}

fn models(has_trades: bool) -> Vec<FillModel> {
    BookModel::of(None, has_trades).into_iter().map(FillModel::Book).collect()
}

fn config(settings: &[(&str, &str)]) -> Config {
    let mut config = Config::preset(Preset::SeedFixed3);
    settings.iter().for_each(|(key, value)| config.set(key, value).unwrap());
    config
}

#[test]
fn no_trade_of_the_tape_fills_more_than_its_size_and_some_fill_a_part() {
    let prepared = prepared(&WORLD.recorded, &WORLD.markets, FromBook::Auto);
    let config = config(&[("quote_size", "10"), ("half_spread_cents", "1")]);
    let events = events(&WORLD.recorded);
    for result in run(&prepared, &config, &models(true), Record::All).unwrap() {
        let mut filled: BTreeMap<u32, i64> = BTreeMap::new();
        for fill in &result.series.fills {
            assert_eq!(fill.at, events[fill.print as usize].at.micros());
            assert_eq!(fill.contract as usize, events[fill.print as usize].contract);
            *filled.entry(fill.print).or_default() += fill.count.hundredths();
        }
        for (place, count) in &filled {
            assert!(*count <= events[*place as usize].size.hundredths(), "{}", result.model);
        }
        let parts = result.series.fills.iter().filter(|fill| fill.count.hundredths() < 1_000).count();
        assert!(parts > 0 && result.total.fills > 20, "{}: {} fills", result.model, result.total.fills);
    }
}

#[test]
fn of_a_tape_without_trades_only_bounds_are_run_and_the_report_says_so() {
    let recorded = silent(&WORLD.recorded);
    let prepared = prepared(&recorded, &WORLD.markets, FromBook::Auto);
    let config = config(&[]);
    let refused = run(&prepared, &config, &models(true), Record::Totals).unwrap_err();
    assert!(refused.field == "fills" && refused.reason.contains("no trades"), "{refused}");
    let refused = run(&prepared, &config, &FillModel::ALL, Record::Totals).unwrap_err();
    assert_eq!(refused.field, "fills");
    let link = Link { models: models(false), ..Link::new(config) };
    let (report, _) = Report::of(&prepared, &link, Record::Totals).unwrap();
    assert!(report.json().contains("\"fills\":\"bounded\""));
    let again = Link::parse(&report.link().to_string()).unwrap();
    assert_eq!(Report::of(&prepared, &again, Record::All).unwrap().0.hash(), report.hash());
    let filled: Vec<i64> = report.totals().map(|row| row.money.fills).collect();
    assert!(filled[0] < filled[1], "{filled:?}");
}

#[test]
fn what_needs_books_is_refused_on_prints_and_a_bound_where_trades_are_told() {
    let prepared = prepared(&WORLD.recorded, &WORLD.markets, FromBook::Auto);
    let refused = run(&prepared, &config(&[]), &models(false), Record::Totals).unwrap_err();
    assert!(refused.reason.contains("this one does"), "{refused}");
    let events = WORLD.recorded.events(&WORLD.markets).unwrap();
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ()).unwrap();
    let prints = Prepared::new(&events, &tracks, &WORLD.markets).unwrap();
    let refused = run(&prints, &config(&[]), &models(true), Record::Totals).unwrap_err();
    assert!(refused.reason.contains("recorded books"), "{refused}");
    // The books' own prints can be run as prints are.
    assert!(run(&prepared, &config(&[]), &FillModel::ALL, Record::Totals).is_ok());
}

#[test]
fn a_tape_is_named_by_every_number_of_it() {
    let hash = WORLD.recorded.hash();
    assert_eq!(hash, WORLD.recorded.clone().hash());
    assert_ne!(hash, silent(&WORLD.recorded).hash());
    let last = *events(&WORLD.recorded).last().unwrap();
    assert_ne!(hash, only(&WORLD.recorded, |event| *event != last, |_| true).hash());
}

/// Returns the lines up to and including the instant `end`.
fn until(log: &str, end: Timestamp) -> String {
    let early = |line: &&str| line[6..33].parse::<Timestamp>().unwrap() <= end;
    log.lines().take_while(early).map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn no_decision_in_books_knows_what_comes(
        share in 0.2..0.9_f64,
        preset in prop::sample::select(Preset::ALL.to_vec()),
        (is_told, from_book) in prop::sample::select(vec![
            (true, FromBook::Auto), (true, FromBook::Beside), (false, FromBook::Auto),
        ]),
        delays in prop::sample::select(vec!["0", "250", "1500"]),
    ) {
        let whole = if is_told { WORLD.recorded.clone() } else { silent(&WORLD.recorded) };
        let end = whole.tape.event((share * whole.tape.len() as f64) as usize).unwrap().at;
        let cut = only(&whole, |event| event.at <= end, |at| at <= end);
        let mut config = Config::preset(preset);
        for key in ["latency_ms", "feed_ms", "answer_ms"] {
            config.set(key, delays).unwrap();
        }
        let open: Vec<Contract> = WORLD.markets.iter().map(|market| Contract {
            result: None, settlement_value: None, ..market.clone()
        }).collect();
        let log = |recorded: &Recorded, markets: &[Contract]| {
            let prepared = prepared(recorded, markets, from_book);
            until(&decisions(&prepared, &run(&prepared, &config, &models(is_told), Record::All).unwrap()), end)
        };
        let (all, early) = (log(&whole, &WORLD.markets), log(&cut, &open));
        prop_assert!(!early.is_empty());
        prop_assert!(all == early);
    }
}
