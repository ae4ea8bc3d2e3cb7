//! Order groups.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use shared::exchange::matching::{self, AccountNumber, Group, GroupNumber, Matching};
use shared::units::{Quantity, Timestamp};
use shared::wire::{GroupCreated, GroupLimit, OrderGroup, OrderGroupAnswer, OrderGroups};

use super::body::{Asks, Body, Holds};
use super::orders::{member, whole};
use super::query::Query;
use super::refusal::Refusal;
use super::{Answer, Exchange, Shared, Signed};
use crate::paper::core::Core;
use crate::paper::ids::Named;

/// What is answered where there is nothing to say.
#[derive(Debug, Serialize)]
pub(super) struct Done {}

impl Asks for GroupLimit {
    const NAME: &'static str = "CreateOrderGroupRequest";
    const FIELDS: &'static [(&'static str, Holds)] = &[
        ("contracts_limit", Holds::Integer),
        ("contracts_limit_fp", Holds::Text),
        ("subaccount", Holds::Integer),
        ("exchange_index", Holds::Integer),
    ];
}

/// Returns the limit that was asked for: in whole contracts, in hundredths, or both alike.
fn limit_of(asked: &GroupLimit) -> Result<Quantity, Refusal> {
    let whole = asked.contracts_limit.map(|count| {
        let hundredths = count.checked_mul(100).filter(|hundredths| *hundredths > 0);
        let count = hundredths.and_then(|hundredths| Quantity::from_hundredths(hundredths).ok());
        count.ok_or_else(|| Refusal::parameters("contracts_limit must be at least 1"))
    });
    match (whole.transpose()?, asked.contracts_limit_fp) {
        (Some(whole), Some(exact)) if whole != exact => {
            Err(Refusal::parameters("contracts_limit and contracts_limit_fp must match"))
        }
        (Some(limit), _) | (None, Some(limit)) => Ok(limit),
        (None, None) => Err(Refusal::parameters("contracts_limit or contracts_limit_fp is required")),
    }
}

/// Returns a member's account, and its group of this id.
fn find<'a>(
    core: &'a Core,
    number: usize,
    id: &str,
) -> Result<(AccountNumber, GroupNumber, &'a Group), Refusal> {
    let account = member(core, number)?.account;
    let group = core.ids.number(Named::Group, id).map(GroupNumber).ok_or_else(Refusal::not_found)?;
    let found = core.exchange.group(group).filter(|found| found.account() == account);
    found.map(|found| (account, group, found)).ok_or_else(Refusal::not_found)
}

pub(super) async fn all(
    State(shared): Exchange,
    Signed(number): Signed,
    query: Query,
) -> Answer<OrderGroups> {
    whole(query.integer("subaccount")?, None)?;
    shared.with(|core| {
        let account = member(core, number)?.account;
        let told = |(group, found): (GroupNumber, &Group)| OrderGroup {
            id: core.ids.text(Named::Group, group.0),
            contracts_limit_fp: Some(found.limit()),
            is_auto_cancel_enabled: true,
            exchange_index: Some(0),
        };
        Ok(Json(OrderGroups { order_groups: core.exchange.groups(account).map(told).collect() }))
    })
}

pub(super) async fn create(
    State(shared): Exchange,
    Signed(number): Signed,
    Body(asked): Body<GroupLimit>,
) -> Result<(StatusCode, Json<GroupCreated>), Refusal> {
    whole(asked.subaccount, asked.exchange_index)?;
    let limit = limit_of(&asked)?;
    shared.with(|core| {
        let now = core.exchange.now();
        let account = member(core, number)?.account;
        let opened = core.exchange.open_group(now, account, limit);
        core.publish();
        let order_group_id = core.ids.text(Named::Group, opened?.0);
        let created = GroupCreated { order_group_id, subaccount: 0, exchange_index: Some(0) };
        Ok((StatusCode::CREATED, Json(created)))
    })
}

pub(super) async fn one(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
) -> Answer<OrderGroupAnswer> {
    shared.with(|core| {
        let (_, _, found) = find(core, number, &id)?;
        Ok(Json(OrderGroupAnswer {
            is_auto_cancel_enabled: true,
            orders: found.orders().map(|order| core.ids.text(Named::Order, order.0)).collect(),
            contracts_limit_fp: Some(found.limit()),
            exchange_index: Some(0),
        }))
    })
}

/// Does something with a member's group, and tells what happened.
fn change(
    shared: &Shared,
    number: usize,
    id: &str,
    query: &Query,
    act: impl FnOnce(&mut Matching, Timestamp, AccountNumber, GroupNumber) -> Result<(), matching::Refusal>,
) -> Answer<Done> {
    whole(query.integer("subaccount")?, query.integer("exchange_index")?)?;
    shared.with(|core| {
        let now = core.exchange.now();
        let (account, group, _) = find(core, number, id)?;
        let done = act(&mut core.exchange, now, account, group);
        core.publish();
        done?;
        Ok(Json(Done {}))
    })
}

pub(super) async fn delete(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Done> {
    change(&shared, number, &id, &query, Matching::delete_group)
}

pub(super) async fn reset(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Done> {
    change(&shared, number, &id, &query, Matching::reset_group)
}

pub(super) async fn trigger(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Done> {
    change(&shared, number, &id, &query, Matching::trigger_group)
}

pub(super) async fn limit(
    State(shared): Exchange,
    Signed(number): Signed,
    Path(id): Path<String>,
    query: Query,
    Body(asked): Body<GroupLimit>,
) -> Answer<Done> {
    let limit = limit_of(&asked)?;
    change(&shared, number, &id, &query, |exchange, now, account, group| {
        exchange.limit_group(now, account, group, limit)
    })
}
