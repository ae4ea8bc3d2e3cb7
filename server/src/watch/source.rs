//! Where what happens is heard: of the stream, or, without a key, of REST again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use shared::market::{EventTicker, Ticker};
use shared::units::{Quantity, Timestamp};
use shared::wire::{Market, OrderbookSnapshot};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::clock::Clock;
use crate::kalshi::{self, Ask, Client, Feed, Heard, What};

/// How often everything is asked for without a key, in the machine's time.
const EVERY: Duration = Duration::from_secs(5);
/// Trades of this time before the last one that is known are asked for again, in microseconds: several may share an instant.
const OVERLAP: i64 = 1_000_000;
/// How many things may wait to be taken.
const WAITING: usize = 1_024;

/// Something that was heard of an event.
#[expect(clippy::large_enum_variant, reason = "nearly all that is said is of the large kind")]
pub(super) enum Said {
    /// As the stream says it.
    What(What),
    /// The contracts as they are listed now.
    Listed(Vec<Market>),
}

/// Who says what happens in an event.
pub(super) enum Source {
    /// The stream.
    Stream(Feed, mpsc::Receiver<Heard>),
    /// REST, in turns.
    Polled(Poll, mpsc::Receiver<Said>),
}

impl Source {
    /// Listens to the contracts of an event, in the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// Says that it isn't known where the stream is.
    pub(super) fn of(
        client: &Client,
        clock: &Clock,
        event: &EventTicker,
        tickers: &[Ticker],
    ) -> anyhow::Result<Self> {
        if client.has_key() {
            let (feed, heard) = kalshi::listen(client, Ask::public(tickers.iter().cloned()))?;
            return Ok(Self::Stream(feed, heard));
        }
        let (said, heard) = mpsc::channel(WAITING);
        let answered = Arc::new(Mutex::new(Instant::now()));
        let poller = Poller {
            client: client.clone(),
            clock: clock.clone(),
            event: event.clone(),
            said,
            answered: Arc::clone(&answered),
            books: BTreeMap::new(),
            traded: BTreeMap::new(),
            is_up: false,
        };
        let task = tokio::spawn(poller.run()).abort_handle();
        Ok(Self::Polled(Poll { task, answered }, heard))
    }

    /// Returns what is said next.
    ///
    /// # Errors
    ///
    /// Says that nothing ever will be.
    pub(super) async fn next(&mut self) -> anyhow::Result<Said> {
        let said = match self {
            Self::Stream(_, heard) => heard.recv().await.map(|heard| Said::What(heard.what)),
            Self::Polled(_, heard) => heard.recv().await,
        };
        said.context("nothing more is heard")
    }

    /// Returns how long ago, in the machine's time, the exchange last said anything.
    pub(super) fn silence(&self) -> Duration {
        match self {
            Self::Stream(feed, _) => feed.silence(),
            Self::Polled(poll, _) => poll.answered.lock().unwrap_or_else(PoisonError::into_inner).elapsed(),
        }
    }

    /// Asks for all books again; whoever polls does so anyway.
    pub(super) fn refresh(&self) {
        if let Self::Stream(feed, _) = self {
            feed.refresh();
        }
    }
}

/// What asks again and again; dropped, it ends.
pub(super) struct Poll {
    task: AbortHandle,
    answered: Arc<Mutex<Instant>>,
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What asks.
struct Poller {
    client: Client,
    clock: Clock,
    event: EventTicker,
    said: mpsc::Sender<Said>,
    answered: Arc<Mutex<Instant>>,
    /// The books as they were told.
    books: BTreeMap<Ticker, OrderbookSnapshot>,
    /// How much had been traded of each contract, and its last trade, when that was asked.
    traded: BTreeMap<Ticker, (Option<Quantity>, Timestamp)>,
    is_up: bool,
}

/// Whoever listened has gone.
struct Gone;

impl Poller {
    async fn run(mut self) {
        loop {
            let what = match self.round().await {
                Ok(Ok(())) => None,
                Ok(Err(Gone)) => return,
                Err(error) => Some(What::Down(format!("{error:#}"))),
            };
            if let Some(down) = what {
                self.is_up = false;
                if self.said.send(Said::What(down)).await.is_err() {
                    return;
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Asks for everything once, and says what is new.
    async fn round(&mut self) -> anyhow::Result<Result<(), Gone>> {
        let markets = self.client.markets(&self.event).await?;
        let tickers: Vec<Ticker> = markets.iter().map(|market| market.ticker.clone()).collect();
        let mut new = Vec::new();
        for of in self.client.orderbooks(&tickers).await? {
            let book = of.at_yes_prices();
            if self.books.get(&of.ticker) != Some(&book) {
                self.books.insert(of.ticker, book.clone());
                new.push(Said::What(What::Book(book)));
            }
        }
        for market in &markets {
            let now = self.clock.now();
            let (before, last) = match self.traded.get(&market.ticker) {
                Some((before, last)) => (*before, *last),
                // What was traded before is asked for by whoever listens.
                None => (market.volume_fp, now),
            };
            let mut latest = last;
            if before != market.volume_fp {
                let since = last.checked_add_micros(-OVERLAP);
                for trade in self.client.trades(&market.ticker, since).await? {
                    let trade = trade.print().with_context(|| format!("trade {}", trade.trade_id))?;
                    latest = latest.max(trade.at);
                    new.push(Said::What(What::Trade(trade)));
                }
            }
            self.traded.insert(market.ticker.clone(), (market.volume_fp, latest));
        }
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let up = (!std::mem::replace(&mut self.is_up, true)).then_some(Said::What(What::Up));
        for said in up.into_iter().chain([Said::Listed(markets)]).chain(new) {
            if self.said.send(said).await.is_err() {
                return Ok(Err(Gone));
            }
        }
        Ok(Ok(()))
    }
}
