//! No decision knows what comes: whatever happens after an instant, the log up to it stays as it is, byte for byte.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use shared::backtest::{Config, Prepared, Preset, Record, decisions, run};
use shared::belief::{Calibration, settlements, walk_forward};
use shared::exchange::FillModel;
use shared::market::{Contract, EventTape, Side, Ticker, Trade};
use shared::units::Timestamp;

/// A simulated month, some of whose contracts are listed late.
fn trades() -> Vec<Trade> {
    let month = shared::world::Month::simulate(9, "2026-11-01".parse().unwrap(), 12).unwrap();
    let mut trades: Vec<Trade> = Vec::new();
    for (place, tape) in month.tape.contracts().iter().enumerate() {
        trades.extend(tape.trades().iter().skip(if place % 4 == 3 { 40 } else { 0 }).cloned());
    }
    trades.sort_by_key(|trade| trade.at);
    trades
}

const DAY: i64 = 86_400_000_000;

fn later(at: Timestamp, micros: i64) -> Timestamp {
    at.checked_add_micros(micros).unwrap()
}

/// Returns trades whose contracts all settle to `result`, each of which closes when `closes` says.
fn prepared(
    trades: &[Trade],
    result: Option<Side>,
    closes: impl Fn(&Ticker) -> Option<Timestamp>,
) -> Prepared {
    let events = EventTape::group(trades.to_vec()).unwrap();
    let market = |tape: &shared::market::Tape| Contract {
        ticker: tape.ticker().clone(),
        event_ticker: tape.ticker().event().unwrap(),
        result,
        settlement_value: None,
        mutually_exclusive: None,
        fee_type: None,
        fee_multiplier: None,
        close_time: closes(tape.ticker()),
    };
    let markets: Vec<Contract> = events.iter().flat_map(EventTape::contracts).map(market).collect();
    let settles = settlements(&events, &markets);
    let tracks = walk_forward(&events, &settles, Calibration::Ml, &mut |_| ()).unwrap();
    Prepared::new(&events, &tracks, &markets).unwrap()
}

/// Returns the decision log.
fn log(prepared: &Prepared, config: &Config) -> String {
    decisions(prepared, &run(prepared, config, &FillModel::ALL, Record::All).unwrap())
}

/// Returns when a line of a log was decided, and the text around that.
fn parts(line: &str) -> (&str, Timestamp, &str) {
    (&line[..6], line[6..33].parse().unwrap(), &line[33..])
}

/// Returns the lines up to and including the instant `end`.
fn until(log: &str, end: Timestamp) -> String {
    let early = |line: &&str| parts(line).1 <= end;
    log.lines().take_while(early).map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_log_of_a_cut_tape_is_a_prefix_and_so_is_that_of_a_shuffled_future(
        share in 0.1..0.9_f64,
        preset in prop::sample::select(Preset::ALL.to_vec()),
        latency_ms in prop::sample::select(vec!["0", "200", "90000"]),
        turn in 1..50_usize,
        // When contracts close is known from their listing on, and what they settle to from then on.
        open_hours in prop::option::of(1..1_000_i64),
    ) {
        let all = trades();
        let mut config = Config::preset(preset);
        config.set("latency_ms", latency_ms).unwrap();
        config.set("lost_fills_pct", "10").unwrap();
        let end = all[(share * all.len() as f64) as usize].at;
        let (past, future): (Vec<Trade>, Vec<Trade>) = all.iter().cloned().partition(|trade| trade.at <= end);

        let closes = open_hours.map(|hours| later(end, hours * DAY / 24));
        let log = |trades: &[Trade], result| log(&prepared(trades, result, |_| closes), &config);
        let whole = log(&all, Some(Side::No));
        let cut = log(&past, None);
        prop_assert!(cut.lines().count() > 20);
        prop_assert!(whole.starts_with(&cut), "cut at {}", end);
        prop_assert_eq!(until(&whole, end), cut.as_str());

        // The same times, other contracts' prices and sizes; and other settlements.
        let n = future.len();
        let shuffled = (0..n).map(|i| Trade { at: future[i].at, ..future[(i * turn + turn) % n].clone() });
        let other: Vec<Trade> = past.iter().cloned().chain(shuffled).collect();
        let other = log(&other, Some(Side::Yes));
        prop_assert_eq!(until(&other, end), cut);
    }
}

/// The announced end of trading is no news of what comes: it says how much time is left, and nothing else.
#[test]
fn a_close_time_acts_only_through_the_time_that_is_left() {
    let all = trades();
    let last = all.last().unwrap().at;
    let closes = later(last, 5 * DAY);
    let first = all[0].ticker.clone();
    let told = prepared(&all, None, |_| Some(closes));
    // The event settles when its last contract closes.
    let staggered =
        prepared(&all, None, |ticker| Some(if *ticker == first { closes } else { later(last, DAY) }));
    // Everything three weeks later, trades and close.
    let weeks = 21 * DAY;
    let moved: Vec<Trade> =
        all.iter().map(|trade| Trade { at: later(trade.at, weeks), ..trade.clone() }).collect();
    let moved = prepared(&moved, None, |_| Some(later(closes, weeks)));
    let longer = prepared(&all, None, |_| Some(later(closes, weeks)));
    for (settings, goes_by_the_contract) in
        [("preset=seed", false), ("preset=coherent", false), ("preset=coherent&horizon_h=36", true)]
    {
        let config = Config::from_text(settings).unwrap();
        let log = |prepared: &Prepared| log(prepared, &config);
        let decided = log(&told);
        assert!(decided.lines().count() > 20, "{settings}");
        let as_later: String = decided
            .lines()
            .map(|line| {
                let (before, at, after) = parts(line);
                format!("{before}{}{after}\n", later(at, weeks))
            })
            .collect();
        assert!(log(&moved) == as_later, "{settings}");
        assert!(log(&longer) != decided, "{settings}: the time that is left changes nothing");
        // A horizon is set against the time that is left of the contract itself.
        assert_eq!(log(&staggered) != decided, goes_by_the_contract, "{settings}");
    }
}

/// Where no time of settlement is known, a contract's last print tells no decision that it is the last.
#[test]
fn a_contract_that_prints_no_more_is_not_known_to() {
    let all = trades();
    let first = all[0].ticker.clone();
    let end = all[all.len() / 2].at;
    let stops: Vec<Trade> =
        all.iter().filter(|trade| trade.ticker != first || trade.at <= end).cloned().collect();
    let last = stops.iter().rfind(|trade| trade.ticker == first).unwrap().at;
    let past: Vec<Trade> = stops.iter().filter(|trade| trade.at <= last).cloned().collect();
    let config = Config::preset(Preset::Seed);
    let cut = log(&prepared(&past, None, |_| None), &config);
    assert!(cut.lines().count() > 20);
    assert_eq!(until(&log(&prepared(&stops, Some(Side::No), |_| None), &config), last), cut);
}
