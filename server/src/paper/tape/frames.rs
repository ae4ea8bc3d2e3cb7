//! What happened as a client hears it who has subscribed to all contracts' books, trades and lifecycles, in that order.

use shared::exchange::matching::{Event, MarketStatus, MarketTrade, What};
use shared::market::{Action, Side, Ticker};
use shared::units::Timestamp;
use shared::wire::{
    BookSide, Frame, MarketLifecycle, Millis, OrderbookDelta, OrderbookSnapshot, Rfc3339, Seconds,
    SignedCount, TradeMessage,
};

use crate::paper::catalogue::result;
use crate::paper::ids::{Ids, Named};

/// The subscriptions: each has a number, and its frames are counted.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    books: u64,
    trades: u64,
    lifecycles: u64,
}

const BOOKS: u64 = 1;
const TRADES: u64 = 2;
const LIFECYCLES: u64 = 3;

const fn next(seq: &mut u64) -> u64 {
    *seq += 1;
    *seq
}

impl Subscriptions {
    /// Tells the book of a contract that has just been listed.
    pub(super) fn listed(&mut self, ids: Ids, place: usize, ticker: &Ticker) -> Frame {
        let msg = OrderbookSnapshot {
            market_ticker: ticker.clone(),
            market_id: Some(ids.text(Named::Market, place as u64)),
            clock: None,
            yes_dollars_fp: Vec::new(),
            no_dollars_fp: Vec::new(),
        };
        Frame::OrderbookSnapshot { sid: BOOKS, seq: next(&mut self.books), id: None, msg }
    }

    /// Tells what happened to a contract; nothing of what is told to one member alone.
    pub(super) fn frame(&mut self, ids: Ids, event: &Event, ticker: &Ticker) -> Option<Frame> {
        match &event.what {
            What::Level { market, side, price, change, .. } => {
                let (side, price_dollars) = match side {
                    Action::Buy => (Side::Yes, *price),
                    Action::Sell => (Side::No, price.complement()),
                };
                let msg = OrderbookDelta {
                    market_ticker: ticker.clone(),
                    market_id: Some(ids.text(Named::Market, *market as u64)),
                    clock: Some(event.seq),
                    price_dollars,
                    delta_fp: SignedCount::from_hundredths(*change),
                    side,
                    client_order_id: None,
                    ts: Some(Rfc3339(event.at)),
                    ts_ms: Some(Millis(event.at)),
                };
                Some(Frame::OrderbookDelta { sid: BOOKS, seq: next(&mut self.books), msg })
            }
            What::Trade(trade) => {
                let msg = public_trade(ids, event.at, trade, ticker);
                Some(Frame::Trade { sid: TRADES, seq: Some(next(&mut self.trades)), msg })
            }
            What::Status { status, .. } => {
                let msg = lifecycle(event.at, *status, ticker)?;
                let seq = Some(next(&mut self.lifecycles));
                Some(Frame::MarketLifecycleV2 { sid: LIFECYCLES, seq, msg })
            }
            What::Order { .. } | What::Fill(_) | What::Group { .. } => None,
            // They come from who runs the exchange, and are in the journal.
            What::Grid { .. } | What::Exchange(_) => None,
        }
    }
}

/// Returns a trade as everybody is told of it.
pub(super) fn public_trade(ids: Ids, at: Timestamp, trade: &MarketTrade, ticker: &Ticker) -> TradeMessage {
    let taker = BookSide::from(trade.taker);
    TradeMessage {
        trade_id: ids.text(Named::Trade, trade.number),
        market_ticker: ticker.clone(),
        yes_price_dollars: trade.price,
        no_price_dollars: trade.price.complement(),
        count_fp: trade.count,
        taker_side: Some(taker.outcome()),
        taker_outcome_side: Some(taker.outcome()),
        taker_book_side: Some(taker),
        is_block_trade: Some(false),
        ts: Some(Seconds(at)),
        ts_ms: Some(Millis(at)),
    }
}

/// Returns what is told of a contract's status; that it closes at its time is known.
fn lifecycle(at: Timestamp, status: MarketStatus, ticker: &Ticker) -> Option<MarketLifecycle> {
    let (word, value) = match status {
        MarketStatus::Open => ("activated", None),
        MarketStatus::Paused => ("deactivated", None),
        MarketStatus::Closed => return None,
        MarketStatus::Settled(value) => ("settled", Some(value)),
    };
    let settled = value.map(|_| Seconds(at));
    Some(MarketLifecycle {
        market_ticker: ticker.clone(),
        event_type: word.to_owned(),
        open_ts: None,
        close_ts: None,
        is_deactivated: value.is_none().then_some(status == MarketStatus::Paused),
        price_level_structure: None,
        price_ranges: None,
        additional_metadata: None,
        result: value.map(result),
        settlement_value: value,
        determination_ts: settled,
        settled_ts: settled,
        exchange_index: Some(0),
    })
}
