//! What anybody may ask about series and events.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shared::units::Quantity;
use shared::wire::{
    Event, EventAnswer, EventFeeChanges, EventMetadata, EventsPage, Market, MarketPicture, Series,
    SeriesFeeChanges,
};

use super::markets::{all_markets, asked, is_past};
use super::query::{Limit, Query};
use super::refusal::Refusal;
use super::{Answer, Exchange};
use crate::paper::catalogue::NewEvent;
use crate::paper::core::Core;

/// A series, and how much of it was traded where that was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    #[serde(flatten)]
    series: Series,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_fp: Option<Quantity>,
}

/// The answer to `GET /series`.
#[derive(Debug, Serialize)]
pub(super) struct AllSeries {
    series: Vec<Listed>,
}

/// The answer to `GET /series/{series_ticker}`.
#[derive(Debug, Serialize)]
pub(super) struct OneSeries {
    series: Listed,
}

/// The answer to `GET /events`, with what they are milestones of where that was asked for: none are known.
#[derive(Debug, Serialize)]
pub(super) struct Events {
    #[serde(flatten)]
    page: EventsPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestones: Option<[(); 0]>,
}

/// Returns a series with what was asked for.
fn listed(core: &Core, series: &Series, query: &Query) -> Listed {
    let volume = || {
        let traded = core.exchange.markets().iter().enumerate().filter(|(place, _)| {
            core.catalogue.event_of(*place).is_some_and(|event| event.series == series.ticker)
        });
        traded.fold(Quantity::ZERO, |sum, (_, market)| {
            sum.checked_add(market.volume()).unwrap_or(Quantity::MAX)
        })
    };
    Listed { series: series.clone(), volume_fp: query.flag("include_volume").then(volume) }
}

pub(super) async fn all_series(State(shared): Exchange, query: Query) -> Answer<AllSeries> {
    let updated = query.integer("min_updated_ts")?;
    let series = shared.with(|core| {
        let began = core.catalogue.began().map(|began| began.micros().div_euclid(1_000_000));
        let found = core.catalogue.series.iter().filter(|series| {
            // A category is one word, which may hold commas.
            query
                .text("category")
                .is_none_or(|category| series.categories.iter().flatten().any(|one| one == category))
                && query.text("tags").is_none_or(|tags| {
                    let known = series.tags.as_deref().unwrap_or_default();
                    tags.split(',').any(|tag| known.iter().any(|one| one == tag))
                })
                && updated.is_none_or(|updated| began.is_some_and(|began| began > updated))
        });
        found.map(|series| listed(core, series, &query)).collect()
    });
    Ok(Json(AllSeries { series }))
}

/// Lists fees that change: none is to change, and none has.
pub(super) async fn fee_changes() -> Json<SeriesFeeChanges> {
    Json(SeriesFeeChanges { series_fee_change_arr: Vec::new() })
}

pub(super) async fn event_fee_changes(query: Query) -> Answer<EventFeeChanges> {
    query.number("limit", Limit::LISTS)?;
    Ok(Json(EventFeeChanges { event_fee_changes: Vec::new(), cursor: String::new() }))
}

pub(super) async fn series(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<OneSeries> {
    let found = shared.with(|core| {
        let series = core.catalogue.series.iter().find(|series| series.ticker == ticker)?;
        Some(listed(core, series, &query))
    });
    Ok(Json(OneSeries { series: found.ok_or_else(Refusal::not_found)? }))
}

/// Returns an event with its contracts.
fn with_markets(core: &Core, event: &NewEvent, markets: &[Market]) -> Event {
    let of = markets.iter().filter(|market| market.event_ticker == event.ticker);
    Event { markets: Some(of.cloned().collect()), ..core.catalogue.event(event) }
}

/// Returns an event without those of its contracts that the historical tier alone tells of.
fn live(core: &Core, mut event: Event) -> Event {
    if let Some(markets) = &mut event.markets {
        markets.retain(|market| !is_past(core, market));
    }
    event
}

pub(super) async fn events(State(shared): Exchange, query: Query) -> Answer<Events> {
    let limit = query.number("limit", Limit::EVENTS)?;
    let status = query.word("status", &["unopened", "open", "closed", "settled"])?;
    let (closes, updated) = (query.integer("min_close_ts")?, query.integer("min_updated_ts")?);
    query.few("tickers")?;
    let (mut events, cursor) = shared.with(|core| {
        let markets = all_markets(core);
        let found: Vec<Event> = core
            .catalogue
            .events
            .iter()
            .filter(|event| {
                query.admits("series_ticker", &event.series) && query.admits("tickers", event.ticker.as_str())
            })
            .map(|event| with_markets(core, event, &markets))
            .filter(|event| {
                // An event is what any of its contracts is.
                let mut markets = event.markets.iter().flatten();
                markets.any(|market| {
                    let closes_at = market.close_time.0.micros().div_euclid(1_000_000);
                    status.is_none_or(|status| asked(&market.status) == status)
                        && closes.is_none_or(|closes| closes_at > closes)
                })
            })
            .filter(|event| {
                let at = event.last_updated_ts.map(|at| at.0.micros().div_euclid(1_000_000));
                updated.is_none_or(|updated| at.is_some_and(|at| at > updated))
            })
            .collect();
        let (page, cursor) =
            query.page(found.into_iter().enumerate(), |(place, _)| u64::MAX - *place as u64, limit);
        (page.into_iter().map(|(_, event)| live(core, event)).collect::<Vec<_>>(), cursor)
    });
    if !query.flag("with_nested_markets") {
        for event in &mut events {
            event.markets = None;
        }
    }
    let milestones = query.flag("with_milestones").then_some([]);
    Ok(Json(Events { page: EventsPage { cursor, events }, milestones }))
}

/// Lists events of several contracts at once: there are none.
pub(super) async fn multivariate(query: Query) -> Answer<EventsPage> {
    query.number("limit", Limit::EVENTS)?;
    Ok(Json(EventsPage { cursor: String::new(), events: Vec::new() }))
}

pub(super) async fn event(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<EventAnswer> {
    let (nested, excluded) = (query.flag("with_nested_markets"), query.flag("exclude_markets"));
    if nested && excluded {
        return Err(query.refuse("exclude_markets", "excluded_with"));
    }
    let found = shared.with(|core| {
        let event = core.catalogue.events.iter().find(|event| event.ticker.as_str() == ticker)?;
        Some(live(core, with_markets(core, event, &all_markets(core))))
    });
    let mut event = found.ok_or_else(Refusal::not_found)?;
    let markets = if excluded { Some(Vec::new()) } else { event.markets.clone() };
    if !nested {
        event.markets = None;
    }
    Ok(Json(EventAnswer { event, markets }))
}

pub(super) async fn metadata(State(shared): Exchange, Path(ticker): Path<String>) -> Answer<EventMetadata> {
    let found = shared.with(|core| {
        let event = core.catalogue.events.iter().find(|event| event.ticker.as_str() == ticker)?;
        let of = all_markets(core).into_iter().filter(|market| market.event_ticker == event.ticker);
        // There are no pictures here.
        let picture = |market: Market| MarketPicture {
            market_ticker: market.ticker,
            image_url: String::new(),
            color_code: String::new(),
        };
        Some(of.map(picture).collect())
    });
    Ok(Json(EventMetadata {
        image_url: String::new(),
        market_details: found.ok_or_else(Refusal::not_found)?,
        settlement_sources: Vec::new(),
    }))
}
