//! The books of several contracts.

use super::index::Index;
use super::misfit::Misfit;
use super::single::{Book, NoPrices};
use crate::market::Ticker;
use crate::wire::{OrderbookDelta, OrderbookSnapshot, ScannedDelta};

/// The books of the contracts that a subscription is of.
#[derive(Debug, Clone)]
pub struct Books {
    no_prices: NoPrices,
    books: Vec<Book>,
    index: Index,
}

impl Books {
    /// Returns the books of these contracts, of which nothing is known yet.
    pub fn new(tickers: impl IntoIterator<Item = Ticker>, no_prices: NoPrices) -> Self {
        let mut books = Self { no_prices, books: Vec::new(), index: Index::default() };
        books.insert(tickers);
        books
    }

    /// Adds contracts; those that are here stay as they are.
    pub fn insert(&mut self, tickers: impl IntoIterator<Item = Ticker>) {
        self.books.extend(tickers.into_iter().map(|ticker| Book::new(ticker, self.no_prices)));
        // The sort is stable: what is here stands before what is new.
        self.books.sort_by(|a, b| a.ticker().cmp(b.ticker()));
        self.books.dedup_by(|b, a| a.ticker() == b.ticker());
        self.number();
    }

    /// Removes contracts.
    pub fn remove(&mut self, tickers: &[Ticker]) {
        self.books.retain(|book| !tickers.contains(book.ticker()));
        self.number();
    }

    /// Reads all that was told, and all that comes, as told at these prices: for who finds out only then.
    pub fn read_at(&mut self, no_prices: NoPrices) {
        self.no_prices = no_prices;
        self.books.iter_mut().for_each(|book| book.read_at(no_prices));
    }

    fn number(&mut self) {
        self.index = Index::of(self.books.iter().enumerate().map(|(place, book)| (book.ticker(), place)));
    }

    /// Returns the ticker that a text is, if it is one of these contracts.
    pub fn ticker(&self, text: &str) -> Option<&Ticker> {
        self.index.find(text).map(|(ticker, _)| ticker)
    }

    /// Returns a contract's book.
    pub fn get(&self, ticker: &str) -> Option<&Book> {
        self.books.get(self.index.find(ticker)?.1)
    }

    #[inline]
    fn get_mut(&mut self, ticker: &str) -> Option<&mut Book> {
        let place = self.index.find(ticker)?.1;
        self.books.get_mut(place)
    }

    /// Returns the books in order of their tickers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Book> {
        self.books.iter()
    }

    /// Takes all of a book, and returns whether it is one of these contracts.
    ///
    /// # Errors
    ///
    /// As [`Book::replace`].
    pub fn replace(&mut self, snapshot: &OrderbookSnapshot) -> Result<bool, Misfit> {
        match self.get_mut(snapshot.market_ticker.as_str()) {
            Some(book) => book.replace(snapshot).map(|()| true),
            None => Ok(false),
        }
    }

    /// Takes a change of a book, and returns whether it is one of these contracts.
    ///
    /// # Errors
    ///
    /// As [`Book::change`].
    pub fn change(&mut self, delta: &OrderbookDelta) -> Result<bool, Misfit> {
        match self.get_mut(delta.market_ticker.as_str()) {
            Some(book) => book.change(delta.side, delta.price_dollars, delta.delta_fp).map(|()| true),
            None => Ok(false),
        }
    }

    /// Takes a change as it stands in its frame, and returns the book, if it is of one of these contracts.
    ///
    /// # Errors
    ///
    /// As [`Book::change`].
    #[inline]
    pub fn change_scanned(&mut self, delta: &ScannedDelta<'_>) -> Result<Option<&Book>, Misfit> {
        match self.get_mut(delta.market_ticker) {
            Some(book) => book.change(delta.side, delta.price, delta.change).map(|()| Some(&*book)),
            None => Ok(None),
        }
    }

    /// Forgets what is in all books: what comes next are snapshots.
    pub fn forget(&mut self) {
        self.books.iter_mut().for_each(Book::forget);
    }
}
