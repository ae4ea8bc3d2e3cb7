//! What is listed, and what was traded in it. Discovery goes in two stages: the open events of a series, then all contracts of
//! each, whose `event_ticker` says what belongs together, never a ticker's spelling.

use shared::market::{EventTicker, Ticker};
use shared::units::Timestamp;
#[cfg(test)]
use shared::wire::Orderbook;
use shared::wire::{
    Event, EventsPage, ExchangeStatus, Market, MarketsPage, Series, SeriesAnswer, Trade, TradesPage,
};

use super::pages::{min_ts, oldest_first};
use super::{COST, Client, Failure};

impl Client {
    /// Returns whether the exchange runs.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn exchange_status(&self) -> Result<ExchangeStatus, Failure> {
        self.get(&["exchange", "status"], &[], COST).await
    }

    /// Returns a series.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn series(&self, ticker: &str) -> Result<Series, Failure> {
        self.get::<SeriesAnswer>(&["series", ticker], &[], COST).await.map(|answer| answer.series)
    }

    /// Returns the events of a series that have an open contract, without their contracts.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn open_events(&self, series: &str) -> Result<Vec<Event>, Failure> {
        self.list::<EventsPage>(&["events"], &[("series_ticker", series), ("status", "open")]).await
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
    #[cfg(test)]
    pub(in crate::kalshi) async fn orderbook(&self, ticker: &Ticker) -> Result<Orderbook, Failure> {
        let path = ["markets", ticker.as_str(), "orderbook"];
        self.get::<shared::wire::OrderbookAnswer>(&path, &[], COST).await.map(|answer| answer.orderbook_fp)
    }
}
