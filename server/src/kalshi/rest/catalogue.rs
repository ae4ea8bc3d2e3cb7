//! What is listed, and what was traded in it. Discovery goes in two stages: the open events of a series, then all contracts of
//! each, whose `event_ticker` says what belongs together, never a ticker's spelling.

use shared::market::{EventTicker, Ticker};
use shared::units::Timestamp;
use shared::wire::{
    Event, EventAnswer, EventFeeChange, EventFeeChanges, EventMetadata, EventsPage, IncentiveProgram,
    IncentivesPage, Market, MarketAnswer, MarketsPage, Orderbook, OrderbookAnswer, OrderbookOf,
    OrderbooksAnswer, Series, SeriesAnswer, SeriesFeeChange, SeriesFeeChanges, SeriesList, Trade, TradesPage,
};

use super::history::Tier;
use super::pages::{borrowed, min_ts, oldest_first};
use super::{Client, Cursor, Failure, Part};

/// Which events are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EventsAsked<'a> {
    /// Of one series.
    pub(crate) series: Option<&'a str>,
    /// With a contract in this state: `unopened`, `open`, `closed` or `settled`.
    pub(crate) status: Option<&'a str>,
    /// Whether their contracts are told with them. Those that are older than the cutoff are left out.
    pub(crate) with_markets: bool,
}

/// How many contracts' books one question may ask for.
const BOOKS: usize = 100;

/// Where contracts are, on either tier.
pub(super) const MARKETS: [&str; 1] = ["markets"];
pub(super) const HISTORICAL_MARKETS: [&str; 2] = ["historical", "markets"];

/// Which contracts are asked for. The historical tier takes one filter at most, and no state.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MarketsAsked<'a> {
    /// Of one event.
    pub(crate) event: Option<&'a EventTicker>,
    /// Of one series.
    pub(crate) series: Option<&'a str>,
    /// In this state: `unopened`, `open`, `paused`, `closed` or `settled`.
    pub(crate) status: Option<&'a str>,
}

impl MarketsAsked<'_> {
    /// Returns it as a query.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let event = self.event.map(|event| ("event_ticker", event.to_string()));
        let series = self.series.map(|series| ("series_ticker", series.to_owned()));
        let status = self.status.map(|status| ("status", status.to_owned()));
        event.into_iter().chain(series).chain(status).collect()
    }
}

impl Client {
    /// Returns a series.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn series(&self, ticker: &str) -> Result<Series, Failure> {
        self.get::<SeriesAnswer>(&["series", ticker], &[]).await.map(|answer| answer.series)
    }

    /// Returns all series, of a category where one is said, in its exact spelling: `Entertainment`.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn all_series(&self, category: Option<&str>) -> Result<Vec<Series>, Failure> {
        let query: Vec<_> = category.map(|category| ("category", category)).into_iter().collect();
        self.get::<SeriesList>(&["series"], &query).await.map(|answer| answer.series)
    }

    /// Returns a page of events, which are on the live tier however old.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn events_part(
        &self,
        asked: EventsAsked<'_>,
        from: Option<&Cursor>,
    ) -> Result<Part<Event>, Failure> {
        let mut query = Vec::with_capacity(3);
        query.extend(asked.series.map(|series| ("series_ticker", series)));
        query.extend(asked.status.map(|status| ("status", status)));
        query.extend(asked.with_markets.then_some(("with_nested_markets", "true")));
        self.part::<EventsPage>(&["events"], &query, from).await
    }

    /// Returns an event, without its contracts.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn event(&self, ticker: &EventTicker) -> Result<Event, Failure> {
        let mut event = self.get::<EventAnswer>(&["events", ticker.as_str()], &[]).await?.event;
        event.markets = None;
        Ok(event)
    }

    /// Returns the events of a series that have an open contract, without their contracts.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn open_events(&self, series: &str) -> Result<Vec<Event>, Failure> {
        self.list::<EventsPage>(&["events"], &[("series_ticker", series), ("status", "open")]).await
    }

    /// Returns a page of contracts.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn markets_part(
        &self,
        tier: Tier,
        asked: MarketsAsked<'_>,
        from: Option<&Cursor>,
    ) -> Result<Part<Market>, Failure> {
        let path = tier.path(&MARKETS, &HISTORICAL_MARKETS);
        self.part::<MarketsPage>(path, &borrowed(&asked.query()), from).await
    }

    /// Returns a contract.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; some that have settled [aren't found](Failure::is_not_found) on either tier.
    pub(crate) async fn market(&self, tier: Tier, ticker: &Ticker) -> Result<Market, Failure> {
        let (live, historical) = (["markets", ticker.as_str()], ["historical", "markets", ticker.as_str()]);
        self.get::<MarketAnswer>(tier.path(&live, &historical), &[]).await.map(|answer| answer.market)
    }

    /// Returns how an event is shown, and who says how it settles.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn event_metadata(&self, ticker: &EventTicker) -> Result<EventMetadata, Failure> {
        self.get(&["events", ticker.as_str(), "metadata"], &[]).await
    }

    /// Returns the fees that a series is to have, and those that it had.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn series_fee_changes(&self, series: &str) -> Result<Vec<SeriesFeeChange>, Failure> {
        let query = [("series_ticker", series), ("show_historical", "true")];
        let answer = self.get::<SeriesFeeChanges>(&["series", "fee_changes"], &query).await?;
        Ok(answer.series_fee_change_arr)
    }

    /// Returns the fees of its own that an event is to have, had, or has lost.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn event_fee_changes(
        &self,
        event: &EventTicker,
    ) -> Result<Vec<EventFeeChange>, Failure> {
        self.list::<EventFeeChanges>(&["events", "fee_changes"], &[("event_ticker", event.as_str())]).await
    }

    /// Returns the programmes under which the exchange pays for orders or trades, of a state: `active`, `upcoming`, `closed`,
    /// `paid_out` or `all`.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn incentives(&self, status: &str) -> Result<Vec<IncentiveProgram>, Failure> {
        self.list::<IncentivesPage>(&["incentive_programs"], &[("status", status)]).await
    }

    /// Returns all contracts of an event, wherever they stand.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn markets(&self, event: &EventTicker) -> Result<Vec<Market>, Failure> {
        self.list::<MarketsPage>(&["markets"], &[("event_ticker", event.as_str())]).await
    }

    /// Returns the public trades of a contract, the oldest first and each once, of `since` or later where that is said.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn trades(
        &self,
        ticker: &Ticker,
        since: Option<Timestamp>,
    ) -> Result<Vec<Trade>, Failure> {
        let min_ts = min_ts(since);
        let mut query = vec![("ticker", ticker.as_str())];
        query.extend(min_ts.as_deref().map(|second| ("min_ts", second)));
        let mut trades = self.list::<TradesPage>(&["markets", "trades"], &query).await?;
        trades.retain(|trade| since.is_none_or(|since| trade.created_time.0 >= since));
        Ok(oldest_first(trades, |trade| &trade.trade_id))
    }

    /// Returns a contract's book, both sides at their own prices.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn orderbook(&self, ticker: &Ticker) -> Result<Orderbook, Failure> {
        let path = ["markets", ticker.as_str(), "orderbook"];
        self.get::<OrderbookAnswer>(&path, &[]).await.map(|answer| answer.orderbook_fp)
    }

    /// Returns the books of contracts, in the exchange's order; a contract that it doesn't know is left out. As many questions
    /// are asked as it takes.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn orderbooks(&self, tickers: &[Ticker]) -> Result<Vec<OrderbookOf>, Failure> {
        let mut books = Vec::with_capacity(tickers.len());
        for some in tickers.chunks(BOOKS) {
            let query: Vec<_> = some.iter().map(|ticker| ("tickers", ticker.as_str())).collect();
            let answer: OrderbooksAnswer = self.get(&["markets", "orderbooks"], &query).await?;
            books.extend(answer.orderbooks);
        }
        Ok(books)
    }
}
