//! A recorded book as it travels.

use super::levels::{DOLLAR, Levels, Place};
use crate::Invalid;
use crate::market::{Action, Ticker};
use crate::message;
use crate::units::{Price, Quantity, Timestamp};

message! {
    /// A contract's book through time, in columns.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Session {
        /// The contract.
        pub ticker: Ticker,
        /// How many frames were left out before the first.
        pub before: i64,
        /// When each frame came, in microseconds since 1970; never falling.
        pub at: Vec<i64>,
        /// How many changes there are up to each frame, its own included.
        pub ends: Vec<u32>,
        /// Where each change was: twice the YES price in hundredths of a cent, and one more for offers.
        pub places: Vec<u32>,
        /// What stood there from then on, in hundredths of contracts.
        pub sizes: Vec<i64>,
        /// Public trades.
        pub trades: Vec<Print>,
        /// When nothing was heard.
        pub gaps: Vec<Gap>,
    }
}

message! {
    /// A public trade.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Print {
        /// When, by the clock of the frames.
        pub at: Timestamp,
        /// How many frames came before it.
        pub frame: u32,
        /// The YES price.
        pub price: Price,
        /// How many contracts.
        pub count: Quantity,
        /// Whether the taker bought YES or sold it, where that is known.
        pub taker: Option<Action>,
    }
}

message! {
    /// A time of which nothing is known: the book is unknown from then on until its next frame, which tells all of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Gap {
        /// How many frames came before it.
        pub frame: u32,
        /// Since when.
        pub from: Timestamp,
    }
}

impl Session {
    /// Returns a session of nothing.
    pub const fn new(ticker: Ticker) -> Self {
        Self {
            ticker,
            before: 0,
            at: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
            sizes: Vec::new(),
            trades: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Returns how many frames there are.
    pub fn frames(&self) -> usize {
        self.at.len()
    }

    /// Checks what the columns promise each other.
    ///
    /// # Errors
    ///
    /// Names the column that breaks its promise.
    pub fn check(&self) -> Result<(), Invalid> {
        let refuse = |field: &'static str, why: &str| Err(Invalid::new(field, why));
        let frames = self.frames();
        if self.ends.len() != frames || !self.at.is_sorted() {
            return refuse("at", "must rise, with an end for each");
        }
        let changes = self.ends.last().map_or(0, |end| *end as usize);
        if !self.ends.is_sorted() || self.places.len() != changes || self.sizes.len() != changes {
            return refuse("ends", "must rise to the number of changes");
        }
        if self.places.iter().any(|place| Place(*place).centicents() > DOLLAR) {
            return refuse("places", "must be prices of at most a dollar");
        }
        if self.sizes.iter().any(|size| Quantity::from_hundredths(*size).is_err()) {
            return refuse("sizes", "must be quantities");
        }
        let is_here = |frame: u32| frame as usize <= frames;
        if !self.trades.is_sorted_by_key(|trade| (trade.frame, trade.at))
            || !self.trades.last().is_none_or(|trade| is_here(trade.frame))
        {
            return refuse("trades", "must be in order");
        }
        if !self.gaps.is_sorted_by_key(|gap| gap.frame)
            || !self.gaps.last().is_none_or(|gap| is_here(gap.frame))
        {
            return refuse("gaps", "must be in order");
        }
        Ok(())
    }

    /// Returns a frame's changes.
    pub(super) fn changes(&self, frame: usize) -> impl Iterator<Item = (Place, i64)> {
        let start =
            frame.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(frame).map_or(start, |end| *end as usize);
        let places = self.places.get(start..end).unwrap_or_default();
        let sizes = self.sizes.get(start..end).unwrap_or_default();
        places.iter().zip(sizes).map(|(place, size)| (Place(*place), *size))
    }

    /// Adds a frame.
    pub(super) fn push(&mut self, at: i64, changes: impl Iterator<Item = (Place, i64)>) {
        for (place, size) in changes {
            self.places.push(place.0);
            self.sizes.push(size);
        }
        self.at.push(self.at.last().map_or(at, |last| at.max(*last)));
        self.ends.push(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
    }

    /// Leaves out frames at the beginning: the first that stays tells all of the book.
    #[must_use]
    pub fn without(&self, frames: usize) -> Self {
        let Some(at) = self.at.get(frames).copied().filter(|_| frames > 0) else { return self.clone() };
        let (mut levels, mut gaps) = (Levels::default(), self.gaps.iter().peekable());
        for frame in 0..=frames {
            while gaps.next_if(|gap| gap.frame as usize <= frame).is_some() {
                levels.clear();
            }
            for (place, size) in self.changes(frame) {
                levels.set(place, size);
            }
        }
        let mut rest = Self::new(self.ticker.clone());
        rest.before = self.before.saturating_add(i64::try_from(frames).unwrap_or(i64::MAX));
        rest.push(at, levels.places());
        for (frame, at) in self.at.iter().enumerate().skip(frames + 1) {
            rest.push(*at, self.changes(frame));
        }
        let later = |frame: u32| {
            frame.checked_sub(u32::try_from(frames).unwrap_or(u32::MAX)).filter(|left| *left > 0)
        };
        let trade = |trade: &Print| Some(Print { frame: later(trade.frame)?, ..trade.clone() });
        rest.trades = self.trades.iter().filter_map(trade).collect();
        rest.gaps = self
            .gaps
            .iter()
            .filter_map(|gap| Some(Gap { frame: later(gap.frame)?, ..gap.clone() }))
            .collect();
        rest
    }
}

message! {
    /// What recordings there are.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Recordings {
        /// Their names, what is heard now first.
        pub names: Vec<String>,
        /// Whether the first of them still grows.
        pub grows: bool,
    }
}

message! {
    /// What is in a recording.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Recording {
        /// Its contracts with how many frames there are of each.
        pub contracts: Vec<(Ticker, usize)>,
        /// What of it is odd, a sentence each.
        pub problems: Vec<String>,
    }
}
