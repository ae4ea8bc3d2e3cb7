//! Books out of a recorded stream.

use std::collections::BTreeMap;

use shared::book::{Book, Books, Misfit, NoPrices};
use shared::market::Ticker;
use shared::wire::{Frame, OrderbookSnapshot, ScannedDelta, TickerMessage};

/// What a frame of a recording did.
#[derive(Debug)]
pub(crate) enum Did {
    /// A contract's book is another, whole or by one change.
    Book(Ticker),
    /// A change that no book is known for yet: its snapshot comes.
    Early,
    /// The exchange says what the best prices are.
    Ticker(TickerMessage),
    /// A public trade.
    Trade,
    /// Frames before this one are missing in the recording: books are unknown until their snapshots come.
    Missed {
        /// The subscription.
        sid: u64,
        /// The number that was expected, and the one that came.
        expected: u64,
        came: u64,
    },
    /// The frame fits no book: the one it is of is unknown until its snapshot comes.
    Misfit(Misfit),
    /// Something that is no part of a book, by its kind.
    Other,
    /// It can't be read.
    Unread(String),
}

/// The books that a recording's frames make, however many contracts it turns out to be of.
pub(crate) struct Rebuild {
    books: Books,
    /// At which prices bids for NO are told; not known before a book says so.
    no_prices: Option<NoPrices>,
    /// The last number of each subscription.
    heard: BTreeMap<u64, u64>,
}

impl Rebuild {
    /// Begins without any book. Where it isn't known at which prices bids for NO are told, the first book says so of which
    /// only one reading has no bid as high as an offer; recordings don't say it otherwise.
    pub(crate) fn new(no_prices: Option<NoPrices>) -> Self {
        let books = Books::new([], no_prices.unwrap_or(NoPrices::OfYes));
        Self { books, no_prices, heard: BTreeMap::new() }
    }

    /// Returns at which prices bids for NO are told, if that is known by now.
    pub(crate) const fn no_prices(&self) -> Option<NoPrices> {
        self.no_prices
    }

    /// Returns a contract's book.
    pub(crate) fn book(&self, ticker: &Ticker) -> Option<&Book> {
        self.books.get(ticker.as_str())
    }

    /// Forgets what is in the books: something was missed.
    pub(crate) fn forget(&mut self) {
        self.books.forget();
        self.heard.clear();
    }

    /// Takes in a frame, and says what it did, in order.
    pub(crate) fn take(&mut self, text: &str) -> Vec<Did> {
        let mut did = Vec::new();
        if let Some(delta) = ScannedDelta::of(text) {
            self.number(delta.sid, Some(delta.seq), &mut did);
            did.push(match self.books.change_scanned(&delta) {
                Ok(Some(book)) if book.is_known() => Did::Book(book.ticker().clone()),
                Ok(_) => Did::Early,
                Err(misfit) => Did::Misfit(misfit),
            });
            return did;
        }
        match serde_json::from_str::<Frame>(text) {
            Err(why) => did.push(Did::Unread(why.to_string())),
            Ok(Frame::OrderbookSnapshot { sid, seq, msg, .. }) => {
                // The first of a subscription: whatever had this number before is over.
                if seq == 1 {
                    self.heard.remove(&sid);
                }
                self.number(sid, Some(seq), &mut did);
                did.push(self.snapshot(&msg));
            }
            Ok(Frame::OrderbookDelta { sid, seq, msg }) => {
                self.number(sid, Some(seq), &mut did);
                let is_known = self.book(&msg.market_ticker).is_some_and(Book::is_known);
                did.push(match self.books.change(&msg) {
                    Ok(true) if is_known => Did::Book(msg.market_ticker),
                    Ok(_) => Did::Early,
                    Err(misfit) => Did::Misfit(misfit),
                });
            }
            Ok(Frame::Subscribed { msg, .. }) => {
                self.heard.remove(&msg.sid);
                did.push(Did::Other);
            }
            Ok(Frame::Ok { sid: Some(sid), seq, .. } | Frame::Error { sid: Some(sid), seq, .. }) => {
                self.number(sid, seq, &mut did);
                did.push(Did::Other);
            }
            Ok(Frame::Ticker { msg, .. }) => did.push(Did::Ticker(msg)),
            Ok(Frame::Trade { sid, seq, .. }) => {
                self.number(sid, seq, &mut did);
                did.push(Did::Trade);
            }
            Ok(Frame::MarketLifecycleV2 { sid, seq, .. }) => {
                self.number(sid, seq, &mut did);
                did.push(Did::Other);
            }
            Ok(Frame::EventLifecycle { sid, seq, .. }) => {
                self.number(sid, Some(seq), &mut did);
                did.push(Did::Other);
            }
            Ok(_) => did.push(Did::Other),
        }
        did
    }

    fn snapshot(&mut self, snapshot: &OrderbookSnapshot) -> Did {
        if self.no_prices.is_none() {
            self.no_prices = NoPrices::told_by(snapshot);
            if let Some(no_prices) = self.no_prices {
                self.books.read_at(no_prices);
            }
        }
        if self.book(&snapshot.market_ticker).is_none() {
            self.books.insert([snapshot.market_ticker.clone()]);
        }
        match self.books.replace(snapshot) {
            Ok(_) => Did::Book(snapshot.market_ticker.clone()),
            Err(misfit) => Did::Misfit(misfit),
        }
    }

    /// Takes in a frame's number. Frames that have none, and the first that is here of a subscription, miss nothing.
    fn number(&mut self, sid: u64, seq: Option<u64>, did: &mut Vec<Did>) {
        let Some(came) = seq else { return };
        let expected = self.heard.insert(sid, came).map_or(came, |last| last.saturating_add(1));
        if came != expected {
            self.books.forget();
            did.push(Did::Missed { sid, expected, came });
        }
    }
}
