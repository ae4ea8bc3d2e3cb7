//! How much trades before a member's orders do.

use axum::Json;
use axum::extract::{Path, State};
use shared::exchange::matching::OrderNumber;
use shared::wire::{OrderQueuePosition, QueuePosition, QueuePositions};

use super::orders::{member, whole};
use super::query::Query;
use super::refusal::Refusal;
use super::{Answer, Exchange, Signed};
use crate::paper::ids::Named;

pub(super) async fn positions(
    State(shared): Exchange,
    Signed(number): Signed,
    query: Query,
) -> Answer<QueuePositions> {
    whole(query.integer("subaccount")?, None)?;
    shared.with(|core| {
        let account = member(core, number)?.account;
        let told = core.exchange.resting(account).filter_map(|order| {
            let ticker = core.catalogue.ticker(order.market)?;
            let event = core.catalogue.event_of(order.market)?;
            let wanted = query.admits("market_tickers", ticker.as_str())
                && query.admits("event_ticker", event.ticker.as_str());
            wanted.then_some(())?;
            Some(OrderQueuePosition {
                order_id: core.ids.text(Named::Order, order.number.0),
                market_ticker: ticker.clone(),
                queue_position_fp: core.exchange.queue_ahead(order.number)?,
            })
        });
        Ok(Json(QueuePositions { queue_positions: told.collect() }))
    })
}

pub(super) async fn position(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
) -> Answer<QueuePosition> {
    shared.with(|core| {
        let account = member(core, number)?.account;
        let order = core.ids.number(Named::Order, &id).map(OrderNumber);
        let rests =
            order.filter(|order| core.exchange.order(*order).is_some_and(|rests| rests.account == account));
        let ahead = rests.and_then(|order| core.exchange.queue_ahead(order));
        Ok(Json(QueuePosition { queue_position_fp: ahead.ok_or_else(Refusal::not_found)? }))
    })
}
