//! Candles: the prices of a contract in each minute, hour or day in which something happened.

use axum::Json;
use axum::extract::{Path, State};
use shared::market::Ticker;
use shared::units::{Price, Quantity, Timestamp};
use shared::wire::{
    BatchCandlesticks, Candlestick, CandlesticksAnswer, EventCandlesticks, HistoricalCandlestick,
    HistoricalCandlesticks, MarketCandlesticks, QuoteRange, Seconds, TradeRange,
};

use super::markets::has_vanished;
use super::query::Query;
use super::refusal::Refusal;
use super::{Answer, Exchange};
use crate::paper::candles::{Candle, Range};
use crate::paper::core::Core;

/// How many candles one answer may have.
const MOST: usize = 10_000;
/// How many contracts may be asked for at once.
const MOST_MARKETS: usize = 100;

impl From<Range> for QuoteRange {
    fn from(range: Range) -> Self {
        let Range { open, low, high, close } = range;
        Self { open_dollars: open, low_dollars: low, high_dollars: high, close_dollars: close }
    }
}

/// Returns an instant that is a number of seconds since 1970; of what no clock shows, the last one that one does.
fn at(seconds: i64) -> Seconds {
    let micros = seconds.checked_mul(1_000_000);
    Seconds(micros.and_then(|micros| Timestamp::from_micros(micros).ok()).unwrap_or(Timestamp::MAX))
}

/// Returns a candle as it is told; `previous` is the price of the last trade before it.
fn told(candle: &Candle, previous: Option<Price>) -> Candlestick {
    let count = |hundredths| Quantity::from_hundredths(hundredths).unwrap_or(Quantity::ZERO);
    let mut price = TradeRange { previous_dollars: previous, ..TradeRange::default() };
    if let Some(traded) = candle.traded {
        let Range { open, low, high, close } = traded.price;
        price.open_dollars = Some(open);
        price.low_dollars = Some(low);
        price.high_dollars = Some(high);
        price.close_dollars = Some(close);
        // To the nearest centi-cent; nobody trades nothing.
        let mean = (2 * traded.weighted + traded.count).checked_div(2 * traded.count);
        price.mean_dollars = mean.and_then(|mean| Price::from_centicents(mean).ok());
    }
    Candlestick {
        end_period_ts: at(candle.end.saturating_mul(60)),
        yes_bid: candle.bid.into(),
        yes_ask: candle.ask.into(),
        price,
        volume_fp: count(candle.traded.map_or(0, |traded| traded.count)),
        open_interest_fp: count(candle.open_interest),
    }
}

/// What of which length is asked for.
struct Asked {
    start: i64,
    end: i64,
    /// In minutes.
    period: i64,
    /// Whether the last candle before is told too, put forward to the first period's end.
    with_latest: bool,
}

impl Asked {
    fn read(query: &Query) -> Result<Self, Refusal> {
        let (start, end) = (query.required("start_ts")?, query.required("end_ts")?);
        query.required("period_interval")?;
        let period = match query.word("period_interval", &["1", "60", "1440"])? {
            Some("1") => 1,
            Some("60") => 60,
            _ => 1_440,
        };
        Ok(Self { start, end, period, with_latest: query.flag("include_latest_before_start") })
    }

    /// Returns a contract's candles that end in the time that is asked for.
    fn of(&self, core: &Core, market: usize) -> Vec<Candlestick> {
        let (mut found, mut before) = (Vec::new(), None::<Candle>);
        for candle in core.candles.of(market, self.period) {
            let end = candle.end.saturating_mul(60);
            if end > self.end {
                break;
            }
            if end >= self.start {
                let first = before.filter(|_| self.with_latest && found.is_empty());
                let still = first.map(|before| self.put_forward(&before));
                found.extend(still.filter(|still| still.end_period_ts.number() < end));
                found.push(told(&candle, before.and_then(|before| before.last)));
            }
            before = Some(candle);
        }
        // Nothing has happened since.
        if let Some(before) = before.filter(|_| self.with_latest && found.is_empty()) {
            found.push(self.put_forward(&before));
        }
        found
    }

    /// Returns a candle in which nothing happens after another one, at the end of the first period that is asked for.
    fn put_forward(&self, before: &Candle) -> Candlestick {
        let seconds = self.period * 60;
        let still = Candle {
            end: self.start.div_euclid(seconds).saturating_add(1).saturating_mul(self.period),
            bid: Range::of(before.bid.close),
            ask: Range::of(before.ask.close),
            traded: None,
            ..*before
        };
        told(&still, before.last)
    }
}

/// Refuses an answer that is too long.
fn short(candles: usize) -> Result<(), Refusal> {
    if candles > MOST {
        return Err(Refusal::parameters(&format!(
            "{candles} candlesticks: at most {MOST} are answered at once"
        )));
    }
    Ok(())
}

pub(super) async fn of_market(
    State(shared): Exchange,
    Path((series, ticker)): Path<(String, String)>,
    query: Query,
) -> Answer<CandlesticksAnswer> {
    let asked = Asked::read(&query)?;
    let found = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        let is_of = core.catalogue.event_of(place).is_some_and(|event| event.series == series);
        let ticker = core.catalogue.ticker(place)?.clone();
        let is_there = is_of && !core.is_past(place) && !is_gone(core, place);
        is_there.then(|| CandlesticksAnswer { ticker, candlesticks: asked.of(core, place) })
    });
    let answer = found.ok_or_else(Refusal::not_found)?;
    short(answer.candlesticks.len())?;
    Ok(Json(answer))
}

/// Answers for a contract that the historical tier alone tells of, in its words.
pub(super) async fn of_past_market(
    State(shared): Exchange,
    Path(ticker): Path<String>,
    query: Query,
) -> Answer<HistoricalCandlesticks> {
    let asked = Asked::read(&query)?;
    let found = shared.with(|core| {
        let place = core.catalogue.place(&ticker)?;
        let ticker = core.catalogue.ticker(place)?.clone();
        let is_there = core.is_past(place) && !is_gone(core, place);
        is_there.then(|| {
            let candlesticks = asked.of(core, place).into_iter().map(HistoricalCandlestick::from).collect();
            HistoricalCandlesticks { ticker, candlesticks }
        })
    });
    let answer = found.ok_or_else(Refusal::not_found)?;
    short(answer.candlesticks.len())?;
    Ok(Json(answer))
}

/// Returns whether a contract is one of those that are not found any more.
fn is_gone(core: &Core, place: usize) -> bool {
    let market =
        core.lately().get(place).and_then(|lately| core.catalogue.market(place, &core.exchange, lately));
    market.is_some_and(|market| has_vanished(core, &market))
}

pub(super) async fn of_markets(State(shared): Exchange, query: Query) -> Answer<BatchCandlesticks> {
    let asked = Asked::read(&query)?;
    let tickers: Vec<&str> =
        query.text("market_tickers").into_iter().flat_map(|list| list.split(',')).collect();
    match tickers.len() {
        0 => return Err(query.refuse("market_tickers", "required")),
        1..=MOST_MARKETS => {}
        _ => return Err(query.refuse("market_tickers", "max")),
    }
    let markets: Vec<MarketCandlesticks> = shared.with(|core| {
        let one = |ticker: &&str| {
            let place = core.catalogue.place(ticker)?;
            let market_ticker = core.catalogue.ticker(place)?.clone();
            Some(MarketCandlesticks { market_ticker, candlesticks: asked.of(core, place) })
        };
        tickers.iter().filter_map(one).collect()
    });
    short(markets.iter().map(|market| market.candlesticks.len()).sum())?;
    Ok(Json(BatchCandlesticks { markets }))
}

/// Tells the candles of an event's contracts; of too many, those until an earlier end.
pub(super) async fn of_event(
    State(shared): Exchange,
    Path((series, ticker)): Path<(String, String)>,
    query: Query,
) -> Answer<EventCandlesticks> {
    let asked = Asked::read(&query)?;
    let found = shared.with(|core| {
        let places = 0..core.catalogue.markets.len();
        let of = places.filter(|place| {
            core.catalogue
                .event_of(*place)
                .is_some_and(|event| event.ticker.as_str() == ticker && event.series == series)
        });
        let named = |place| Some((core.catalogue.ticker(place)?.clone(), asked.of(core, place)));
        of.filter_map(named).collect::<Vec<_>>()
    });
    if found.is_empty() {
        return Err(Refusal::not_found());
    }
    let (market_tickers, mut market_candlesticks): (Vec<Ticker>, Vec<Vec<Candlestick>>) =
        found.into_iter().unzip();
    let mut ends: Vec<Seconds> =
        market_candlesticks.iter().flatten().map(|candle| candle.end_period_ts).collect();
    ends.sort_unstable();
    let adjusted_end_ts = ends.get(MOST).map_or_else(|| at(asked.end), |first| at(first.number() - 1));
    for candles in &mut market_candlesticks {
        candles.retain(|candle| candle.end_period_ts <= adjusted_end_ts);
    }
    Ok(Json(EventCandlesticks { market_tickers, market_candlesticks, adjusted_end_ts }))
}
