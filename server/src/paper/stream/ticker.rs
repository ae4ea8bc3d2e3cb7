//! The best prices of contracts, and what was traded of them, told whenever one of them changes.

use std::collections::BTreeMap;

use shared::exchange::matching::MarketTrade;
use shared::market::Action;
use shared::units::{Price, Quantity, Timestamp};
use shared::wire::{Channel, Frame, Millis, Rfc3339, Seconds, TickerMessage};

use crate::paper::core::Core;
use crate::paper::ids::Named;

/// What tickers need that the books don't have.
#[derive(Debug, Default)]
pub(in crate::paper) struct Tickers(BTreeMap<usize, Of>);

/// The same of one contract.
#[derive(Debug)]
struct Of {
    /// For how much it has changed hands, in microdollars.
    traded: i64,
    /// How many contracts the last trade was of.
    last: Quantity,
    /// What was last told.
    told: Option<TickerMessage>,
    /// Whether its book or its trades have changed since that was looked at.
    changed: bool,
}

impl Default for Of {
    fn default() -> Self {
        Self { traded: 0, last: Quantity::ZERO, told: None, changed: false }
    }
}

impl Tickers {
    /// Takes a trade in.
    pub(super) fn trade(&mut self, trade: &MarketTrade) {
        let of = self.0.entry(trade.market).or_default();
        of.traded = of.traded.saturating_add(trade.price.cost(trade.count).microdollars());
        (of.last, of.changed) = (trade.count, true);
    }

    /// Takes in that a book has changed.
    pub(super) fn level(&mut self, market: usize) {
        self.0.entry(market).or_default().changed = true;
    }
}

/// Returns a contract's ticker, where `held` are the pairs of contracts that are open, in hundredths.
pub(super) fn ticker(core: &Core, market: usize, held: &[i64]) -> Option<TickerMessage> {
    let now = core.exchange.now();
    let (name, listed) = (core.catalogue.ticker(market)?, core.exchange.markets().get(market)?);
    let none = Of::default();
    let of = core.tickers.0.get(&market).unwrap_or(&none);
    let best = |action| listed.book().levels(action).next();
    let (bid, ask) = (best(Action::Buy), best(Action::Sell));
    let size = |level: Option<(Price, Quantity)>| level.map_or(Quantity::ZERO, |level| level.1);
    let held = held.get(market).copied().unwrap_or(0);
    let millis = Millis(now);
    Some(TickerMessage {
        market_id: Some(core.ids.text(Named::Market, market as u64)),
        market_ticker: name.clone(),
        price_dollars: listed.last().unwrap_or(Price::ZERO),
        yes_bid_dollars: bid.map_or(Price::ZERO, |level| level.0),
        yes_ask_dollars: ask.map_or(core.catalogue.no_offer.price(), |level| level.0),
        volume_fp: listed.volume(),
        open_interest_fp: Quantity::from_hundredths(held).unwrap_or(Quantity::ZERO),
        dollar_volume: of.traded / 1_000_000,
        dollar_open_interest: held / 100,
        yes_bid_size_fp: size(bid),
        yes_ask_size_fp: size(ask),
        last_trade_size_fp: of.last,
        ts: Seconds(now),
        ts_ms: millis,
        time: Rfc3339(Timestamp::from_micros(millis.number().saturating_mul(1_000)).unwrap_or(now)),
    })
}

/// Tells what has changed since this was last called.
pub(in crate::paper) fn tell_tickers(core: &mut Core) {
    let changed: Vec<usize> =
        core.tickers.0.iter().filter(|(_, of)| of.changed).map(|(market, _)| *market).collect();
    let listens = !changed.is_empty() && core.hub.listens(Channel::Ticker);
    let held = if listens { core.exchange.open_interest() } else { Vec::new() };
    let now = core.exchange.now();
    for market in changed {
        let msg = if listens { ticker(core, market, &held) } else { None };
        let Some(of) = core.tickers.0.get_mut(&market) else { continue };
        of.changed = false;
        let Some(msg) = msg else { continue };
        let is_new = of.told.as_ref().is_none_or(|told| {
            // Apart from when.
            let (ts, ts_ms, time) = (msg.ts, msg.ts_ms, msg.time);
            TickerMessage { ts, ts_ms, time, ..told.clone() } != msg
        });
        if !is_new {
            continue;
        }
        of.told = Some(msg.clone());
        core.hub.tell(now, Channel::Ticker, Some(market), &mut |_, sid, _| {
            Some(Frame::Ticker { sid, msg: msg.clone() })
        });
    }
}
