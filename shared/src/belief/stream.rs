//! Trades as they come in, put together into instants.

use serde::{Deserialize, Serialize};

use super::snapshot::{Snapshot, Told};
use super::{Asked, Belief, Engine, Found, Refused};
use crate::Invalid;
use crate::market::{EventTicker, Ticker, Trade};
use crate::units::{Price, Timestamp};

/// What is believed of the contract at `place` after its instant `at`, which is complete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// The contract's place.
    pub place: usize,
    /// The instant.
    pub at: Timestamp,
    /// What was traded at last in it.
    pub last: Price,
    /// What is believed after it.
    pub belief: Belief,
}

/// An [`Engine`] that is told trade by trade.
///
/// The trades of one contract and instant are kept until the instant is complete: when a later trade comes, of whatever
/// contract, as on a tape; or when somebody says so who knows that nothing more is on its way, as on a socket that is
/// drained. What comes of an instant that was closed before is taken in as an instant of its own.
#[derive(Debug, Clone)]
pub struct Stream {
    engine: Engine,
    /// The instants that are not complete, in order of time and place.
    open: Vec<Open>,
    closed: Vec<Closed>,
}

/// An instant that is not complete.
#[derive(Debug, Clone)]
struct Open {
    at: Timestamp,
    place: usize,
    trades: Vec<Trade>,
}

impl Stream {
    /// Returns a stream into `engine`.
    pub const fn new(engine: Engine) -> Self {
        Self { engine, open: Vec::new(), closed: Vec::new() }
    }

    /// Returns the engine, which knows nothing of the instants that are not complete.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Does as [`Engine::list`].
    pub fn list(&mut self, event: &EventTicker, contract: &Ticker, settles: Option<Timestamp>) -> usize {
        self.engine.list(event, contract, settles)
    }

    /// Does as [`Engine::settle`].
    pub fn settle(&mut self, event: &EventTicker, settles: Option<Timestamp>) {
        self.engine.settle(event, settles);
    }

    /// Takes a trade of the contract at `place`, and returns what is believed of each instant that it closes: all that were
    /// before it, in order of time and place.
    ///
    /// # Errors
    ///
    /// Returns [`Refused`] if there is no such contract, if the trade is of another, before the contract's last, or was
    /// seen before. Then nothing has changed.
    pub fn push(&mut self, place: usize, trade: Trade) -> Result<&[Closed], Refused> {
        let at = self.admit(place, &trade)?;
        self.close_before(at)?;
        self.keep(at, place, trade);
        Ok(&self.closed)
    }

    /// Returns the instant of a trade, if it can be taken.
    fn admit(&self, place: usize, trade: &Trade) -> Result<Timestamp, Refused> {
        let at = self.engine.check(place, core::slice::from_ref(trade))?;
        let ticker = || trade.ticker.clone();
        match self.open.iter().find(|open| open.place == place) {
            Some(open) if at < open.at => Err(Refused::OutOfOrder { ticker: ticker(), at, last: open.at }),
            Some(open) if open.trades.iter().any(|other| trade.repeats(other)) => {
                Err(Refused::Repeated { ticker: ticker(), at: trade.at, id: trade.id })
            }
            _ => Ok(at),
        }
    }

    /// Adds a trade to the open instant that it is of.
    fn keep(&mut self, at: Timestamp, place: usize, trade: Trade) {
        match self.open.binary_search_by_key(&(at, place), |open| (open.at, open.place)) {
            Ok(found) => self.open[found].trades.push(trade),
            Err(next) => self.open.insert(next, Open { at, place, trades: vec![trade] }),
        }
    }

    /// Closes the instant of the contract at `place`, if it has one, and returns what is believed after it.
    ///
    /// # Errors
    ///
    /// As [`Engine::take`], of which [`Stream::push`] leaves nothing.
    pub fn close(&mut self, place: usize) -> Result<Option<Closed>, Refused> {
        match self.open.iter().position(|open| open.place == place) {
            Some(found) => self.take(found).map(Some),
            None => Ok(None),
        }
    }

    /// Closes every instant, and returns what is believed after each, in order of time and place.
    ///
    /// # Errors
    ///
    /// As [`Stream::close`].
    pub fn close_all(&mut self) -> Result<&[Closed], Refused> {
        self.closed.clear();
        while !self.open.is_empty() {
            let closed = self.take(0)?;
            self.closed.push(closed);
        }
        Ok(&self.closed)
    }

    /// Does as [`Engine::advance`] once the instants before `now` are closed, and returns what is believed after each.
    ///
    /// # Errors
    ///
    /// As [`Stream::close`].
    pub fn advance(&mut self, now: Timestamp) -> Result<&[Closed], Refused> {
        self.close_before(now)?;
        self.engine.advance(now);
        Ok(&self.closed)
    }

    /// Does as [`Engine::asked`].
    pub fn asked(&self, now: Timestamp) -> Vec<Asked> {
        self.engine.asked(now)
    }

    /// Does as [`Engine::know`].
    pub fn know(&mut self, found: Found) {
        self.engine.know(found);
    }

    /// Closes the instants before `at`.
    fn close_before(&mut self, at: Timestamp) -> Result<(), Refused> {
        self.closed.clear();
        while self.open.first().is_some_and(|open| open.at < at) {
            let closed = self.take(0)?;
            self.closed.push(closed);
        }
        Ok(())
    }

    /// Gives the instant that is `found` among the open ones to the engine.
    fn take(&mut self, found: usize) -> Result<Closed, Refused> {
        let Open { at, place, trades } = self.open.remove(found);
        // One that is open has a trade.
        let last = trades.last().map_or(Price::ZERO, |trade| trade.price);
        Ok(Closed { place, at, last, belief: self.engine.take(place, &trades)? })
    }

    /// Returns all that there is to know of the stream and its engine.
    pub fn snapshot(&self) -> StreamSnapshot {
        let told = |open: &Open| (open.place, open.trades.iter().map(Told::of).collect());
        StreamSnapshot { engine: self.engine.snapshot(), open: self.open.iter().map(told).collect() }
    }

    /// Returns the stream that a snapshot was taken of: what it says from now on has the same bits.
    ///
    /// # Errors
    ///
    /// As [`Engine::restore`], or naming `open` if a trade in an instant that is not complete can't be.
    pub fn restore(snapshot: &StreamSnapshot) -> Result<Self, Invalid> {
        let mut stream = Self::new(Engine::restore(&snapshot.engine)?);
        for (place, trades) in &snapshot.open {
            let wrong = |why: &dyn core::fmt::Display| Invalid::new("open", why.to_string());
            let Some(ticker) = stream.engine.contract(*place).cloned() else {
                return Err(wrong(&Refused::Unlisted { place: *place }));
            };
            for told in trades {
                let trade = told.trade(&ticker)?;
                let at = stream.admit(*place, &trade).map_err(|refused| wrong(&refused))?;
                if stream.open.iter().any(|open| open.place == *place && open.at != at) {
                    return Err(wrong(&"a contract has two instants"));
                }
                stream.keep(at, *place, trade);
            }
        }
        Ok(stream)
    }
}

/// All that there is to know of a [`Stream`] and its [`Engine`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamSnapshot {
    engine: Snapshot,
    /// The instants that are not complete: whose each is, and its trades.
    open: Vec<(usize, Vec<Told>)>,
}
