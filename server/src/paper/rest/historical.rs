//! What is so old that Kalshi keeps it elsewhere. This exchange keeps all that it tells in one place, so that nothing is.

use axum::Json;
use axum::extract::{Path, State};
use shared::wire::{
    FillsPage, HistoricalCutoff, MarketAnswer, MarketsPage, OrdersPage, PositionsPage, Rfc3339, TradesPage,
};

use super::query::{Limit, Query};
use super::refusal::Refusal;
use super::{Answer, Exchange, Signed};

/// Names the time at which the exchange began.
pub(super) async fn cutoff(State(shared): Exchange) -> Json<HistoricalCutoff> {
    let (began, now) = shared.with_quietly(|core| (core.catalogue.began(), core.exchange.now()));
    let at = Rfc3339(began.unwrap_or(now));
    Json(HistoricalCutoff {
        market_settled_ts: at,
        trades_created_ts: at,
        orders_updated_ts: at,
        market_positions_last_updated_ts: Some(at),
    })
}

pub(super) async fn markets(query: Query) -> Answer<MarketsPage> {
    query.number("limit", Limit::MARKETS)?;
    query.word("mve_filter", &["exclude"])?;
    let filters = ["tickers", "event_ticker", "series_ticker", "mve_filter"];
    if filters.iter().filter(|name| query.text(name).is_some()).count() > 1 {
        return Err(Refusal::parameters("at most one filter may be given"));
    }
    Ok(Json(MarketsPage { cursor: String::new(), markets: Vec::new() }))
}

/// Answers for a contract, and for its candles, that it is not here.
pub(super) async fn market(Path(_ticker): Path<String>) -> Answer<MarketAnswer> {
    Err(Refusal::not_found())
}

pub(super) async fn trades(query: Query) -> Answer<TradesPage> {
    query.number("limit", Limit::MARKETS)?;
    query.span("min_ts", "max_ts")?;
    Ok(Json(TradesPage { cursor: String::new(), trades: Vec::new() }))
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
