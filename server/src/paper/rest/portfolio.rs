//! What a member may ask of its own account.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shared::exchange::matching::{Account, OrderNumber};
use shared::units::{Cash, Quantity};
use shared::wire::{
    Balance, BalanceShare, Dollars, EventPosition, FillsPage, MarketPosition, OrderAnswer, OrdersPage,
    PositionsPage, Rfc3339, Seconds, SettlementsPage,
};

use super::query::{Limit, Query};
use super::refusal::Refusal;
use super::{Answer, Exchange, Shared, Signed};
use crate::paper::behaviour::Behaviour;
use crate::paper::core::Core;
use crate::paper::faults::Lag;
use crate::paper::ids::Named;
use crate::paper::member::Member;
use crate::paper::past::as_of;

/// Does something with a member and its account, as they were `lag` microseconds ago.
fn of<T>(
    shared: &Shared,
    member: usize,
    lag: impl FnOnce(&Behaviour) -> i64,
    act: impl FnOnce(&Core, &Member, &Account) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    shared.with(|core| {
        let core: &Core = core;
        let (member, account) = as_of(core, member, lag(core.behaviour())).ok_or_else(Refusal::not_found)?;
        act(core, &member, account)
    })
}

pub(super) async fn balance(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
) -> Answer<Balance> {
    of(
        &shared,
        member,
        |_| lag,
        |core, member, account| {
            let free = account.free();
            Ok(Json(Balance {
                balance: free.microdollars().div_euclid(10_000),
                balance_dollars: Some(Dollars(free)),
                balance_breakdown: Some(vec![BalanceShare { exchange_index: 0, balance: Dollars(free) }]),
                portfolio_value: core.worth(member).microdollars().div_euclid(10_000),
                updated_ts: Seconds(member.updated),
            }))
        },
    )
}

/// The answer to `GET /portfolio/summary/total_resting_order_value`.
#[derive(Debug, Serialize)]
pub(super) struct RestingValue {
    /// In whole cents.
    total_resting_order_value: i64,
    resting_order_value_breakdown: [BalanceShare; 1],
}

/// Says how much is reserved for orders that rest.
pub(super) async fn resting_value(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
) -> Answer<RestingValue> {
    of(
        &shared,
        member,
        |_| lag,
        |_, _, account| {
            let reserved = account.reserved();
            Ok(Json(RestingValue {
                total_resting_order_value: reserved.microdollars().div_euclid(10_000),
                resting_order_value_breakdown: [BalanceShare {
                    exchange_index: 0,
                    balance: Dollars(reserved),
                }],
            }))
        },
    )
}

pub(super) async fn positions(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
    query: Query,
) -> Answer<PositionsPage> {
    let limit = query.number("limit", Limit::LISTS)?;
    let settled = query.word("settlement_status", &["unsettled", "settled", "all"])?.unwrap_or("unsettled");
    // Both words are of what has been traded, which all that is listed has; of `position` there may be none left.
    let held = query.admits("count_filter", "position") && !query.admits("count_filter", "total_traded");
    let late = |behaviour: &Behaviour| lag.max(i64::from(behaviour.positions_lag_ms) * 1_000);
    of(&shared, member, late, |core, member, account| {
        let mut by_event: BTreeMap<_, EventPosition> = BTreeMap::new();
        let mut found = Vec::new();
        for (place, holding) in account.holdings() {
            let (Some(ticker), Some(event)) = (core.catalogue.ticker(place), core.catalogue.event_of(place))
            else {
                continue;
            };
            if !query.admits("ticker", ticker.as_str())
                || !query.admits("event_ticker", event.ticker.as_str())
            {
                continue;
            }
            let is_settled = core.catalogue.markets.get(place).is_some_and(|listed| listed.settled.is_some());
            if settled != "all" && is_settled != (settled == "settled") {
                continue;
            }
            let bought = member.bought.get(&place).copied().unwrap_or(Quantity::ZERO);
            if bought.is_zero() {
                continue;
            }
            let sum = |a: Cash, b: Cash| a.checked_add(b).unwrap_or(a);
            let together = by_event.entry(event.ticker.clone()).or_insert_with(|| EventPosition {
                event_ticker: event.ticker.clone(),
                total_cost_dollars: Cash::ZERO,
                total_cost_shares_fp: Quantity::ZERO,
                event_exposure_dollars: Cash::ZERO,
                realized_pnl_dollars: Cash::ZERO,
                fees_paid_dollars: Cash::ZERO,
            });
            together.total_cost_dollars = sum(together.total_cost_dollars, holding.traded);
            together.total_cost_shares_fp =
                together.total_cost_shares_fp.checked_add(bought).unwrap_or(Quantity::MAX);
            together.event_exposure_dollars = sum(together.event_exposure_dollars, holding.cost);
            together.realized_pnl_dollars = sum(together.realized_pnl_dollars, holding.realized);
            together.fees_paid_dollars = sum(together.fees_paid_dollars, holding.fees);
            let told = MarketPosition {
                ticker: ticker.clone(),
                position_fp: holding.position.into(),
                total_traded_dollars: holding.traded,
                market_exposure_dollars: holding.cost,
                realized_pnl_dollars: holding.realized,
                fees_paid_dollars: holding.fees,
                last_updated_ts: Rfc3339(holding.updated),
                exchange_index: Some(0),
            };
            if !held || holding.position.hundredths() != 0 {
                found.push((place, told));
            }
        }
        let (page, cursor) = query.page(found.into_iter(), |(place, _)| u64::MAX - *place as u64, limit);
        Ok(Json(PositionsPage {
            cursor,
            market_positions: page.into_iter().map(|(_, told)| told).collect(),
            event_positions: by_event.into_values().collect(),
        }))
    })
}

pub(super) async fn fills(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
    query: Query,
) -> Answer<FillsPage> {
    let limit = query.number("limit", Limit::LISTS)?;
    let span = query.span("min_ts", "max_ts")?;
    query.few("ticker")?;
    of(
        &shared,
        member,
        |_| lag,
        |core, member, _| {
            let mut found = Vec::new();
            for (k, (at, fill)) in member.fills() {
                let Some(ticker) = core.catalogue.ticker(fill.market) else { continue };
                if query.admits("ticker", ticker.as_str())
                    && query.admits("order_id", &core.ids.text(Named::Order, fill.order.0))
                    && span.holds(*at)
                {
                    found.push((k, Member::fill(*at, fill, ticker, core.ids)));
                }
            }
            let (page, cursor) = query.page(found.into_iter(), |(k, _)| *k, limit);
            Ok(Json(FillsPage { cursor, fills: page.into_iter().map(|(_, fill)| fill).collect() }))
        },
    )
}

pub(super) async fn settlements(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
    query: Query,
) -> Answer<SettlementsPage> {
    let limit = query.number("limit", Limit::LISTS)?;
    let span = query.span("min_ts", "max_ts")?;
    of(
        &shared,
        member,
        |_| lag,
        |_, member, _| {
            let all = member.settlements.iter().enumerate().rev();
            let found = all.filter(|(_, paid)| {
                query.admits("ticker", paid.ticker.as_str())
                    && query.admits("event_ticker", paid.event_ticker.as_str())
                    && span.holds(paid.settled_time.0)
            });
            let (page, cursor) = query.page(found, |(k, _)| *k as u64, limit);
            Ok(Json(SettlementsPage {
                cursor,
                settlements: page.into_iter().map(|(_, paid)| paid.clone()).collect(),
            }))
        },
    )
}

pub(super) async fn orders(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
    query: Query,
) -> Answer<OrdersPage> {
    let limit = query.number("limit", Limit::LISTS)?;
    let span = query.span("min_ts", "max_ts")?;
    let wanted = query.word("status", &["resting", "canceled", "executed"])?;
    query.few("event_ticker")?;
    of(
        &shared,
        member,
        |_| lag,
        |core, member, _| {
            let mut found = Vec::new();
            for kept in member.orders.values().rev() {
                let market = kept.order.market;
                let (Some(ticker), Some(event)) =
                    (core.catalogue.ticker(market), core.catalogue.event_of(market))
                else {
                    continue;
                };
                let word = kept.order.status();
                if query.admits("ticker", ticker.as_str())
                    && query.admits("event_ticker", event.ticker.as_str())
                    && wanted.is_none_or(|wanted| wanted == word.as_str())
                    && span.holds(kept.order.created)
                {
                    found.push((kept, ticker));
                }
            }
            let (page, cursor) = query.page(found.into_iter(), |(kept, _)| kept.order.number.0, limit);
            let orders = page.into_iter().map(|(kept, ticker)| member.order(kept, ticker, core.ids));
            Ok(Json(OrdersPage { cursor, orders: orders.collect() }))
        },
    )
}

pub(super) async fn order(
    State(shared): Exchange,
    Signed(member): Signed,
    Lag(lag): Lag,
    Path(id): Path<String>,
) -> Answer<OrderAnswer> {
    let late = |behaviour: &Behaviour| lag.max(i64::from(behaviour.order_lag_ms) * 1_000);
    of(&shared, member, late, |core, member, _| {
        let number = core.ids.number(Named::Order, &id).map(OrderNumber);
        let kept = number.and_then(|number| member.orders.get(&number)).ok_or_else(Refusal::not_found)?;
        let ticker = core.catalogue.ticker(kept.order.market).ok_or_else(Refusal::not_found)?;
        Ok(Json(OrderAnswer { order: member.order(kept, ticker, core.ids) }))
    })
}
