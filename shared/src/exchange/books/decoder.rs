//! From what a stream tells to a tape.

use super::tape::{BookTape, Event, What};
use crate::Invalid;
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

/// A price of a book and what rests there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The side of the book: bids are orders to buy.
    pub side: Action,
    /// The YES price.
    pub price: Price,
    /// How much rests there.
    pub size: Quantity,
}

/// Puts a tape together from books as they are told: whole, by what rests at one price, and by trades.
///
/// Two channels tell of one trade: that it was made, and that less rests. They may come in either order; a trade is put
/// before the decrease that it explains, so that the exchange on the tape sees it first. What is told of a contract stays in
/// the order in which it was told: a time before the last one is taken for that one.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    events: Vec<Event>,
    /// What rests, by contract: what a snapshot doesn't name is gone.
    books: Vec<Vec<Level>>,
    /// The last time of each contract.
    last: Vec<Timestamp>,
    /// Of each event: what rested at its price before it, and whether a trade explains what is missing since.
    told: Vec<(Quantity, bool)>,
}

/// How long before a trade's own message its decrease may have been told, in microseconds, and in how many events.
const NEAR: i64 = 1_000_000;
const EVENTS: usize = 64;

impl Decoder {
    /// Returns a decoder that knows of no book.
    pub fn new() -> Self {
        Self::default()
    }

    fn book(&mut self, contract: usize) -> &mut Vec<Level> {
        if self.books.len() <= contract {
            self.books.resize_with(contract + 1, Vec::new);
        }
        &mut self.books[contract]
    }

    fn push(&mut self, event: Event, before: Quantity) {
        if self.last.len() <= event.contract {
            self.last.resize(event.contract + 1, Timestamp::MIN);
        }
        let last = &mut self.last[event.contract];
        *last = event.at.max(*last);
        let event = Event { at: *last, ..event };
        self.events.push(event);
        self.told.push((before, event.what != What::Level));
    }

    /// Takes in all of a contract's book.
    pub fn snapshot(&mut self, at: Timestamp, heard: Timestamp, contract: usize, levels: &[Level]) {
        let before = core::mem::take(self.book(contract));
        let event = |Level { side, price, size }| Event {
            at,
            heard,
            contract,
            what: What::Snapshot,
            side,
            price,
            size,
        };
        for old in &before {
            if !levels.iter().any(|new| (new.side, new.price) == (old.side, old.price)) {
                self.push(event(Level { size: Quantity::ZERO, ..*old }), old.size);
            }
        }
        for new in levels {
            if !before.contains(new) {
                self.push(event(*new), Quantity::ZERO);
            }
        }
        *self.book(contract) = levels.iter().copied().filter(|level| !level.size.is_zero()).collect();
    }

    /// Takes in that so much rests at a price from now on.
    pub fn level(&mut self, at: Timestamp, heard: Timestamp, contract: usize, level: Level) {
        let Level { side, price, size } = level;
        let book = self.book(contract);
        let place = book.iter().position(|there| (there.side, there.price) == (side, price));
        let before = place.map_or(Quantity::ZERO, |place| book[place].size);
        match place {
            Some(place) if size.is_zero() => drop(book.swap_remove(place)),
            Some(place) => book[place].size = size,
            None if size.is_zero() => return,
            None => book.push(level),
        }
        self.push(Event { at, heard, contract, what: What::Level, side, price, size }, before);
    }

    /// Takes in by how much what rests at a price has changed, in hundredths of a contract.
    ///
    /// # Errors
    ///
    /// Names `change` where less than nothing would be left, or more than can be counted; nothing is changed then.
    pub fn change(
        &mut self,
        at: Timestamp,
        heard: Timestamp,
        contract: usize,
        (side, price): (Action, Price),
        hundredths: i64,
    ) -> Result<(), Invalid> {
        let there = self.book(contract).iter().find(|there| (there.side, there.price) == (side, price));
        let before = there.map_or(0, |there| there.size.hundredths());
        let size =
            before.checked_add(hundredths).and_then(|size| Quantity::from_hundredths(size).ok()).ok_or_else(
                || Invalid::new("change", format!("is {hundredths} hundredths where {before} rest")),
            )?;
        self.level(at, heard, contract, Level { side, price, size });
        Ok(())
    }

    /// Takes in a trade with what rested on a side, at a YES price.
    pub fn trade(&mut self, at: Timestamp, heard: Timestamp, contract: usize, trade: Level) {
        let Level { side, price, size } = trade;
        let event = Event { at, heard, contract, what: What::Trade, side, price, size };
        let place = self.decrease(&event);
        let Some(told) = place.and_then(|place| self.told.get_mut(place)) else {
            // Its decrease comes, or never will: then nobody but we stood there.
            self.push(event, Quantity::ZERO);
            return;
        };
        told.1 = true;
        if let Some((place, first)) = place.and_then(|place| Some((place, *self.events.get(place)?))) {
            // It happened with its decrease, and was heard of with the first word of it.
            self.events.insert(place, Event { at: first.at, heard: first.heard, ..event });
            self.told.insert(place, (Quantity::ZERO, true));
        }
    }

    /// Returns the place of a decrease that was told before the trade that it comes of: the last one at that price that no
    /// other trade explains, if it is of just as much.
    fn decrease(&self, trade: &Event) -> Option<usize> {
        let recent = self.events.iter().zip(&self.told).enumerate().rev().take(EVENTS);
        let mut near = recent.take_while(|(_, (event, _))| trade.heard.micros_since(event.heard) <= NEAR);
        let (place, (event, (before, _))) = near.find(|(_, (event, (_, explained)))| {
            let is_there =
                (event.contract, event.side, event.price) == (trade.contract, trade.side, trade.price);
            is_there && !explained
        })?;
        (before.hundredths() - event.size.hundredths() == trade.size.hundredths()).then_some(place)
    }

    /// Returns the tape with its contracts at other places.
    pub(super) fn placed(mut self, places: &[usize]) -> Result<BookTape, Invalid> {
        for event in &mut self.events {
            event.contract = places.get(event.contract).copied().unwrap_or(usize::MAX);
        }
        self.tape(places.len())
    }

    /// Returns how many events there are so far.
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns whether nothing was told.
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the tape of so many contracts.
    ///
    /// # Errors
    ///
    /// As [`BookTape::new`].
    pub fn tape(self, contracts: usize) -> Result<BookTape, Invalid> {
        BookTape::new(contracts, self.events)
    }
}
