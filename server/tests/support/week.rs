//! A tape to run on that is recorded nowhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shared::market::Trade;

/// A simulated week of trades, and the file that settles it.
pub(crate) fn write_week(folder: &Path) -> (PathBuf, PathBuf) {
    let week = shared::world::Month::simulate(4, "2026-11-01".parse().unwrap(), 7).unwrap().tape;
    let (tape, markets) = (folder.join("week.trades.csv"), folder.join("markets.csv"));
    let (mut trades, mut facts) = (Vec::new(), "ticker,event_ticker,result,close_time,fee_type\n".to_owned());
    for (place, contract) in week.contracts().iter().enumerate() {
        let result = if place == 0 { "yes" } else { "no" };
        let (ticker, event) = (contract.ticker(), week.event());
        writeln!(facts, "{ticker},{event},{result},2026-11-08T00:00:00Z,quadratic").unwrap();
        trades.extend_from_slice(contract.trades());
    }
    std::fs::write(&tape, csv(&trades)).unwrap();
    std::fs::write(&markets, facts).unwrap();
    (tape, markets)
}

/// Returns trades as a file under Kalshi's names.
fn csv(trades: &[Trade]) -> String {
    let mut text = "created_time,ticker,yes_price_dollars,count_fp,taker_side\n".to_owned();
    for trade in trades {
        let side = trade.taker_side.map_or_else(String::new, |side| side.to_string());
        writeln!(text, "{},{},{},{},{side}", trade.at, trade.ticker, trade.price, trade.count).unwrap();
    }
    text
}
