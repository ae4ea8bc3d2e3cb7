//! The desk without a socket: its orders against an exchange that does its worst, and its decisions against a backtest's;
//! and what may move an artist's listeners, on the paper exchange.

mod catalysts;
mod decisions;
mod late;
mod orders;

use std::path::PathBuf;

use shared::api::Mode;
use shared::backtest::Config;
use shared::market::{Position, Trade};
use shared::quoting::Terms;
use shared::units::Timestamp;

use super::Settings;
use super::core::{Core, Listed};

/// Returns a desk that has been told of trades and wants to quote.
pub(super) fn quoting(now: Timestamp) -> Core {
    let settings = Settings {
        mode: Mode::Demo,
        series: String::new(),
        config: Config::from_text("preset=seed-fixed3").unwrap(),
        order_ttl_s: 86_400,
        database: None,
        journal: PathBuf::new(),
        starts: true,
    };
    let ticker = "KXTOPMONTHLY-26NOV-A".parse().unwrap();
    let (terms, position) = (Terms::default(), Position::FLAT);
    let listed = Listed { ticker, name: "A".to_owned(), terms, position };
    let event = "KXTOPMONTHLY-26NOV".parse().unwrap();
    let mut core = Core::new(1, now, &settings, (event, vec![listed]), "10000".parse().unwrap()).unwrap();
    core.pause(now, false);
    let trade = Trade {
        ticker: "KXTOPMONTHLY-26NOV-A".parse().unwrap(),
        at: now,
        price: "0.50".parse().unwrap(),
        count: "10".parse().unwrap(),
        taker_side: None,
        id: None,
        is_block: false,
    };
    core.trade(now, trade);
    core.drained(now);
    core
}
