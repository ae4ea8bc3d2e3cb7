//! The trades of a contract in time order, and of all contracts of an event.

use super::{Contract, EventTicker, Ticker, Trade, repeated};
use crate::Invalid;
use crate::sort;
use crate::units::{Price, Quantity, Timestamp};

/// The trades of one contract in time order, at least one.
///
/// Trades of the same instant, which is a millisecond, are separate fills of one sweep and form one batch; those of one
/// microsecond keep the order they came in. One that [repeats](Trade::repeats) another counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tape {
    ticker: Ticker,
    trades: Vec<Trade>,
    span: (Timestamp, Timestamp),
    last_price: Price,
    volume: Quantity,
}

impl Tape {
    /// Returns the tape of `trades`, given in any order.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `trades` if there is none, `ticker` if they are not all of one contract,
    /// or `count` if their sum is beyond [`Quantity::MAX`].
    pub fn new(mut trades: Vec<Trade>) -> Result<Self, Invalid> {
        // Stable, so that a batch keeps its order.
        if !trades.is_sorted_by_key(|trade| trade.at) {
            let places = sort::places(trades.len(), &|a, b| trades[a].at < trades[b].at);
            trades = places.into_iter().map(|place| trades[place].clone()).collect();
        }
        if trades.iter().any(|trade| trade.id.is_some()) {
            trades = without_repeated(trades);
        }
        let (Some(first), Some(last)) = (trades.first(), trades.last()) else {
            return Err(Invalid::new("trades", "a tape needs at least one trade"));
        };
        if let Some(other) = trades.iter().find(|trade| trade.ticker != last.ticker) {
            return Err(Invalid::new(
                "ticker",
                format!("a tape is of one contract, got {} and {}", other.ticker, last.ticker),
            ));
        }
        let volume = total(trades.iter().map(|trade| trade.count))?;
        let span = (first.at, last.at);
        // What was matched off the book is no price to trade at, where there is another.
        let on_book = trades.iter().rev().find(|trade| !trade.is_block).unwrap_or(last);
        let (ticker, last_price) = (last.ticker.clone(), on_book.price);
        Ok(Self { ticker, span, last_price, volume, trades })
    }

    /// Returns the contract.
    pub fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// Returns the trades in time order.
    pub fn trades(&self) -> &[Trade] {
        &self.trades
    }

    /// Iterates over the batches: each a non-empty run of all trades of one [`Trade::instant`], in time order.
    pub fn batches(&self) -> impl Iterator<Item = &[Trade]> {
        self.trades.chunk_by(Trade::is_with)
    }

    /// Returns when the first and the last trade were.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        self.span
    }

    /// Returns the YES price of the last trade on the book; of the last one, if all were block trades.
    pub fn last_price(&self) -> Price {
        self.last_price
    }

    /// Returns the number of contracts traded.
    pub fn volume(&self) -> Quantity {
        self.volume
    }

    /// Returns the tape as it was at an instant: the trades up to then, if there are any.
    pub fn until(&self, at: Timestamp) -> Option<Self> {
        let known = self.trades.partition_point(|trade| trade.at <= at);
        Self::new(self.trades[..known].to_vec()).ok()
    }
}

/// The tapes of one event's contracts, at least one, by ticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTape {
    event: EventTicker,
    contracts: Vec<Tape>,
}

impl EventTape {
    /// Groups `trades`, given in any order, into events and contracts; both come in order of ticker.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `ticker` if a trade's ticker names no event, or `count` if the sum of
    /// a contract's counts is beyond [`Quantity::MAX`].
    pub fn group(trades: impl IntoIterator<Item = Trade>) -> Result<Vec<Self>, Invalid> {
        // There are few contracts: a sorted list of them is found through as fast as a tree, and is lighter in a browser.
        let mut by_ticker: Vec<Vec<Trade>> = Vec::new();
        for trade in trades {
            match by_ticker.binary_search_by(|known| known[0].ticker.cmp(&trade.ticker)) {
                Ok(place) => by_ticker[place].push(trade),
                Err(place) => by_ticker.insert(place, vec![trade]),
            }
        }
        let mut events: Vec<Self> = Vec::new();
        for trades in by_ticker {
            Self::add(&mut events, trades[0].ticker.event()?, Tape::new(trades)?);
        }
        Ok(events)
    }

    /// Adds a tape to those of its event, all in order of ticker.
    fn add(events: &mut Vec<Self>, event: EventTicker, tape: Tape) {
        match events.binary_search_by(|known| known.event.cmp(&event)) {
            Ok(place) => {
                let contracts = &mut events[place].contracts;
                let place = contracts.partition_point(|known| known.ticker < tape.ticker);
                contracts.insert(place, tape);
            }
            Err(place) => events.insert(place, Self { event, contracts: vec![tape] }),
        }
    }

    /// Returns the tapes of `events` by the events that their contracts are `known` to be of: a ticker's spelling is a guess,
    /// which stands where nothing is known.
    #[must_use]
    pub fn regrouped(events: Vec<Self>, known: &[Contract]) -> Vec<Self> {
        let mut regrouped = Vec::with_capacity(events.len());
        for Self { event, contracts } in events {
            for tape in contracts {
                // The last word on a contract counts.
                let contract = known.iter().rev().find(|contract| contract.ticker == tape.ticker);
                let event = contract.map_or(&event, |contract| &contract.event_ticker).clone();
                Self::add(&mut regrouped, event, tape);
            }
        }
        regrouped
    }

    /// Returns the tape of an event whose contracts are those of `events`, if there is one.
    pub fn named(event: &EventTicker, events: Vec<Self>) -> Option<Self> {
        let mut named = Vec::new();
        for tape in events.into_iter().flat_map(|of| of.contracts) {
            Self::add(&mut named, event.clone(), tape);
        }
        named.pop()
    }

    /// Returns the event.
    pub fn event(&self) -> &EventTicker {
        &self.event
    }

    /// Returns the tapes of the event's contracts in order of ticker.
    pub fn contracts(&self) -> &[Tape] {
        &self.contracts
    }
}

/// Returns trades in time order without those that repeat another.
fn without_repeated(mut trades: Vec<Trade>) -> Vec<Trade> {
    let (mut places, mut first) = (Vec::new(), 0);
    for batch in trades.chunk_by(Trade::is_with) {
        places.extend(repeated(batch).into_iter().map(|place| first + place));
        first += batch.len();
    }
    let (mut place, mut places) = (0, places.into_iter().peekable());
    trades.retain(|_| {
        place += 1;
        places.next_if_eq(&(place - 1)).is_none()
    });
    trades
}

/// Returns the sum of `counts`, which is refused beyond what a [`Quantity`] holds.
fn total(counts: impl Iterator<Item = Quantity>) -> Result<Quantity, Invalid> {
    let mut sum = Quantity::ZERO;
    for count in counts {
        sum = sum.checked_add(count).ok_or_else(|| {
            Invalid::new("count", format!("the counts add up to more than {}", Quantity::MAX))
        })?;
    }
    Ok(sum)
}
