//! What anybody may ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use shared::wire::{
    Event, EventAnswer, EventsPage, ExchangeStatus, Market, MarketAnswer, MarketStatus, MarketsPage,
    OrderbookAnswer, Rfc3339, Series, SeriesAnswer, Trade, TradesPage,
};

use super::Shared;
use super::query::Query;
use super::refusal::Refusal;
use crate::paper::catalogue::{NewEvent, levels};
use crate::paper::core::Core;
use crate::paper::ids::Named;

type Answer<T> = Result<Json<T>, Refusal>;
type Exchange = State<Arc<Shared>>;

/// All series.
#[derive(serde::Serialize)]
pub(super) struct AllSeries {
    series: Vec<Series>,
}

/// Changes of fees that are to come: none.
#[derive(serde::Serialize)]
pub(super) struct FeeChanges {
    series_fee_change_arr: [(); 0],
}

pub(super) async fn status() -> Json<ExchangeStatus> {
    Json(ExchangeStatus { exchange_active: true, trading_active: true })
}

pub(super) async fn all_series(State(shared): Exchange, query: Query) -> Json<AllSeries> {
    let of = |series: &&Series| query.text("category").is_none_or(|category| series.category == category);
    Json(AllSeries { series: shared.with(|core| core.catalogue.series.iter().filter(of).cloned().collect()) })
}

pub(super) async fn fee_changes() -> Json<FeeChanges> {
    Json(FeeChanges { series_fee_change_arr: [] })
}

pub(super) async fn series(State(shared): Exchange, Path(ticker): Path<String>) -> Answer<SeriesAnswer> {
    let found =
        shared.with(|core| core.catalogue.series.iter().find(|series| series.ticker == ticker).cloned());
    Ok(Json(SeriesAnswer { series: found.ok_or_else(Refusal::not_found)? }))
}

/// Returns the word by which contracts of a status are asked for.
const fn asked(status: MarketStatus) -> &'static str {
    match status {
        MarketStatus::Initialized => "unopened",
        MarketStatus::Active => "open",
        MarketStatus::Inactive => "paused",
        MarketStatus::Finalized => "settled",
        MarketStatus::Closed
        | MarketStatus::Determined
        | MarketStatus::Disputed
        | MarketStatus::Amended
        | MarketStatus::Unknown => "closed",
    }
}

/// Returns all contracts, by place.
fn all_markets(core: &Core) -> Vec<Market> {
    let lately = core.lately();
    let told = lately.iter().enumerate();
    told.filter_map(|(place, lately)| core.catalogue.market(place, &core.exchange, lately)).collect()
}

/// Returns an event with its contracts.
fn with_markets(core: &Core, event: &NewEvent, markets: &[Market]) -> Event {
    let own = markets.iter().filter(|market| market.event_ticker == event.ticker);
    Event { markets: Some(own.cloned().collect()), ..core.catalogue.event(event) }
}

pub(super) async fn events(State(shared): Exchange, query: Query) -> Answer<EventsPage> {
    let limit = query.number("limit", 200, 200)?;
    let page = shared.with(|core| {
        let markets = all_markets(core);
        let mut found = Vec::new();
        for event in &core.catalogue.events {
            let told = with_markets(core, event, &markets);
            let status = query.text("status");
            let has = |market: &Market| status.is_none_or(|status| asked(market.status) == status);
            if query.admits("series_ticker", &event.series)
                && query.admits("tickers", event.ticker.as_str())
                && told.markets.iter().flatten().any(has)
            {
                found.push(told);
            }
        }
        let place = |event: &Event| {
            let known = core.catalogue.events.iter().position(|known| known.ticker == event.event_ticker);
            u64::MAX - known.unwrap_or(0) as u64
        };
        query.page(found.into_iter(), place, limit)
    });
    let (mut events, cursor) = page;
    if !query.flag("with_nested_markets") {
        for event in &mut events {
            event.markets = None;
        }
    }
    Ok(Json(EventsPage { cursor, events }))
}

pub(super) async fn event(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<EventAnswer> {
    let nested = query.flag("with_nested_markets");
    let found = shared.with(|core| {
        let event = core.catalogue.events.iter().find(|event| event.ticker.as_str() == ticker)?;
        Some(with_markets(core, event, &all_markets(core)))
    });
    let mut event = found.ok_or_else(Refusal::not_found)?;
    let markets = if nested { None } else { event.markets.take() };
    Ok(Json(EventAnswer { event, markets }))
}

pub(super) async fn markets(State(shared): Exchange, query: Query) -> Answer<MarketsPage> {
    let limit = query.number("limit", 100, 1_000)?;
    let (markets, cursor) = shared.with(|core| {
        let of_series: BTreeSet<_> = core
            .catalogue
            .events
            .iter()
            .filter(|event| query.admits("series_ticker", &event.series))
            .map(|event| event.ticker.clone())
            .collect();
        let status = query.text("status");
        let found = all_markets(core).into_iter().enumerate().filter(|(_, market)| {
            of_series.contains(&market.event_ticker)
                && query.admits("event_ticker", market.event_ticker.as_str())
                && query.admits("tickers", market.ticker.as_str())
                && status.is_none_or(|status| asked(market.status) == status)
        });
        query.page(found, |(place, _)| u64::MAX - *place as u64, limit)
    });
    Ok(Json(MarketsPage { cursor, markets: markets.into_iter().map(|(_, market)| market).collect() }))
}

pub(super) async fn market(State(shared): Exchange, Path(ticker): Path<String>) -> Answer<MarketAnswer> {
    let found = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        core.catalogue.market(place, &core.exchange, core.lately().get(place)?)
    });
    Ok(Json(MarketAnswer { market: found.ok_or_else(Refusal::not_found)? }))
}

pub(super) async fn orderbook(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<OrderbookAnswer> {
    let depth = query.number("depth", 0, 100)?;
    let book = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        Some(levels(core.exchange.markets().get(place)?.book(), depth, false))
    });
    Ok(Json(OrderbookAnswer { orderbook_fp: book.ok_or_else(Refusal::not_found)?, ticker: None }))
}

pub(super) async fn trades(State(shared): Exchange, query: Query) -> Answer<TradesPage> {
    let limit = query.number("limit", 100, 1_000)?;
    shared.with(|core| {
        let mut found = Vec::new();
        for (at, trade) in core.trades.iter().rev() {
            let Some(ticker) = core.catalogue.ticker(trade.market) else { continue };
            if query.admits("ticker", ticker.as_str()) && query.spans(*at)? {
                found.push((*at, *trade, ticker));
            }
        }
        let (page, cursor) = query.page(found.into_iter(), |(_, trade, _)| trade.number, limit);
        let trades = page.into_iter().map(|(at, trade, ticker)| {
            let taker = shared::wire::BookSide::from(trade.taker);
            Trade {
                trade_id: core.ids.text(Named::Trade, trade.number),
                ticker: ticker.clone(),
                count_fp: trade.count,
                yes_price_dollars: trade.price,
                no_price_dollars: trade.price.complement(),
                taker_side: Some(taker.outcome()),
                taker_outcome_side: Some(taker.outcome()),
                taker_book_side: Some(taker),
                created_time: Rfc3339(at),
                is_block_trade: Some(false),
            }
        });
        Ok(Json(TradesPage { cursor, trades: trades.collect() }))
    })
}
