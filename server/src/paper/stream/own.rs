//! What happened to a member's own orders.

use shared::exchange::matching::{
    AccountNumber, Called, Event, GroupChange, GroupNumber, Order, OwnFill, Reason,
};
use shared::units::Timestamp;
use shared::wire::{Channel, Frame, GroupUpdate, Millis};

use crate::paper::core::Core;
use crate::paper::ids::Named;

/// Tells a member its fill.
pub(super) fn own_fill(core: &mut Core, event: &Event, fill: &OwnFill) {
    let Some(owner) = core.owner(fill.account) else { return };
    let Some(ticker) = core.catalogue.ticker(fill.market).cloned() else { return };
    let names = (
        core.ids.text(Named::Order, fill.order.0),
        core.client_order_id(owner, fill.order).map(str::to_owned),
    );
    let msg = fill.told(event.at, core.ids.text(Named::Trade, fill.trade), names, ticker);
    core.hub.tell(event.at, Channel::Fill, Some(fill.market), &mut |member, sid, _| {
        (member == owner).then(|| Frame::Fill { sid, msg: msg.clone() })
    });
}

/// Tells a member its order.
pub(super) fn own_order(core: &mut Core, event: &Event, order: &Order, reason: Reason) {
    let Some(owner) = core.owner(order.account) else { return };
    let Some(ticker) = core.catalogue.ticker(order.market).cloned() else { return };
    let Some(user_id) = core.members.get(owner).map(|member| member.user_id.clone()) else { return };
    let called = Called {
        order_id: core.ids.text(Named::Order, order.number.0),
        user_id,
        client_order_id: core.client_order_id(owner, order.number).unwrap_or_default().to_owned(),
        ticker,
        group_id: order.group().map(|group| core.ids.text(Named::Group, group.0)),
    };
    let msg = order.told(event.at, reason, called);
    core.hub.tell(event.at, Channel::UserOrders, Some(order.market), &mut |member, sid, _| {
        (member == owner).then(|| Frame::UserOrder { sid, msg: msg.clone() })
    });
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
