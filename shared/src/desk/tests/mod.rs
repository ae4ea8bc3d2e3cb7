//! The desk as it trades: orders that arrive when they were given up, and its decisions against a backtest's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audited;
mod bench;
mod carried;
mod catalysts;
mod changed;
mod changes;
mod decisions;
mod hand;
mod handed_over;
mod killed_past;
mod late;
mod settled;
mod shown;
mod split;
mod succeeded;
mod threads;
mod unheard;
mod waiting;

use super::trading::Trading;
use super::{Account, Event, Label, Listed, Settings};
use crate::api::Mode;
use crate::backtest::Config;
use crate::market::Trade;
use crate::quoting::Terms;
use crate::stream::DeskView;
use crate::units::{Cash, Timestamp};

/// Returns settings under which orders outlive a test.
pub(super) fn settings(config: &str) -> Settings {
    Settings {
        config: Config::from_text(config).unwrap(),
        order_ttl_s: 86_400,
        group_limit: "1000".parse().unwrap(),
        can_change: true,
        expects: None,
        pauses_on_alarm: false,
        label: Label::default(),
    }
}

/// Returns an event of these contracts.
pub(super) fn event(tickers: &[&str]) -> Event {
    let contracts = tickers.iter().map(|ticker| Listed {
        ticker: ticker.parse().unwrap(),
        name: ticker.rsplit('-').next().unwrap().to_owned(),
        terms: Terms::default(),
        closes: Timestamp::MAX,
    });
    Event { event: "KXTOPMONTHLY-26NOV".parse().unwrap(), contracts: contracts.collect() }
}

/// Returns an account that holds nothing but cash.
pub(super) fn cash(free: &str) -> Account {
    let free: Cash = free.parse().unwrap();
    Account { free, held: Vec::new() }
}

/// Returns what trades, told of a trade and wanting to quote.
pub(super) fn quoting(now: Timestamp) -> Trading {
    let event = event(&["KXTOPMONTHLY-26NOV-A"]);
    let mut trading = Trading::new(1, now, &settings("preset=seed-fixed3"), &event, &cash("10000")).unwrap();
    trading.pause(now, false);
    let trade = Trade {
        ticker: "KXTOPMONTHLY-26NOV-A".parse().unwrap(),
        at: now,
        price: "0.50".parse().unwrap(),
        count: "10".parse().unwrap(),
        taker_side: None,
        id: None,
        is_block: false,
    };
    trading.trade(now, trade);
    trading.drained(now);
    trading
}

/// Returns what those who watch are told before anything is known.
fn view() -> DeskView {
    DeskView::new(Mode::Demo, Timestamp::MIN, 1.0, String::new())
}
