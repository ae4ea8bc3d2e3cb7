//! What happened in books, decoded: plain columns, so that a loop over them is fast.

use super::ladders::{Ladders, half_of, own, side_of};
use crate::Invalid;
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

/// What an event of a tape tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// So much rests at a price from now on.
    Level,
    /// So much rests at a price, as a snapshot tells it: what happened since the last event isn't known.
    Snapshot,
    /// So much was traded with what rested at a price.
    Trade,
}

/// Something that happened in a book, or was told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When it happened, by the exchange's clock.
    pub at: Timestamp,
    /// When we heard of it.
    pub heard: Timestamp,
    /// The contract's place.
    pub contract: usize,
    /// What is told.
    pub what: What,
    /// The side of the book: bids are orders to buy. Of a trade, the side that rested.
    pub side: Action,
    /// The YES price.
    pub price: Price,
    /// How much rests there, or was traded.
    pub size: Quantity,
}

/// A row's side, level and kind: 16, 14 and 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row(u32);

const TRADE: u32 = 0;
const LEVEL: u32 = 1;
const SNAPSHOT: u32 = 2;

impl Row {
    pub(super) const fn new(half: usize, level: usize, what: What) -> Self {
        let kind = match what {
            What::Trade => TRADE,
            What::Level => LEVEL,
            What::Snapshot => SNAPSHOT,
        };
        Self((half as u32) << 16 | (level as u32) << 2 | kind)
    }

    #[inline]
    pub(super) const fn half(self) -> usize {
        (self.0 >> 16) as usize
    }

    #[inline]
    pub(super) const fn level(self) -> usize {
        (self.0 >> 2 & 0x3fff) as usize
    }

    #[inline]
    pub(super) const fn is_trade(self) -> bool {
        self.0 & 3 == TRADE
    }

    #[inline]
    pub(super) const fn is_snapshot(self) -> bool {
        self.0 & 3 == SNAPSHOT
    }

    pub(super) const fn what(self) -> What {
        match self.0 & 3 {
            TRADE => What::Trade,
            LEVEL => What::Level,
            _ => What::Snapshot,
        }
    }
}

/// The most contracts of a tape: a row has 16 bits for their sides.
const MOST_CONTRACTS: usize = 1 << 15;

/// A size that no book has, in hundredths: ten billion contracts. Below it nothing that is reckoned of sizes overflows.
const MOST_SIZE: i64 = 1_000_000_000_000;

/// The events of books in order of time, in columns.
///
/// Times are microseconds; both columns never fall. Of a snapshot there is a row for each level that it changes, so that
/// rows alone make the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookTape {
    pub(super) at: Vec<i64>,
    pub(super) heard: Vec<i64>,
    pub(super) rows: Vec<Row>,
    /// Hundredths of a contract.
    pub(super) sizes: Vec<i64>,
    contracts: usize,
    unit: i64,
    has_trades: bool,
}

const fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common(b, a % b) }
}

impl BookTape {
    /// Lays out events of so many contracts. They are put in order of time; of one instant they stay as they are. What was
    /// heard before something earlier was is taken to be heard together with it.
    ///
    /// # Errors
    ///
    /// Names a contract that is none of them, a price of nothing or a dollar, a size that no book has, or a trade of nothing.
    pub fn new(contracts: usize, mut events: Vec<Event>) -> Result<Self, Invalid> {
        if contracts > MOST_CONTRACTS {
            return Err(Invalid::new("contracts", format!("must be at most {MOST_CONTRACTS}")));
        }
        let cent = 100;
        let mut unit = cent;
        for event in &events {
            if event.contract >= contracts {
                let why = format!("{} is none of the tape's {contracts}", event.contract);
                return Err(Invalid::new("contract", why));
            }
            if event.price == Price::ZERO || event.price == Price::ONE {
                return Err(Invalid::new("price", "must be between nothing and a dollar"));
            }
            if event.size.hundredths() > MOST_SIZE || (event.what == What::Trade && event.size.is_zero()) {
                return Err(Invalid::new("size", format!("can't be {} contracts", event.size)));
            }
            unit = common(event.price.centicents(), unit);
        }
        events.sort_by_key(|event| event.at);
        let ladders = Ladders::new(0, unit);
        let mut tape = Self {
            at: Vec::with_capacity(events.len()),
            heard: Vec::with_capacity(events.len()),
            rows: Vec::with_capacity(events.len()),
            sizes: Vec::with_capacity(events.len()),
            contracts,
            unit,
            has_trades: events.iter().any(|event| event.what == What::Trade),
        };
        for event in &events {
            let level = own(event.side, event.price).centicents() / ladders.unit().centicents();
            tape.push(
                event.at.micros(),
                event.heard.micros(),
                Row::new(half_of(event.contract, event.side), level as usize, event.what),
                event.size.hundredths(),
            );
        }
        Ok(tape)
    }

    /// Adds a row.
    pub(super) fn push(&mut self, at: i64, heard: i64, row: Row, size: i64) {
        // Nothing is heard before it happened: clocks differ.
        let heard = heard.max(at).max(self.heard.last().copied().unwrap_or(i64::MIN));
        self.at.push(at);
        self.heard.push(heard);
        self.rows.push(row);
        self.sizes.push(size);
    }

    /// Returns a tape of so many contracts with the same prices, and without any event.
    pub(super) fn emptied(&self, contracts: usize) -> Self {
        let (unit, has_trades) = (self.unit, self.has_trades);
        let (at, heard, rows, sizes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { at, heard, rows, sizes, contracts, unit, has_trades }
    }

    /// Returns when its last event was, in microseconds; the least time where there is none.
    pub fn end(&self) -> i64 {
        self.at.last().copied().unwrap_or(i64::MIN)
    }

    /// Iterates over its events as numbers that say all of them: when each happened and was heard of, in microseconds, its
    /// side, its price in the tape's unit and its kind, and how many hundredths of contracts it is of.
    pub fn numbers(&self) -> impl Iterator<Item = [i64; 4]> {
        let times = self.at.iter().zip(&self.heard);
        let rest = self.rows.iter().zip(&self.sizes);
        times.zip(rest).map(|((at, heard), (row, size))| [*at, *heard, i64::from(row.0), *size])
    }

    /// Returns the tape as one that tells trades: whoever recorded it asked for them, be there none.
    #[must_use]
    pub const fn with_trades(mut self) -> Self {
        self.has_trades = true;
        self
    }

    /// Returns a trade with what rests at a row's level.
    pub(super) const fn traded(row: Row) -> Row {
        Row::new(row.half(), row.level(), What::Trade)
    }

    /// Returns how many events there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns how many contracts it is of.
    pub const fn contracts(&self) -> usize {
        self.contracts
    }

    /// Returns whether it tells trades. Where it doesn't, fills are known within [bounds](super::Bound) alone.
    pub const fn has_trades(&self) -> bool {
        self.has_trades
    }

    /// Returns books for its contracts and prices, in which nothing rests.
    pub fn ladders(&self) -> Ladders {
        Ladders::new(self.contracts, self.unit)
    }

    /// Returns an event.
    ///
    /// # Errors
    ///
    /// Names `place` where there is none.
    pub fn event(&self, place: usize) -> Result<Event, Invalid> {
        let none = || Invalid::new("place", format!("{place} is beyond the tape"));
        let row = *self.rows.get(place).ok_or_else(none)?;
        let time = |column: &[i64]| Timestamp::from_micros(column.get(place).copied().ok_or_else(none)?);
        let side = side_of(row.half());
        Ok(Event {
            at: time(&self.at)?,
            heard: time(&self.heard)?,
            contract: row.half() / 2,
            what: row.what(),
            side,
            price: own(side, Price::literal(row.level() as i64 * self.unit)),
            size: Quantity::from_hundredths(self.sizes.get(place).copied().ok_or_else(none)?)?,
        })
    }

    /// Returns the tape as it would have been heard with another delay: of each event from when it happened.
    #[must_use]
    pub fn heard_after(mut self, mut delay: super::Delay) -> Self {
        let mut last = i64::MIN;
        for (heard, at) in self.heard.iter_mut().zip(&self.at) {
            last = last.max(at.saturating_add(delay.draw()));
            *heard = last;
        }
        self
    }
}
