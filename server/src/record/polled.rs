//! What REST told, as frames of the stream.

use shared::wire::{Frame, Millis, Seconds, Trade, TradeMessage};

use crate::kalshi::Round;

/// The subscription that such frames are said to be of; the exchange's own begin at 1.
const SID: u64 = 0;

/// Returns what a round found as frames. `seq` is the number of the last book before.
pub(super) fn frames(round: Round, seq: &mut u64) -> Vec<String> {
    let books = round.books.into_iter().map(|msg| {
        *seq += 1;
        Frame::OrderbookSnapshot { sid: SID, seq: *seq, id: None, msg }
    });
    let trades = round.trades.iter().map(|trade| Frame::Trade { sid: SID, seq: None, msg: message(trade) });
    // All that a frame holds can be written.
    books.chain(trades).filter_map(|frame| serde_json::to_string(&frame).ok()).collect()
}

/// Returns a trade as the stream tells it.
pub(super) fn message(trade: &Trade) -> TradeMessage {
    TradeMessage {
        trade_id: trade.trade_id.clone(),
        market_ticker: trade.ticker.clone(),
        yes_price_dollars: trade.yes_price_dollars,
        no_price_dollars: trade.no_price_dollars,
        count_fp: trade.count_fp,
        taker_side: trade.taker_side,
        taker_outcome_side: trade.taker_outcome_side,
        taker_book_side: trade.taker_book_side,
        is_block_trade: trade.is_block_trade,
        ts: Some(Seconds(trade.created_time.0)),
        ts_ms: Some(Millis(trade.created_time.0)),
    }
}
