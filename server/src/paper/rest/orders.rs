//! Orders placed, changed and taken back.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use shared::exchange::matching::{Amendment, GroupNumber, NewOrder, OrderNumber, Placed};
use shared::units::{Cash, Quantity, Timestamp};
use shared::wire::{
    AmendOrder, AmendOrderAnswer, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, DecreaseOrder,
    DecreaseOrderAnswer, Dollars, Millis,
};

use super::body::{Asks, Body, Holds};
use super::query::Query;
use super::refusal::Refusal;
use super::{Answer, Exchange, Signed};
use crate::paper::core::Core;
use crate::paper::ids::Named;
use crate::paper::member::Member;

/// Returns the mean of a sum over contracts, to the centi-cent.
fn mean(sum: Cash, count: Quantity) -> Option<Dollars> {
    if count.is_zero() {
        return None;
    }
    // Microdollars over hundredths of a contract are centi-cents a contract; rounded to the nearest.
    let (sum, count) = (i128::from(sum.microdollars()), i128::from(count.hundredths()));
    let centicents = (2 * sum + count).div_euclid(2 * count);
    Some(Dollars(Cash::from_microdollars(i64::try_from(centicents * 100).ok()?)))
}

pub(super) fn member(core: &Core, number: usize) -> Result<&Member, Refusal> {
    core.members.get(number).ok_or_else(Refusal::not_found)
}

impl Asks for CreateOrder {
    const NAME: &'static str = "CreateOrderV2Request";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("ticker", Holds::Text),
        ("client_order_id", Holds::Text),
        ("side", Holds::Text),
        ("count", Holds::Text),
        ("price", Holds::Text),
        ("expiration_time", Holds::Integer),
        ("time_in_force", Holds::Text),
        ("post_only", Holds::Flag),
        ("self_trade_prevention_type", Holds::Text),
        ("cancel_order_on_pause", Holds::Flag),
        ("reduce_only", Holds::Flag),
        ("subaccount", Holds::Integer),
        ("order_group_id", Holds::Text),
        ("exchange_index", Holds::Integer),
    ];
}

impl Asks for AmendOrder {
    const NAME: &'static str = "AmendOrderV2Request";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("ticker", Holds::Text),
        ("side", Holds::Text),
        ("price", Holds::Text),
        ("count", Holds::Text),
        ("client_order_id", Holds::Text),
        ("updated_client_order_id", Holds::Text),
        ("expiration_time", Holds::Integer),
        ("exchange_index", Holds::Integer),
    ];
}

impl Asks for DecreaseOrder {
    const NAME: &'static str = "DecreaseOrderV2Request";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("reduce_by", Holds::Text),
        ("reduce_to", Holds::Text),
        ("exchange_index", Holds::Integer),
        ("market_ticker", Holds::Text),
    ];
}

/// Refuses parts of an account or of the exchange that there are not. Of the exchange, -1 is whichever the contract is on.
pub(super) fn whole(subaccount: Option<i64>, exchange_index: Option<i64>) -> Result<(), Refusal> {
    if subaccount.is_some_and(|part| part != 0) {
        return Err(Refusal::unsupported("subaccount"));
    }
    if exchange_index.is_some_and(|part| part != 0 && part != -1) {
        return Err(Refusal::unsupported("exchange_index"));
    }
    Ok(())
}

/// Returns a name that is not empty.
fn named(name: Option<&String>) -> Option<&str> {
    name.map(String::as_str).filter(|name| !name.is_empty())
}

pub(super) async fn create(
    State(shared): Exchange,
    Signed(number): Signed,
    Body(asked): Body<CreateOrder>,
) -> Result<(StatusCode, Json<CreateOrderAnswer>), Refusal> {
    shared.with(|core| place(core, number, &asked)).map(|answer| (StatusCode::CREATED, Json(answer)))
}

/// Places an order of a member's.
pub(super) fn place(
    core: &mut Core,
    number: usize,
    asked: &CreateOrder,
) -> Result<CreateOrderAnswer, Refusal> {
    whole(asked.subaccount, asked.exchange_index)?;
    let name = named(asked.client_order_id.as_ref());
    let now = core.exchange.now();
    let account = member(core, number)?.account;
    if name.is_some_and(|name| member(core, number).is_ok_and(|member| member.taken.contains(name))) {
        return Err(Refusal::new(StatusCode::CONFLICT, "order_already_exists", None));
    }
    let market = core
        .catalogue
        .place(asked.ticker.as_str())
        .ok_or(shared::exchange::matching::Refusal::NoSuchMarket)?;
    let group = match named(asked.order_group_id.as_ref()) {
        Some(id) => {
            let group = core.ids.number(Named::Group, id).map(GroupNumber);
            Some(group.ok_or(shared::exchange::matching::Refusal::NoSuchGroup)?)
        }
        None => None,
    };
    let order = NewOrder::asked(asked, market, group);
    let placed = core.order(name, |exchange| exchange.place(now, account, &order));
    let killed = matches!(placed, Err(shared::exchange::matching::Refusal::FillOrKill));
    // By an order that was killed a name is taken too.
    if let (Some(name), true, Some(member)) = (name, placed.is_ok() || killed, core.members.get_mut(number)) {
        member.taken.insert(name);
    }
    let Placed { order, filled, left, worth, fees } = placed?;
    Ok(CreateOrderAnswer {
        order_id: core.ids.text(Named::Order, order.0),
        client_order_id: name.map(str::to_owned),
        fill_count: filled,
        remaining_count: left,
        average_fill_price: mean(worth, filled),
        average_fee_paid: mean(fees, filled),
        ts_ms: Millis(now),
    })
}

/// Returns the number in an id, and what its owner calls it.
fn find(core: &Core, number: usize, id: &str) -> Result<(OrderNumber, Option<String>), Refusal> {
    let order = core.ids.number(Named::Order, id).map(OrderNumber).ok_or_else(Refusal::not_found)?;
    Ok((order, core.client_order_id(number, order).map(str::to_owned)))
}

pub(super) async fn cancel(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
) -> Answer<CancelOrderAnswer> {
    whole(query.integer("subaccount")?, query.integer("exchange_index")?)?;
    shared.with(|core| take_back(core, number, id)).map(Json)
}

/// Takes back an order of a member's.
pub(super) fn take_back(core: &mut Core, number: usize, id: String) -> Result<CancelOrderAnswer, Refusal> {
    let now = core.exchange.now();
    let account = member(core, number)?.account;
    let (order, client_order_id) = find(core, number, &id)?;
    let reduced_by = core.exchange.cancel(now, account, order)?;
    core.publish();
    Ok(CancelOrderAnswer { order_id: id, client_order_id, reduced_by, ts_ms: Millis(now) })
}

/// Takes back all orders of a member, as the button that ends everything does.
pub(super) async fn cancel_all(
    State(shared): Exchange,
    Signed(number): Signed,
    query: Query,
) -> Result<StatusCode, Refusal> {
    whole(query.integer("subaccount")?, None)?;
    shared.with(|core| {
        let now = core.exchange.now();
        let account = member(core, number)?.account;
        let resting: Vec<OrderNumber> = core.exchange.resting(account).map(|order| order.number).collect();
        for order in resting {
            core.exchange.cancel(now, account, order)?;
        }
        core.publish();
        Ok(StatusCode::NO_CONTENT)
    })
}

pub(super) async fn amend(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
    Body(asked): Body<AmendOrder>,
) -> Answer<AmendOrderAnswer> {
    whole(query.integer("subaccount")?, asked.exchange_index)?;
    let (name, renamed) =
        (named(asked.client_order_id.as_ref()), named(asked.updated_client_order_id.as_ref()));
    shared.with(|core| {
        let now = core.exchange.now();
        let account = member(core, number)?.account;
        let (order, before) = find(core, number, &id)?;
        let rests = core.exchange.order(order).filter(|order| order.account == account);
        let rests = rests.ok_or_else(Refusal::not_found)?;
        let mismatch = |code| Err(Refusal::new(StatusCode::BAD_REQUEST, code, None));
        if core.catalogue.place(asked.ticker.as_str()) != Some(rests.market) {
            return mismatch("order_ticker_mismatch");
        }
        if asked.side.action() != rests.action {
            return mismatch("order_side_mismatch");
        }
        if name.is_some_and(|name| before.as_deref() != Some(name)) {
            return mismatch("order_id_and_client_order_id_mismatch");
        }
        let is_new = renamed.filter(|renamed| before.as_deref() != Some(renamed));
        if is_new.is_some_and(|name| member(core, number).is_ok_and(|member| member.taken.contains(name))) {
            return Err(Refusal::new(StatusCode::CONFLICT, "order_already_exists", None));
        }
        // Zero takes an order's end away.
        let epoch = |at: Timestamp| at.micros() == 0;
        let change = Amendment {
            price: asked.price,
            total: asked.count,
            expires: asked.expiration_time.map(|at| Some(at.0).filter(|at| !epoch(*at))),
        };
        if let (Some(name), Some(member)) = (is_new, core.members.get_mut(number)) {
            // The frames that tell of the change bear the new name.
            if let Some(kept) = member.orders.get_mut(&order) {
                kept.client_order_id = name.to_owned();
            }
        }
        let amended = core.order(None, |exchange| exchange.amend(now, account, order, &change));
        if let (Some(name), Some(member)) = (is_new, core.members.get_mut(number)) {
            if amended.is_ok() {
                member.taken.insert(name);
            } else if let Some(kept) = member.orders.get_mut(&order) {
                kept.client_order_id = before.clone().unwrap_or_default();
            }
        }
        let Placed { filled, left, worth, fees, .. } = amended?;
        Ok(Json(AmendOrderAnswer {
            order_id: id,
            client_order_id: core.client_order_id(number, order).map(str::to_owned),
            remaining_count: Some(left),
            fill_count: Some(filled).filter(|filled| !filled.is_zero()),
            average_fill_price: mean(worth, filled),
            average_fee_paid: mean(fees, filled),
            ts_ms: Millis(now),
        }))
    })
}

/// Makes an order smaller; it keeps its place in the queue.
pub(super) async fn decrease(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
    Body(asked): Body<DecreaseOrder>,
) -> Answer<DecreaseOrderAnswer> {
    whole(query.integer("subaccount")?, asked.exchange_index)?;
    if asked.reduce_by.is_some() == asked.reduce_to.is_some() {
        return Err(Refusal::parameters("exactly one of reduce_by and reduce_to is required"));
    }
    shared.with(|core| {
        let now = core.exchange.now();
        let account = member(core, number)?.account;
        let (order, client_order_id) = find(core, number, &id)?;
        let rests = core.exchange.order(order).filter(|order| order.account == account);
        let left = rests.ok_or_else(Refusal::not_found)?.left;
        let to = match (asked.reduce_by, asked.reduce_to) {
            (Some(by), _) => left.checked_sub(by).ok_or(shared::exchange::matching::Refusal::Increase)?,
            (None, to) => to.unwrap_or(left),
        };
        let decreased = core.exchange.decrease(now, account, order, to);
        core.publish();
        Ok(Json(DecreaseOrderAnswer {
            order_id: id,
            client_order_id,
            remaining_count: decreased?,
            ts_ms: Millis(now),
        }))
    })
}

/// Answers the first version's paths for orders, which are gone.
pub(super) async fn gone() -> Refusal {
    Refusal::deprecated()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mean_is_rounded_to_the_centicent() {
        let mean = |sum: &str, count: &str| {
            super::mean(sum.parse().unwrap(), count.parse().unwrap()).map(|mean| mean.to_string())
        };
        assert_eq!(mean("2.03", "4"), Some("0.5075".to_owned()));
        assert_eq!(mean("0.0175", "1"), Some("0.0175".to_owned()));
        assert_eq!(mean("1", "3"), Some("0.3333".to_owned()));
        assert_eq!(mean("0", "0"), None);
    }
}
