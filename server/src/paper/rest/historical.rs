//! What is so old that Kalshi keeps it elsewhere: trades and settled contracts from before the cutoff. Of one's own account all
//! stays in one place here.

use axum::Json;
use axum::extract::{Path, State};
use shared::units::Timestamp;
use shared::wire::{
    FillsPage, HistoricalCutoff, Market, MarketAnswer, MarketsPage, OrdersPage, PositionsPage, Rfc3339,
    TradesPage,
};

use super::markets::{all_markets, has_vanished, is_past, trades_where};
use super::query::{Limit, Query};
use super::refusal::Refusal;
use super::{Answer, Exchange, Signed};

/// For how long before they are there alone trades are told by both tiers, in microseconds. That they ever are at Kalshi isn't
/// known; who reads both must not count them twice.
const BOTH: i64 = 3_600_000_000;

/// Names the time at which the live tier begins.
pub(super) async fn cutoff(State(shared): Exchange) -> Json<HistoricalCutoff> {
    let (began, cutoff) = shared.with_quietly(|core| {
        let began = core.catalogue.began().unwrap_or(core.exchange.now());
        (Rfc3339(began), Rfc3339(core.cutoff()))
    });
    Json(HistoricalCutoff {
        market_settled_ts: cutoff,
        trades_created_ts: cutoff,
        orders_updated_ts: began,
        market_positions_last_updated_ts: Some(began),
    })
}

pub(super) async fn markets(State(shared): Exchange, query: Query) -> Answer<MarketsPage> {
    let limit = query.number("limit", Limit::MARKETS)?;
    query.word("mve_filter", &["exclude"])?;
    let filters = ["tickers", "event_ticker", "series_ticker", "mve_filter"];
    if filters.iter().filter(|name| query.text(name).is_some()).count() > 1 {
        return Err(Refusal::parameters("at most one filter may be given"));
    }
    let (markets, cursor) = shared.with(|core| {
        let is_of = |market: &Market| {
            let place = core.catalogue.place(market.ticker.as_str());
            let event = place.and_then(|place| core.catalogue.event_of(place));
            event.is_some_and(|event| query.admits("series_ticker", &event.series))
                && query.admits("event_ticker", market.event_ticker.as_str())
                && query.admits("tickers", market.ticker.as_str())
        };
        let found = all_markets(core).into_iter().filter(|market| is_past(core, market) && is_of(market));
        let found: Vec<(u64, Market)> = (0..).zip(found).map(|(k, market)| (u64::MAX - k, market)).collect();
        query.page(found.into_iter(), |(rank, _)| *rank, limit)
    });
    Ok(Json(MarketsPage { cursor, markets: markets.into_iter().map(|(_, market)| market).collect() }))
}

pub(super) async fn market(State(shared): Exchange, Path(ticker): Path<String>) -> Answer<MarketAnswer> {
    let found = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        let market = core.catalogue.market(place, &core.exchange, core.lately().get(place)?)?;
        (!has_vanished(core, &market) && core.is_past(place)).then_some(market)
    });
    Ok(Json(MarketAnswer { market: found.ok_or_else(Refusal::not_found)? }))
}

pub(super) async fn trades(State(shared): Exchange, query: Query) -> Answer<TradesPage> {
    let until = |cutoff: Timestamp| cutoff.checked_add_micros(BOTH).unwrap_or(Timestamp::MAX);
    trades_where(&shared, &query, |at, cutoff| cutoff.is_some_and(|cutoff| at < until(cutoff)))
}

pub(super) async fn fills(_: Signed, query: Query) -> Answer<FillsPage> {
    query.number("limit", Limit::LISTS)?;
    query.span("min_ts", "max_ts")?;
    Ok(Json(FillsPage { cursor: String::new(), fills: Vec::new() }))
}

pub(super) async fn orders(_: Signed, query: Query) -> Answer<OrdersPage> {
    query.number("limit", Limit::LISTS)?;
    query.span("min_ts", "max_ts")?;
    Ok(Json(OrdersPage { cursor: String::new(), orders: Vec::new() }))
}

pub(super) async fn positions(_: Signed, query: Query) -> Answer<PositionsPage> {
    query.number("limit", Limit::LISTS)?;
    Ok(Json(PositionsPage {
        cursor: String::new(),
        market_positions: Vec::new(),
        event_positions: Vec::new(),
    }))
}
