//! What is heard now, kept in memory: the newest of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::book::Book;
use shared::depth::{Recorder, Recording, Session};
use shared::market::{Ticker, Trade};
use shared::units::Timestamp;

/// How many frames of all contracts of an event are kept at least, where there have been so many.
const MOST: usize = 100_000;

/// What is heard of the event that is followed.
#[derive(Default)]
pub(crate) struct Live(Mutex<Vec<(Ticker, Recorder)>>);

impl Live {
    /// A panic under the lock could only be of memory that ran out, and leaves whole frames.
    fn contracts(&self) -> MutexGuard<'_, Vec<(Ticker, Recorder)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to record these contracts. What was recorded of them before stays, all else is forgotten.
    pub(crate) fn follow(&self, tickers: &[Ticker], at: Timestamp) {
        let most = MOST / tickers.len().max(1);
        let mut contracts = self.contracts();
        contracts.retain(|(ticker, _)| tickers.contains(ticker));
        for ticker in tickers {
            match contracts.iter_mut().find(|(known, _)| known == ticker) {
                Some((_, recorder)) => recorder.miss(at),
                None => contracts.push((ticker.clone(), Recorder::new(ticker.clone(), most))),
            }
        }
    }

    /// Takes in a contract's book as it is now.
    pub(crate) fn book(&self, at: Timestamp, book: &Book) {
        self.with(book.ticker(), |recorder| recorder.book(at, book));
    }

    /// Takes in a public trade.
    pub(crate) fn trade(&self, at: Timestamp, trade: &Trade) {
        self.with(&trade.ticker, |recorder| recorder.trade(at, trade));
    }

    /// Takes note that something was missed.
    pub(crate) fn miss(&self, at: Timestamp) {
        self.contracts().iter_mut().for_each(|(_, recorder)| recorder.miss(at));
    }

    fn with(&self, ticker: &Ticker, act: impl FnOnce(&mut Recorder)) {
        if let Some((_, recorder)) = self.contracts().iter_mut().find(|(known, _)| known == ticker) {
            act(recorder);
        }
    }

    /// Returns what there is.
    pub(super) fn recording(&self) -> Recording {
        let frames = |(ticker, recorder): &(Ticker, Recorder)| (ticker.clone(), recorder.session().frames());
        Recording { contracts: self.contracts().iter().map(frames).collect(), problems: Vec::new() }
    }

    /// Returns what there is of a contract.
    pub(super) fn session(&self, ticker: &str) -> Option<Session> {
        let contracts = self.contracts();
        let found = contracts.iter().find(|(known, _)| known.as_str() == ticker);
        found.map(|(_, recorder)| recorder.session().clone())
    }
}
