//! What is listed, and how it is told.

use std::collections::BTreeMap;

use shared::exchange::matching::{self, Listing, Matching};
use shared::fees::{FeeMultiplier, FeeType};
use shared::market::{Action, EventTicker, PriceGrid, Ticker};
use shared::units::{Price, Quantity, Timestamp};
use shared::wire::{
    Event, LevelText, Market, MarketResult, MarketStatus, Orderbook, Rfc3339, Series, SignedCount,
};

use super::behaviour::NoOffer;
use super::candles::Candle;

/// An event to be listed.
#[derive(Debug, Clone)]
pub(super) struct NewEvent {
    pub(super) ticker: EventTicker,
    pub(super) series: String,
    pub(super) title: String,
    pub(super) exclusive: bool,
    /// When its contracts are expected to settle.
    pub(super) settles: Timestamp,
}

/// A listed contract, the trading of it apart. Its place is the exchange's.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) ticker: Ticker,
    pub(super) event: usize,
    pub(super) name: String,
    pub(super) opened: Timestamp,
    pub(super) settled: Option<Timestamp>,
}

/// Series, events and contracts.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) series: Vec<Series>,
    pub(super) events: Vec<NewEvent>,
    pub(super) markets: Vec<Listed>,
    by_ticker: BTreeMap<Ticker, usize>,
    /// At which price an offer is told that there is not.
    pub(super) no_offer: NoOffer,
}

/// What the last day brought to a contract.
pub(super) struct Lately {
    pub(super) volume: Quantity,
    pub(super) open_interest: i64,
    /// How it stood a day ago, if it was listed.
    pub(super) before: Option<Candle>,
}

impl Catalogue {
    /// Lists a series, if it is not listed yet.
    pub(super) fn list_series(
        &mut self,
        ticker: &str,
        title: &str,
        fee_type: FeeType,
        multiplier: FeeMultiplier,
    ) {
        if self.series.iter().any(|series| series.ticker == ticker) {
            return;
        }
        self.series.push(Series {
            ticker: ticker.to_owned(),
            title: title.to_owned(),
            frequency: "monthly".to_owned(),
            category: "Entertainment".to_owned(),
            categories: Some(vec!["Entertainment".to_owned()]),
            tags: None,
            settlement_sources: None,
            contract_url: Some(String::new()),
            contract_terms_url: Some(String::new()),
            additional_prohibitions: None,
            fee_type: fee_type.to_string(),
            fee_multiplier: multiplier,
            exchange_index: Some(0),
        });
    }

    /// Notes a contract that the exchange has listed at the next place.
    pub(super) fn list(&mut self, ticker: Ticker, event: usize, name: &str, opened: Timestamp) {
        self.by_ticker.insert(ticker.clone(), self.markets.len());
        self.markets.push(Listed { ticker, event, name: name.to_owned(), opened, settled: None });
    }

    /// Returns a contract's place.
    pub(super) fn place(&self, ticker: &str) -> Option<usize> {
        self.by_ticker.get(ticker).copied()
    }

    /// Returns a contract's ticker.
    pub(super) fn ticker(&self, market: usize) -> Option<&Ticker> {
        self.markets.get(market).map(|listed| &listed.ticker)
    }

    /// Returns when the first contract was listed.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.markets.first().map(|listed| listed.opened)
    }

    /// Returns the event of a contract.
    pub(super) fn event_of(&self, market: usize) -> Option<&NewEvent> {
        self.events.get(self.markets.get(market)?.event)
    }

    /// Returns an event as it is told, without its contracts.
    pub(super) fn event(&self, event: &NewEvent) -> Event {
        Event {
            event_ticker: event.ticker.clone(),
            series_ticker: event.series.clone(),
            title: event.title.clone(),
            sub_title: String::new(),
            collateral_return_type: if event.exclusive { "MECNET" } else { "" }.to_owned(),
            mutually_exclusive: event.exclusive,
            category: Some("Entertainment".to_owned()),
            strike_date: Some(Rfc3339(event.settles)),
            strike_period: Some("month".to_owned()),
            markets: None,
            settlement_sources: None,
            fee_type_override: None,
            fee_multiplier_override: None,
            last_updated_ts: self.began().map(Rfc3339),
            exchange_index: Some(0),
        }
    }

    /// Returns a contract as it is told.
    pub(super) fn market(&self, place: usize, exchange: &Matching, lately: &Lately) -> Option<Market> {
        let (listed, traded) = (self.markets.get(place)?, exchange.markets().get(place)?);
        let event = self.events.get(listed.event)?;
        let Listing { grid, closes, .. } = traded.listing();
        let side = |action| traded.book().levels(action).next();
        let (bid, ask) = (side(Action::Buy), side(Action::Sell));
        let size = |level: Option<(Price, Quantity)>| {
            Some(SignedCount::from_hundredths(level.map_or(0, |level| level.1.hundredths())))
        };
        let bid_price = bid.map_or(Price::ZERO, |level| level.0);
        let ask_price = ask.map_or(self.no_offer.price(), |level| level.0);
        let closes = closes.unwrap_or(event.settles);
        let (status, value) = match traded.status() {
            matching::MarketStatus::Open => (MarketStatus::Active, None),
            matching::MarketStatus::Paused => (MarketStatus::Inactive, None),
            matching::MarketStatus::Closed => (MarketStatus::Closed, None),
            matching::MarketStatus::Settled(value) => (MarketStatus::Finalized, Some(value)),
        };
        Some(Market {
            ticker: listed.ticker.clone(),
            event_ticker: event.ticker.clone(),
            market_type: "binary".to_owned(),
            title: Some(event.title.clone()),
            yes_sub_title: listed.name.clone(),
            no_sub_title: listed.name.clone(),
            created_time: Some(Rfc3339(listed.opened)),
            updated_time: Some(Rfc3339(listed.settled.unwrap_or(listed.opened))),
            open_time: Rfc3339(listed.opened),
            close_time: Rfc3339(closes),
            expected_expiration_time: Some(Rfc3339(event.settles)),
            expiration_time: Some(Rfc3339(event.settles)),
            latest_expiration_time: Some(Rfc3339(event.settles)),
            settlement_timer_seconds: Some(60),
            status,
            yes_bid_dollars: Some(bid_price),
            yes_bid_size_fp: size(bid),
            yes_ask_dollars: Some(ask_price),
            yes_ask_size_fp: size(ask),
            no_bid_dollars: Some(ask.map_or(Price::ZERO, |level| level.0.complement())),
            no_ask_dollars: Some(bid.map_or(self.no_offer.price(), |level| level.0.complement())),
            last_price_dollars: Some(traded.last().unwrap_or(Price::ZERO)),
            volume_fp: Some(traded.volume()),
            volume_24h_fp: Some(lately.volume),
            open_interest_fp: Quantity::from_hundredths(lately.open_interest).ok(),
            previous_yes_bid_dollars: Some(lately.before.map_or(Price::ZERO, |before| before.bid.close)),
            previous_yes_ask_dollars: Some(lately.before.map_or(Price::ZERO, |before| before.ask.close)),
            previous_price_dollars: Some(lately.before.and_then(|before| before.last).unwrap_or(Price::ZERO)),
            result: value.map_or(MarketResult::None, result),
            settlement_value_dollars: value,
            settlement_ts: listed.settled.map(Rfc3339),
            settlement_bounds_type: Some("default".to_owned()),
            expiration_value: Some(String::new()),
            can_close_early: Some(false),
            notional_value_dollars: Some(Price::ONE),
            strike_type: Some("custom".to_owned()),
            rules_primary: Some(String::new()),
            rules_secondary: Some(String::new()),
            price_level_structure: Some(structure(grid).to_owned()),
            price_ranges: Some(grid.clone()),
            exchange_index: Some(0),
        })
    }
}

/// Returns the word for a settlement.
pub(super) fn result(value: Price) -> MarketResult {
    match value {
        Price::ONE => MarketResult::Yes,
        Price::ZERO => MarketResult::No,
        _ => MarketResult::Scalar,
    }
}

/// Returns the label of a grid.
pub(super) fn structure(grid: &PriceGrid) -> &'static str {
    if *grid == PriceGrid::linear_cent() {
        "linear_cent"
    } else if *grid == PriceGrid::deci_cent() {
        "deci_cent"
    } else if *grid == PriceGrid::tapered_deci_cent() {
        "tapered_deci_cent"
    } else {
        ""
    }
}

/// Returns a book's bids for YES and for NO in rising order, the best `depth` of each where it is not zero. Levels of NO
/// are at NO prices, or at YES prices if `use_yes_price`; then they fall.
pub(super) fn levels(book: &matching::Book, depth: usize, use_yes_price: bool) -> Orderbook {
    let most = if depth == 0 { usize::MAX } else { depth };
    let side = |action, mirrored: bool| {
        let level = |(price, count): (Price, Quantity)| {
            LevelText(if mirrored { price.complement() } else { price }, count)
        };
        let mut levels: Vec<_> = book.levels(action).take(most).map(level).collect();
        levels.reverse();
        levels
    };
    Orderbook { yes_dollars: side(Action::Buy, false), no_dollars: side(Action::Sell, !use_yes_price) }
}
