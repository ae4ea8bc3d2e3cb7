//! No decision knows what comes: whatever happens after an instant, the log up to it stays as it is, byte for byte.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use shared::backtest::{Config, Prepared, Preset, Record, decisions, run};
use shared::belief::{Calibration, walk_forward};
use shared::exchange::FillModel;
use shared::market::{Contract, EventTape, Side, Trade};
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

/// Returns the decision log of trades whose contracts all settle to `result`.
fn log(trades: &[Trade], config: &Config, result: Option<Side>) -> String {
    let events = EventTape::group(trades.to_vec()).unwrap();
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ()).unwrap();
    let market = |tape: &shared::market::Tape| Contract {
        ticker: tape.ticker().clone(),
        event_ticker: tape.ticker().event().unwrap(),
        result,
        fee_type: None,
        fee_multiplier: None,
        close_time: None,
    };
    let markets: Vec<Contract> = events.iter().flat_map(EventTape::contracts).map(market).collect();
    let prepared = Prepared::new(&events, &tracks, &markets).unwrap();
    decisions(&prepared, &run(&prepared, config, &FillModel::ALL, Record::All).unwrap())
}

/// Returns the lines up to and including the instant `end`.
fn until(log: &str, end: Timestamp) -> String {
    let early = |line: &&str| line[6..33].parse::<Timestamp>().unwrap() <= end;
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
    ) {
        let all = trades();
        let mut config = Config::preset(preset);
        config.set("latency_ms", latency_ms).unwrap();
        config.set("lost_fills_pct", "10").unwrap();
        let end = all[(share * all.len() as f64) as usize].at;
        let (past, future): (Vec<Trade>, Vec<Trade>) = all.iter().cloned().partition(|trade| trade.at <= end);

        let whole = log(&all, &config, Some(Side::No));
        let cut = log(&past, &config, None);
        prop_assert!(cut.lines().count() > 20);
        prop_assert!(whole.starts_with(&cut), "cut at {}", end);
        prop_assert_eq!(until(&whole, end), cut.as_str());

        // The same times, other contracts' prices and sizes; and other settlements.
        let n = future.len();
        let shuffled = (0..n).map(|i| Trade { at: future[i].at, ..future[(i * turn + turn) % n].clone() });
        let other: Vec<Trade> = past.iter().cloned().chain(shuffled).collect();
        let other = log(&other, &config, Some(Side::Yes));
        prop_assert_eq!(until(&other, end), cut);
    }
}
