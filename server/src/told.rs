//! What those who watch are told, whoever tells it.
//!
//! Nobody has a queue. Each who watches says which state of a topic he has, and gets what is newer: whoever is slow skips
//! states that are over.

use std::collections::BTreeMap;

use shared::market::Ticker;
use shared::stream::{ToPage, Topic};
use tokio::sync::watch;

/// Somebody who has topics to tell of.
pub(crate) trait Told: Send + Sync {
    /// Returns what tells that something is newer.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Returns what is newer of a topic than state number `have`.
    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage>;

    /// Takes note that somebody watches, or watches no more.
    fn watched(&self, is: bool);

    /// Takes note that somebody watches a contract's book, if there is one, or watches it no more.
    fn book_watched(&self, ticker: &Ticker, is: bool);
}

/// Who watches what.
#[derive(Debug, Default)]
pub(crate) struct Audience {
    watchers: usize,
    /// All contracts, whether anybody watches them or not.
    tickers: Vec<Ticker>,
    /// How many watch each of them; none that nobody does.
    books: BTreeMap<Ticker, usize>,
}

impl Audience {
    /// Says which contracts there are.
    pub(crate) fn list(&mut self, tickers: Vec<Ticker>) {
        self.tickers = tickers;
    }

    /// Returns whether there is such a contract.
    pub(crate) fn knows(&self, ticker: &Ticker) -> bool {
        self.tickers.contains(ticker)
    }

    /// Returns whether anybody watches, and which contracts.
    pub(crate) fn wanted(&self) -> (bool, Vec<Ticker>) {
        (self.watchers > 0, self.books.keys().cloned().collect())
    }

    /// Takes note that somebody watches, or watches no more.
    pub(crate) fn watched(&mut self, is: bool) {
        self.watchers = if is { self.watchers + 1 } else { self.watchers.saturating_sub(1) };
    }

    /// Takes note that somebody watches a contract, if there is such, or watches it no more; returns whether anybody does.
    pub(crate) fn book_watched(&mut self, ticker: &Ticker, is: bool) -> bool {
        let is_there = self.knows(ticker);
        match self.books.get_mut(ticker) {
            Some(count) if is => *count += 1,
            Some(count) if *count > 1 => *count -= 1,
            Some(_) => drop(self.books.remove(ticker)),
            None if is && is_there => drop(self.books.insert(ticker.clone(), 1)),
            None => {}
        }
        self.books.contains_key(ticker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_watched_until_the_last_who_watches_it_goes() {
        let (a, b): (Ticker, Ticker) = ("A-B-C".parse().unwrap(), "A-B-D".parse().unwrap());
        let mut audience = Audience::default();
        audience.list(vec![a.clone()]);
        assert!(!audience.book_watched(&b, true), "there is no such contract");
        assert!(audience.book_watched(&a, true) && audience.book_watched(&a, true));
        assert!(audience.book_watched(&a, false));
        assert_eq!(audience.wanted(), (false, vec![a.clone()]));
        assert!(!audience.book_watched(&a, false) && !audience.book_watched(&a, false));
        audience.watched(true);
        audience.watched(false);
        audience.watched(false);
        assert_eq!(audience.wanted(), (false, Vec::new()));
    }
}
