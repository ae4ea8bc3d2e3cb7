//! The stream: an actor that keeps a connection to the exchange and says what it hears.
//!
//! ```text
//! socket ── frames ──> session (what a frame means: numbers, gaps, snapshots) ── What ──> whoever listens
//!    ^                    │
//!    └──── commands ──────┘
//! ```

mod actor;
mod ask;
mod backoff;
mod commands;
#[cfg(test)]
mod ear;
mod numbers;
mod session;
mod subscribe;
#[cfg(test)]
mod subscribe_tests;
mod tap;
#[cfg(test)]
mod tests;
mod unread;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::market::{self, Ticker};
use shared::wire::{
    Channel, FillMessage, MarketLifecycle, OrderbookDelta, OrderbookSnapshot, TickerMessage, UserOrder,
};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::Utf8Bytes;

pub(crate) use self::ask::Ask;
use self::commands::Change;
#[cfg(test)]
pub(crate) use self::ear::Ear;
pub(crate) use self::tap::Tap;

use super::rest::Client;

/// How many things may wait to be taken. When they are full nothing more is read, and the exchange cuts off whoever stays
/// behind: that is heard as a cut.
const QUEUE: usize = 4_096;

/// Something that was heard, and when.
#[derive(Debug)]
pub(crate) struct Heard {
    /// When the socket returned the frame.
    pub(crate) at: Instant,
    /// What.
    pub(crate) what: What,
}

/// What is heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A frame as it came, where frames are asked for; what it means is said after it.
    Frame(Utf8Bytes),
    /// Connected, and everything asked for is confirmed; books follow as snapshots. Whatever was said before may have been
    /// missed: ask.
    Up,
    /// The connection is gone, for this reason, and will be made again. Also said of each attempt that fails.
    Down(String),
    /// All of a contract's book, both sides at YES prices.
    Book(OrderbookSnapshot),
    /// A change of a book that is here, at a YES price.
    Level(OrderbookDelta),
    /// A public trade.
    Trade(market::Trade),
    /// The best prices of a contract.
    Ticker(TickerMessage),
    /// A fill of ours, in whichever contract.
    Fill(FillMessage),
    /// An order of ours, in whichever contract.
    Order(UserOrder),
    /// Something that happened to one of the contracts.
    Lifecycle(MarketLifecycle),
    /// Frames of this channel were lost: of books, new snapshots have been asked for and no change is told until they are
    /// here; of the others, ask REST.
    Missed(Channel),
}

impl What {
    /// Returns the contract whose book this is, or changes.
    pub(crate) const fn book(&self) -> Option<&Ticker> {
        match self {
            Self::Book(book) => Some(&book.market_ticker),
            Self::Level(level) => Some(&level.market_ticker),
            _ => None,
        }
    }
}

/// A connection that is kept up; dropped, it ends.
#[derive(Debug)]
pub(crate) struct Feed {
    actor: AbortHandle,
    pulse: Arc<Pulse>,
    changes: mpsc::UnboundedSender<Change>,
}

impl Feed {
    /// Asks to be told of these contracts too: their books come as snapshots.
    pub(crate) fn insert(&self, tickers: impl IntoIterator<Item = Ticker>) {
        self.change(Change::Insert(tickers.into_iter().collect()));
    }

    /// Asks to be told of these contracts no more. What is on its way may still be told.
    pub(crate) fn remove(&self, tickers: impl IntoIterator<Item = Ticker>) {
        self.change(Change::Remove(tickers.into_iter().collect::<BTreeSet<_>>()));
    }

    /// Asks for all books again, as snapshots.
    pub(crate) fn refresh(&self) {
        self.change(Change::Refresh);
    }

    /// Finds out whether anything is missing, as happens by itself now and then.
    #[cfg(test)]
    pub(crate) fn remind(&self) {
        self.change(Change::Remind);
    }

    fn change(&self, change: Change) {
        // The actor lives as long as this, but while the program ends.
        let _ = self.changes.send(change);
    }

    /// Returns how long ago, in the machine's time, the exchange last said anything, were it a ping; before it first did,
    /// how long ago this began.
    pub(crate) fn silence(&self) -> Duration {
        self.pulse.silence()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.actor.abort();
    }
}

/// When something was last heard.
#[derive(Debug)]
struct Pulse {
    began: Instant,
    /// In microseconds after the beginning.
    last: AtomicU64,
}

impl Pulse {
    fn beat(&self, at: Instant) {
        let micros = at.saturating_duration_since(self.began).as_micros();
        self.last.store(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn silence(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_micros(self.last.load(Ordering::Relaxed)))
    }
}

/// Begins to listen to what is asked for, in the runtime that this is called in. What is heard must be taken as it comes.
///
/// # Errors
///
/// Says that it isn't known where the stream is.
pub(crate) fn listen(client: &Client, ask: Ask) -> anyhow::Result<(Feed, mpsc::Receiver<Heard>)> {
    let (heard, taken) = mpsc::channel(QUEUE);
    let (changes, changed) = mpsc::unbounded_channel();
    let pulse = Arc::new(Pulse { began: Instant::now(), last: AtomicU64::new(0) });
    let actor = actor::Actor::new(client, ask, heard, Arc::clone(&pulse))?;
    Ok((Feed { actor: tokio::spawn(actor.run(changed)).abort_handle(), pulse, changes }, taken))
}

/// Returns what reads frames as a connection does, without its socket.
#[allow(dead_code, reason = "a benchmark reads frames so")]
pub(super) fn without_socket(ask: &Ask) -> impl FnMut(&str) -> Vec<What> + use<> {
    let (mut session, _) = session::Session::begin(ask);
    let said = |todo| if let session::Do::Say(what) = todo { Some(what) } else { None };
    move |frame| session.hear(frame).into_iter().filter_map(said).collect()
}
