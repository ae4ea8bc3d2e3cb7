//! What has happened, as frames for those who subscribed to it.

use shared::exchange::matching::{Event, MarketTrade, What};
use shared::market::{Action, Side};
use shared::wire::{
    BookSide, Channel, Frame, Millis, OrderbookDelta, Rfc3339, Seconds, SignedCount, TradeMessage,
};

use super::lifecycle::{lifecycle, regrid};
use super::own::{own_fill, own_group, own_order};
use crate::paper::core::Core;
use crate::paper::ids::Named;

/// Tells what has happened.
pub(in crate::paper) fn tell(core: &mut Core, event: &Event) {
    match &event.what {
        What::Level { market, .. } => {
            core.tickers.level(*market);
            level(core, event);
        }
        What::Trade(trade) => {
            core.tickers.trade(trade);
            public_trade(core, event, trade);
        }
        What::Fill(fill) => {
            if let Some(owner) = core.owner(fill.account) {
                core.positions.fill(owner, fill);
            }
            own_fill(core, event, fill);
        }
        What::Order { order, reason } => own_order(core, event, order, *reason),
        What::Status { market, status } => lifecycle(core, event.at, *market, *status),
        What::Grid { market } => regrid(core, event.at, *market),
        What::Group { group, account, change } => own_group(core, event.at, *group, *account, *change),
        // REST says so; of this the stream tells nothing.
        What::Exchange(_) => {}
    }
}

/// Tells a change of a book.
fn level(core: &mut Core, event: &Event) {
    let What::Level { market, side, price, change, order, account } = &event.what else { return };
    let Some(ticker) = core.catalogue.ticker(*market).cloned() else { return };
    let owner = core.owner(*account);
    let name = owner.and_then(|owner| core.client_order_id(owner, *order)).map(str::to_owned);
    let market_id = core.ids.text(Named::Market, *market as u64);
    core.hub.tell(event.at, Channel::OrderbookDelta, Some(*market), &mut |member, sid, subscribed| {
        let (side, price_dollars) = match side {
            Action::Buy => (Side::Yes, *price),
            Action::Sell if subscribed.use_yes_price => (Side::No, *price),
            Action::Sell => (Side::No, price.complement()),
        };
        let msg = OrderbookDelta {
            market_ticker: ticker.clone(),
            market_id: Some(market_id.clone()),
            clock: Some(event.seq),
            price_dollars,
            delta_fp: SignedCount::from_hundredths(*change),
            side,
            client_order_id: name.clone().filter(|_| owner == Some(member)),
            ts: Some(Rfc3339(event.at)),
            ts_ms: Some(Millis(event.at)),
        };
        Some(Frame::OrderbookDelta { sid, seq: subscribed.next(), msg })
    });
}

/// Tells a public trade.
fn public_trade(core: &mut Core, event: &Event, trade: &MarketTrade) {
    let Some(ticker) = core.catalogue.ticker(trade.market).cloned() else { return };
    let taker = BookSide::from(trade.taker);
    let msg = TradeMessage {
        trade_id: core.ids.text(Named::Trade, trade.number),
        market_ticker: ticker,
        yes_price_dollars: trade.price,
        no_price_dollars: trade.price.complement(),
        count_fp: trade.count,
        taker_side: Some(taker.outcome()),
        taker_outcome_side: Some(taker.outcome()),
        taker_book_side: Some(taker),
        is_block_trade: Some(false),
        ts: Some(Seconds(event.at)),
        ts_ms: Some(Millis(event.at)),
    };
    core.hub.tell(event.at, Channel::Trade, Some(trade.market), &mut |_, sid, subscribed| {
        Some(Frame::Trade { sid, seq: Some(subscribed.next()), msg: msg.clone() })
    });
}
