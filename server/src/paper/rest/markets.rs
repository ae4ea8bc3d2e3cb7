//! What anybody may ask about contracts: how they stand, their books and their trades.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use shared::market::EventTicker;
use shared::units::Timestamp;
use shared::wire::{
    Market, MarketAnswer, MarketStatus, MarketsPage, OrderbookAnswer, OrderbookOf, OrderbooksAnswer, Rfc3339,
    Trade, TradesPage,
};

use super::query::{Limit, Query, Span};
use super::refusal::Refusal;
use super::{Answer, Exchange, Shared};
use crate::paper::core::Core;
use crate::paper::ids::Named;
use crate::paper::past::book_as_of;

/// How many books may be asked for at once.
const MOST_BOOKS: usize = 100;

/// The words by which contracts are asked for.
pub(super) const STATUSES: [&str; 5] = ["unopened", "open", "paused", "closed", "settled"];

/// Returns the word by which contracts of a status are asked for.
pub(super) const fn asked(status: &MarketStatus) -> &'static str {
    match status {
        MarketStatus::Initialized => "unopened",
        MarketStatus::Active => "open",
        MarketStatus::Inactive => "paused",
        MarketStatus::Finalized => "settled",
        MarketStatus::Closed
        | MarketStatus::Determined
        | MarketStatus::Disputed
        | MarketStatus::Amended
        | MarketStatus::Other(_) => "closed",
    }
}

/// Returns all contracts, by place.
pub(super) fn all_markets(core: &Core) -> Vec<Market> {
    let lately = core.lately();
    let told =
        lately.iter().enumerate().map(|(place, lately)| core.catalogue.market(place, &core.exchange, lately));
    told.flatten().collect()
}

/// Returns whether a contract that has settled is still listed among those that are open.
fn is_late(core: &Core, status: &str, market: &Market) -> bool {
    let late = i64::from(core.behaviour().settled_as_open_ms) * 1_000;
    let since = market.settlement_ts.map(|at| core.exchange.now().micros_since(at.0));
    status == "open" && since.is_some_and(|since| since < late)
}

/// Returns whether a contract is not found any more, although it is listed.
pub(super) fn has_vanished(core: &Core, market: &Market) -> bool {
    let is_over = market.status == MarketStatus::Finalized;
    is_over && core.behaviour().has_vanished(u64::from(core.ids.0), market.ticker.as_str())
}

/// Returns whether the historical tier alone tells of a contract.
pub(super) fn is_past(core: &Core, market: &Market) -> bool {
    core.catalogue.place(market.ticker.as_str()).is_some_and(|place| core.is_past(place))
}

/// What a list of contracts is cut down to by time.
struct Windows {
    created: Span,
    closes: Span,
    settled: Span,
    updated: Span,
}

impl Windows {
    /// Reads them, and refuses what can't be asked for together.
    fn read(query: &Query, status: Option<&str>) -> Result<Self, Refusal> {
        let windows = Self {
            created: query.span("min_created_ts", "max_created_ts")?,
            closes: query.span("min_close_ts", "max_close_ts")?,
            settled: query.span("min_settled_ts", "max_settled_ts")?,
            updated: query.span("min_updated_ts", "max_updated_ts")?,
        };
        let Self { created, closes, settled, updated } = &windows;
        if [created, closes, settled, updated].iter().filter(|span| span.is_bounded()).count() > 1 {
            return Err(Refusal::parameters("timestamp filters exclude each other"));
        }
        let fits = match status {
            _ if updated.is_bounded() => {
                let excludes = query.text("mve_filter") == Some("exclude");
                let alone = status.is_none()
                    && query.text("event_ticker").is_none()
                    && query.text("tickers").is_none()
                    && query.text("mve_filter").is_none_or(|_| excludes);
                alone && (query.text("series_ticker").is_none() || excludes)
            }
            None => true,
            Some("unopened" | "open") => !closes.is_bounded() && !settled.is_bounded(),
            Some("closed") => !created.is_bounded() && !settled.is_bounded(),
            Some("settled") => !created.is_bounded() && !closes.is_bounded(),
            Some(_) => !created.is_bounded() && !closes.is_bounded() && !settled.is_bounded(),
        };
        if fits { Ok(windows) } else { Err(Refusal::parameters("incompatible filters")) }
    }

    /// Returns whether a contract lies in all of them.
    fn hold(&self, market: &Market) -> bool {
        let within = |span: Span, at: Option<Rfc3339>| {
            if span.is_bounded() { at.is_some_and(|at| span.holds(at.0)) } else { true }
        };
        within(self.created, market.created_time)
            && within(self.closes, Some(market.close_time))
            && within(self.settled, market.settlement_ts)
            && within(self.updated, market.updated_time)
    }
}

pub(super) async fn markets(State(shared): Exchange, query: Query) -> Answer<MarketsPage> {
    let limit = query.number("limit", Limit::MARKETS)?;
    let status = query.word("status", &STATUSES)?;
    let windows = Windows::read(&query, status)?;
    // All contracts here are of one thing.
    let none = query.word("mve_filter", &["only", "exclude"])? == Some("only");
    let (markets, cursor) = shared.with(|core| {
        let of_series: BTreeSet<EventTicker> = core
            .catalogue
            .events
            .iter()
            .filter(|event| query.admits("series_ticker", &event.series))
            .map(|event| event.ticker.clone())
            .collect();
        let found = all_markets(core).into_iter().enumerate().filter(|(_, market)| {
            !none
                && !is_past(core, market)
                && of_series.contains(&market.event_ticker)
                && query.admits("event_ticker", market.event_ticker.as_str())
                && query.admits("tickers", market.ticker.as_str())
                && status
                    .is_none_or(|status| asked(&market.status) == status || is_late(core, status, market))
                && windows.hold(market)
        });
        let mut found: Vec<(u64, Market)> = found
            .map(|(place, market)| {
                // What is listed although it has settled comes first.
                let is_late = status.is_some_and(|status| is_late(core, status, &market));
                let rank = if is_late { u64::MAX } else { u64::MAX / 2 };
                (rank - place as u64, market)
            })
            .collect();
        found.sort_by_key(|(rank, _)| core::cmp::Reverse(*rank));
        query.page(found.into_iter(), |(rank, _)| *rank, limit)
    });
    Ok(Json(MarketsPage { cursor, markets: markets.into_iter().map(|(_, market)| market).collect() }))
}

pub(super) async fn market(State(shared): Exchange, Path(ticker): Path<String>) -> Answer<MarketAnswer> {
    let found = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        let market = core.catalogue.market(place, &core.exchange, core.lately().get(place)?)?;
        (!has_vanished(core, &market) && !core.is_past(place)).then_some(market)
    });
    Ok(Json(MarketAnswer { market: found.ok_or_else(Refusal::not_found)? }))
}

pub(super) async fn orderbook(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<OrderbookAnswer> {
    let depth = query.number("depth", Limit::DEPTH)?;
    let book = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        book_as_of(core, place, depth, i64::from(core.behaviour().book_lag_ms) * 1_000)
    });
    Ok(Json(OrderbookAnswer { orderbook_fp: book.ok_or_else(Refusal::not_found)? }))
}

/// Tells the books of several contracts, in the order in which they were asked for; an unknown one has none.
pub(super) async fn orderbooks(State(shared): Exchange, query: Query) -> Answer<OrderbooksAnswer> {
    let tickers: Vec<&str> = query.all("tickers").filter(|ticker| !ticker.is_empty()).collect();
    match tickers.len() {
        0 => return Err(query.refuse("tickers", "required")),
        1..=MOST_BOOKS => {}
        _ => return Err(query.refuse("tickers", "max")),
    }
    let orderbooks = shared.with(|core| {
        let book = |ticker: &&str| {
            let place = core.catalogue.place(ticker)?;
            let lag = i64::from(core.behaviour().book_lag_ms) * 1_000;
            let orderbook_fp = book_as_of(core, place, 0, lag)?;
            Some(OrderbookOf { ticker: core.catalogue.ticker(place)?.clone(), orderbook_fp })
        };
        tickers.iter().filter_map(book).collect()
    });
    Ok(Json(OrderbooksAnswer { orderbooks }))
}

pub(super) async fn trades(State(shared): Exchange, query: Query) -> Answer<TradesPage> {
    trades_where(&shared, &query, |at, cutoff| cutoff.is_none_or(|cutoff| at >= cutoff))
}

/// Answers with those trades whose time, and the cutoff of the tiers, are so.
pub(super) fn trades_where(
    shared: &Shared,
    query: &Query,
    is_told: impl Fn(Timestamp, Option<Timestamp>) -> bool,
) -> Answer<TradesPage> {
    let limit = query.number("limit", Limit::MARKETS)?;
    let span = query.span("min_ts", "max_ts")?;
    // None here is matched off the book.
    let none = query.word("is_block_trade", &["true", "false"])? == Some("true");
    shared.with(|core| {
        let cutoff = core.past_until();
        let of: BTreeMap<usize, _> = (core.catalogue.markets.iter().enumerate())
            .filter(|(_, listed)| !none && query.admits("ticker", listed.ticker.as_str()))
            .map(|(place, listed)| (place, &listed.ticker))
            .collect();
        let found = core
            .trades
            .iter()
            .rev()
            .filter(|(at, _)| span.holds(*at) && is_told(*at, cutoff))
            .filter_map(|(at, trade)| Some((*at, *trade, *of.get(&trade.market)?)));
        let (page, cursor) = query.page(found, |(_, trade, _)| trade.number, limit);
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
