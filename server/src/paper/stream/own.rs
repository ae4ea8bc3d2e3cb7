//! What happened to a member's own orders.

use shared::exchange::matching::{
    AccountNumber, Event, GroupChange, GroupNumber, Order, OwnFill, Reason, SelfTrade,
};
use shared::fees::Role;
use shared::market::Action;
use shared::units::Timestamp;
use shared::wire::{
    BookSide, Channel, FillMessage, Frame, GroupUpdate, Millis, Rfc3339, Seconds, SelfTradePrevention,
    UserOrder,
};

use crate::paper::core::Core;
use crate::paper::ids::Named;
use crate::paper::member::status;

/// Tells a member its fill.
pub(super) fn own_fill(core: &mut Core, event: &Event, fill: &OwnFill) {
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
        subaccount: Some(0),
    };
    core.hub.tell(event.at, Channel::Fill, Some(fill.market), &mut |member, sid, _| {
        (member == owner).then(|| Frame::Fill { sid, msg: msg.clone() })
    });
}

/// Tells a member its order.
pub(super) fn own_order(core: &mut Core, event: &Event, order: &Order, reason: Reason) {
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
        last_update_time: Some(Rfc3339(event.at)),
        expiration_ts_ms: order.expires().map(Millis),
        expiration_time: order.expires().map(Rfc3339),
        order_group_id: order.group().map(|group| core.ids.text(Named::Group, group.0)),
        self_trade_prevention_type: Some(match order.self_trade {
            SelfTrade::TakerAtCross => SelfTradePrevention::TakerAtCross,
            SelfTrade::Maker => SelfTradePrevention::Maker,
        }),
        last_update_reason: word(reason).map(str::to_owned),
        exchange_index: Some(0),
        subaccount_number: Some(0),
    };
    core.hub.tell(event.at, Channel::UserOrders, Some(order.market), &mut |member, sid, _| {
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

/// Tells a member what became of its group of orders.
pub(super) fn own_group(
    core: &mut Core,
    at: Timestamp,
    group: GroupNumber,
    account: AccountNumber,
    change: GroupChange,
) {
    let Some(owner) = core.owner(account) else { return };
    let (event_type, contracts_limit_fp) = match change {
        GroupChange::Created(limit) => ("created", Some(limit)),
        GroupChange::Triggered => ("triggered", None),
        GroupChange::Reset => ("reset", None),
        GroupChange::Limit(limit) => ("limit_updated", Some(limit)),
        GroupChange::Deleted => ("deleted", None),
    };
    let msg = GroupUpdate {
        event_type: event_type.to_owned(),
        order_group_id: core.ids.text(Named::Group, group.0),
        contracts_limit_fp,
        ts_ms: Millis(at),
    };
    core.hub.tell(at, Channel::OrderGroups, None, &mut |member, sid, subscribed| {
        (member == owner).then(|| Frame::OrderGroupUpdates { sid, seq: subscribed.next(), msg: msg.clone() })
    });
}
