//! What those who watch a market are told: the state of each topic, with a number.

use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::market::Ticker;
use shared::stream::{Data, DepthView, MarketView, ToPage, Topic};
use tokio::sync::watch;

use crate::told::{Audience, Told, newer};

/// What is known to those who watch.
pub(crate) struct Face {
    known: Mutex<Known>,
    /// Rises with every change.
    version: watch::Sender<u64>,
}

struct Known {
    market: (i64, MarketView),
    audience: Audience<DepthView>,
}

impl Face {
    /// Returns what is known of a market before anything was heard.
    pub(super) fn new(market: MarketView) -> Self {
        let known = Known { market: (1, market), audience: Audience::default() };
        Self { known: Mutex::new(known), version: watch::Sender::new(0) }
    }

    /// A panic under the lock could only be of memory that ran out, and leaves it as it was.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the market as it was last told.
    pub(crate) fn market(&self) -> MarketView {
        self.known().market.1.clone()
    }

    /// Says which contracts there are.
    pub(super) fn list(&self, tickers: Vec<Ticker>) {
        self.known().audience.list(tickers);
    }

    /// Returns whether anybody watches, and which contracts.
    pub(super) fn wanted(&self) -> (bool, Vec<Ticker>) {
        self.known().audience.wanted()
    }

    /// Changes what is told of the market as a whole.
    pub(super) fn alter(&self, alter: impl FnOnce(&mut MarketView)) {
        {
            let mut known = self.known();
            alter(&mut known.market.1);
            known.market.0 += 1;
        }
        self.version.send_modify(|version| *version += 1);
    }

    /// Tells what is newer.
    pub(super) fn tell(&self, market: MarketView, depths: Vec<DepthView>) {
        {
            let mut known = self.known();
            known.market = (known.market.0 + 1, market);
            for depth in depths {
                known.audience.tell(&depth.book.ticker.clone(), depth);
            }
        }
        self.version.send_modify(|version| *version += 1);
    }
}

impl Told for Face {
    fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage> {
        let known = self.known();
        match topic {
            Topic::Market {} => {
                let (seq, market) = &known.market;
                newer(topic, have, *seq, || Data::Market { market: market.clone() })
            }
            Topic::Depth { ticker } => {
                known.audience.newer(topic, ticker, have, |depth| Data::Depth { depth })
            }
            // Others tell of these.
            Topic::Desk {} | Topic::Book { .. } | Topic::Log {} => None,
        }
    }

    fn watched(&self, is: bool) {
        self.known().audience.watched(is);
    }

    fn book_watched(&self, ticker: &Ticker, is: bool) {
        self.known().audience.book_watched(ticker, is);
    }
}
