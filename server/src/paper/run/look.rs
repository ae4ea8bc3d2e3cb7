//! What an exchange knows, for tests that compare it with what its clients believe.

use shared::market::Ticker;
use shared::wire::Orderbook;

use super::Running;
use crate::paper::catalogue::levels;

impl Running {
    /// Returns all books at this instant of the exchange's clock, each side at its own prices.
    pub(crate) fn books(&self) -> Vec<(Ticker, Orderbook)> {
        self.open.shared.with_quietly(|core| {
            let markets = core.exchange.markets().iter().enumerate();
            let books = markets.filter_map(|(place, market)| {
                Some((core.catalogue.ticker(place)?.clone(), levels(market.book(), 0, false)))
            });
            books.collect()
        })
    }
}
