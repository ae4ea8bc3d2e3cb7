//! What has happened, as frames for those who subscribed to it.

use shared::exchange::matching::{Event, MarketStatus, MarketTrade, Order, OwnFill, Reason, What};
use shared::fees::Role;
use shared::market::{Action, Side};
use shared::wire::{
    BookSide, Channel, FillMessage, Frame, MarketLifecycle, Millis, OrderbookDelta, Rfc3339, Seconds,
    SignedCount, TradeMessage, UserOrder,
};

use crate::paper::catalogue::result;
use crate::paper::core::Core;
use crate::paper::ids::Named;
use crate::paper::member::status;

/// Tells what has happened.
pub(in crate::paper) fn tell(core: &mut Core, event: &Event) {
    match &event.what {
        What::Level { .. } => level(core, event),
        What::Trade(trade) => public_trade(core, event, trade),
        What::Fill(fill) => own_fill(core, event, fill),
        What::Order { order, reason } => own_order(core, event, order, *reason),
        What::Status { market, status } => lifecycle(core, event, *market, *status),
        What::Grid { .. } | What::Exchange(_) | What::Group { .. } => {}
    }
}

/// Tells a change of a book.
fn level(core: &mut Core, event: &Event) {
    let What::Level { market, side, price, change, order, account } = &event.what else { return };
    let Some(ticker) = core.catalogue.ticker(*market).cloned() else { return };
    let owner = core.owner(*account);
    let name = owner.and_then(|owner| core.client_order_id(owner, *order)).map(str::to_owned);
    let market_id = core.ids.text(Named::Market, *market as u64);
    core.hub.tell(Channel::OrderbookDelta, *market, &mut |member, sid, subscribed| {
        let (side, price_dollars) = match side {
            Action::Buy => (Side::Yes, *price),
            Action::Sell if subscribed.use_yes_price => (Side::No, *price),
            Action::Sell => (Side::No, price.complement()),
        };
        let msg = OrderbookDelta {
            market_ticker: ticker.clone(),
            market_id: Some(market_id.clone()),
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
    core.hub.tell(Channel::Trade, trade.market, &mut |_, sid, subscribed| {
        Some(Frame::Trade { sid, seq: Some(subscribed.next()), msg: msg.clone() })
    });
}

/// Tells that a contract was paused, opened or settled; that it closes at its time is known.
fn lifecycle(core: &mut Core, event: &Event, market: usize, status: MarketStatus) {
    let (word, value) = match status {
        MarketStatus::Open => ("activated", None),
        MarketStatus::Paused => ("deactivated", None),
        MarketStatus::Closed => return,
        MarketStatus::Settled(value) => ("settled", Some(value)),
    };
    let Some(ticker) = core.catalogue.ticker(market).cloned() else { return };
    let settled = value.map(|_| Seconds(event.at));
    let msg = MarketLifecycle {
        market_ticker: ticker,
        event_type: word.to_owned(),
        result: value.map(result),
        settlement_value: value,
        determination_ts: settled,
        settled_ts: settled,
        exchange_index: Some(0),
    };
    core.hub.tell(Channel::MarketLifecycle, market, &mut |_, sid, subscribed| {
        Some(Frame::MarketLifecycleV2 { sid, seq: Some(subscribed.next()), msg: msg.clone() })
    });
}

/// Tells a member its fill.
fn own_fill(core: &mut Core, event: &Event, fill: &OwnFill) {
    let Some(owner) = core.owner(fill.account) else { return };
    let Some(ticker) = core.catalogue.ticker(fill.market).cloned() else { return };
    let side = BookSide::from(fill.action);
    let msg = FillMessage {
        trade_id: core.ids.text(Named::Trade, fill.trade),
        order_id: core.ids.text(Named::Order, fill.order.0),
        client_order_id: core.client_order_id(owner, fill.order).map(str::to_owned),
        market_ticker: ticker,
        is_taker: fill.role == Role::Taker,
        side: Some(side.outcome()),
        action: Some(Action::Buy),
        purchased_side: Some(side.outcome()),
        outcome_side: side.outcome(),
        book_side: side,
        yes_price_dollars: fill.price,
        count_fp: fill.count,
        fee_cost: fill.fee,
        post_position_fp: fill.position.into(),
        ts: Some(Seconds(event.at)),
        ts_ms: Some(Millis(event.at)),
        exchange_index: Some(0),
    };
    core.hub.tell(Channel::Fill, fill.market, &mut |member, sid, _| {
        (member == owner).then(|| Frame::Fill { sid, msg: msg.clone() })
    });
}

/// Tells a member its order.
fn own_order(core: &mut Core, event: &Event, order: &Order, reason: Reason) {
    let Some(owner) = core.owner(order.account) else { return };
    let Some(ticker) = core.catalogue.ticker(order.market).cloned() else { return };
    let Some(user_id) = core.members.get(owner).map(|member| member.user_id.clone()) else { return };
    let side = BookSide::from(order.action);
    let msg = UserOrder {
        order_id: core.ids.text(Named::Order, order.number.0),
        user_id,
        client_order_id: core.client_order_id(owner, order.number).unwrap_or_default().to_owned(),
        ticker,
        status: status(order),
        side: Some(side.outcome()),
        is_yes: Some(side == BookSide::Bid),
        outcome_side: side.outcome(),
        book_side: side,
        yes_price_dollars: order.price,
        initial_count_fp: order.initial,
        fill_count_fp: order.filled,
        remaining_count_fp: order.left,
        taker_fill_cost_dollars: order.taker_cost,
        maker_fill_cost_dollars: order.maker_cost,
        taker_fees_dollars: order.taker_fees,
        maker_fees_dollars: order.maker_fees,
        created_time: Some(Rfc3339(order.created)),
        created_ts_ms: Some(Millis(order.created)),
        last_updated_ts_ms: Some(Millis(event.at)),
        expiration_ts_ms: order.expires.map(Millis),
        last_update_reason: word(reason).map(str::to_owned),
        exchange_index: Some(0),
    };
    core.hub.tell(Channel::UserOrders, order.market, &mut |member, sid, _| {
        (member == owner).then(|| Frame::UserOrder { sid, msg: msg.clone() })
    });
}

/// Returns the wire's word for why an order changed; none where its owner placed or cancelled it.
const fn word(reason: Reason) -> Option<&'static str> {
    match reason {
        // For a group the wire has no word.
        Reason::Placed | Reason::Cancelled | Reason::Group => None,
        Reason::Amended => Some("Amend"),
        Reason::Decreased => Some("Decrease"),
        Reason::Paused => Some("HaltCancel"),
        Reason::ReduceOnly => Some("ReduceOnlyCancel"),
        Reason::Traded => Some("Trade"),
        Reason::SelfTrade => Some("SelfTradeCancel"),
        Reason::Expired => Some("ExpiryCancel"),
        Reason::Closed => Some("CloseCancel"),
    }
}
