//! Several orders placed or taken back in one request: each for itself, in their order.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::units::Quantity;
use shared::wire::{
    BatchCancelAnswer, BatchCancelOrder, BatchCancelled, BatchCreateAnswer, BatchCreated, CreateOrder,
};

use super::body::{Asks, Body, Holds, read};
use super::orders::{place, take_back, whole};
use super::refusal::Refusal;
use super::signed::Bill;
use super::{Answer, Exchange, Signed};

/// The body of a batch: what is in it is read one by one, so that one that can't be read is refused alone.
#[derive(Debug, Deserialize)]
struct Items {
    orders: Vec<Box<RawValue>>,
}

/// Orders to be placed.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct ToPlace(Items);

/// Orders to be taken back.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct ToCancel(Items);

impl Asks for ToPlace {
    const NAME: &'static str = "BatchCreateOrdersV2Request";
    const FIELDS: &'static [(&'static str, Holds)] = &[("orders", Holds::List)];
}

impl Asks for ToCancel {
    const NAME: &'static str = "BatchCancelOrdersV2Request";
    const FIELDS: &'static [(&'static str, Holds)] = &[("orders", Holds::List)];
}

impl Asks for BatchCancelOrder {
    const NAME: &'static str = "BatchCancelOrdersV2RequestOrder";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("order_id", Holds::Text),
        ("subaccount", Holds::Integer),
        ("exchange_index", Holds::Integer),
        ("market_ticker", Holds::Text),
    ];
}

/// The name that an order was to have, if its body can be read so far.
#[derive(Deserialize)]
struct Name {
    client_order_id: Option<String>,
}

pub(super) async fn create(
    State(shared): Exchange,
    Signed(number): Signed,
    bill: Bill,
    Body(ToPlace(Items { orders })): Body<ToPlace>,
) -> Result<(StatusCode, Json<BatchCreateAnswer>), Refusal> {
    bill.pay(&shared, orders.len())?;
    let orders = shared.with(|core| {
        let one = |json: &RawValue| {
            let json = json.get();
            let asked = read::<CreateOrder>(json.as_bytes());
            match asked.and_then(|asked| place(core, number, &asked)) {
                Ok(placed) => BatchCreated {
                    order_id: Some(placed.order_id),
                    client_order_id: placed.client_order_id,
                    fill_count: Some(placed.fill_count),
                    remaining_count: Some(placed.remaining_count),
                    average_fill_price: placed.average_fill_price,
                    average_fee_paid: placed.average_fee_paid,
                    ts_ms: Some(placed.ts_ms),
                    error: None,
                },
                Err(refusal) => BatchCreated {
                    order_id: None,
                    client_order_id: serde_json::from_str(json)
                        .ok()
                        .and_then(|name: Name| name.client_order_id),
                    fill_count: None,
                    remaining_count: None,
                    average_fill_price: None,
                    average_fee_paid: None,
                    ts_ms: None,
                    error: Some(refusal.item()),
                },
            }
        };
        orders.iter().map(AsRef::as_ref).map(one).collect()
    });
    Ok((StatusCode::CREATED, Json(BatchCreateAnswer { orders })))
}

pub(super) async fn cancel(
    State(shared): Exchange,
    Signed(number): Signed,
    bill: Bill,
    Body(ToCancel(Items { orders })): Body<ToCancel>,
) -> Answer<BatchCancelAnswer> {
    bill.pay(&shared, orders.len())?;
    // Without an id there is nothing to tell about an order: then the whole is refused.
    let orders: Vec<BatchCancelOrder> =
        orders.iter().map(|json| read(json.get().as_bytes())).collect::<Result<_, _>>()?;
    let orders = shared.with(|core| {
        let one = |asked: BatchCancelOrder| {
            let BatchCancelOrder { order_id, subaccount, exchange_index, market_ticker: _ } = asked;
            let done =
                whole(subaccount, exchange_index).and_then(|()| take_back(core, number, order_id.clone()));
            match done {
                Ok(gone) => BatchCancelled {
                    order_id,
                    client_order_id: gone.client_order_id,
                    reduced_by: gone.reduced_by,
                    ts_ms: Some(gone.ts_ms),
                    error: None,
                },
                Err(refusal) => BatchCancelled {
                    order_id,
                    client_order_id: None,
                    reduced_by: Quantity::ZERO,
                    ts_ms: None,
                    error: Some(refusal.item()),
                },
            }
        };
        orders.into_iter().map(one).collect()
    });
    Ok(Json(BatchCancelAnswer { orders }))
}
