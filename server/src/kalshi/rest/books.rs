//! The books of many contracts at once.

use serde::Deserialize;
use shared::market::Ticker;
use shared::wire::{Orderbook, OrderbookAnswer};

use super::{COST, Client, Failure};

/// How many contracts one question may name.
const MOST: usize = 100;

/// The answer to `GET /markets/orderbooks`.
#[derive(Deserialize)]
struct Answer {
    orderbooks: Vec<OrderbookAnswer>,
}

impl Client {
    /// Returns the books of contracts, both sides at their own prices; contracts that the exchange leaves out are left out. As
    /// many questions are asked as it takes.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn orderbooks(&self, tickers: &[Ticker]) -> Result<Vec<(Ticker, Orderbook)>, Failure> {
        let mut books = Vec::with_capacity(tickers.len());
        for some in tickers.chunks(MOST) {
            let query: Vec<_> = some.iter().map(|ticker| ("tickers", ticker.as_str())).collect();
            let answer: Answer = self.get(&["markets", "orderbooks"], &query, COST).await?;
            let named = |book: OrderbookAnswer| Some((book.ticker?, book.orderbook_fp));
            books.extend(answer.orderbooks.into_iter().filter_map(named));
        }
        Ok(books)
    }
}
