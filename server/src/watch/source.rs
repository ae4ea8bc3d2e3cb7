//! Where what happens is heard: of the stream, or, without a key, of REST again and again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use shared::market::{EventTicker, Ticker};
use shared::wire::Market;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::kalshi::{self, Ask, Client, Failure, Feed, Heard, POLLED_EVERY, Poll, Round, What};

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
    Polled(Polling, mpsc::Receiver<Said>),
}

impl Source {
    /// Listens to the contracts of an event, in the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// Says that it isn't known where the stream is.
    pub(super) fn of(client: &Client, event: &EventTicker, tickers: &[Ticker]) -> anyhow::Result<Self> {
        if client.has_key() {
            let (feed, heard) = kalshi::listen(client, Ask::public(tickers.iter().cloned()))?;
            return Ok(Self::Stream(feed, heard));
        }
        let (said, heard) = mpsc::channel(WAITING);
        let answered = Arc::new(Mutex::new(Instant::now()));
        let poller = Poller {
            client: client.clone(),
            poll: Poll::new(client.clone(), tickers.iter().cloned()),
            event: event.clone(),
            said,
            answered: Arc::clone(&answered),
            is_up: false,
        };
        let task = tokio::spawn(poller.run()).abort_handle();
        Ok(Self::Polled(Polling { task, answered }, heard))
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
            Self::Polled(polling, _) => {
                polling.answered.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
            }
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
pub(super) struct Polling {
    task: AbortHandle,
    answered: Arc<Mutex<Instant>>,
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What asks.
struct Poller {
    client: Client,
    poll: Poll,
    event: EventTicker,
    said: mpsc::Sender<Said>,
    answered: Arc<Mutex<Instant>>,
    is_up: bool,
}

/// Whoever listened has gone.
struct Gone;

impl Poller {
    async fn run(mut self) {
        loop {
            let told = match self.ask().await {
                Ok((markets, round)) => self.tell(markets, round).await,
                Err(error) => {
                    self.is_up = false;
                    self.say(Said::What(What::Down(error.to_string()))).await
                }
            };
            if told.is_err() {
                return;
            }
            tokio::time::sleep(POLLED_EVERY).await;
        }
    }

    /// Asks for everything once.
    async fn ask(&mut self) -> Result<(Vec<Market>, Round), Failure> {
        let markets = self.client.markets(&self.event).await?;
        self.poll.insert(markets.iter().map(|market| market.ticker.clone()));
        Ok((markets, self.poll.round().await?))
    }

    /// Says what was found.
    async fn tell(&mut self, markets: Vec<Market>, round: Round) -> Result<(), Gone> {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if !std::mem::replace(&mut self.is_up, true) {
            self.say(Said::What(What::Up)).await?;
        }
        self.say(Said::Listed(markets)).await?;
        for book in round.books {
            self.say(Said::What(What::Book(book))).await?;
        }
        for trade in round.trades {
            match trade.print() {
                Ok(trade) => self.say(Said::What(What::Trade(trade))).await?,
                Err(why) => tracing::warn!("the trade {} is passed over: {why}", trade.trade_id),
            }
        }
        Ok(())
    }

    async fn say(&self, said: Said) -> Result<(), Gone> {
        self.said.send(said).await.map_err(|_| Gone)
    }
}
