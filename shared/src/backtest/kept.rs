//! What a tape keeps of books for the runs on it.

use std::sync::OnceLock;

use super::money::{HORIZONS, Marks};
use crate::Invalid;
use crate::exchange::books::{BookModel, BookTape, Bound, Top};
use crate::units::Price;

/// Books as a run goes by them, its contracts by their places in [`Prepared::contracts`](super::Prepared::contracts).
#[derive(Debug, Clone)]
pub struct Books {
    tape: BookTape,
    /// The tape with decreases taken for trades, once that was asked.
    most: OnceLock<BookTape>,
    /// Changes of best prices, in the order in which they were heard.
    pub(super) tops: Vec<TopPrices>,
    /// Of each contract the fair price from a time on.
    marks: Vec<Vec<(i64, Price)>>,
    /// Of each contract the middle of its best prices from when it was heard, in dollars; none where a side is empty.
    middles: Vec<Vec<(i64, Option<f64>)>>,
}

/// The best prices of a contract's book from a time on, as a strategy hears of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TopPrices {
    pub(super) heard: i64,
    pub(super) contract: usize,
    pub(super) bid: Option<Price>,
    pub(super) ask: Option<Price>,
}

impl Books {
    /// Keeps the books of a tape that is laid out. Its contracts are at the tape's places, and so are the `marks`, the fair
    /// price from a time on of each; those of `tops` are at the places that `places` has for them.
    pub(super) fn new(
        marks: Vec<Vec<(i64, Price)>>,
        tape: BookTape,
        places: &[Option<usize>],
        tops: &[Top],
    ) -> Self {
        let mut last = vec![None; marks.len()];
        let price = |top: &Top, side: usize| top.best[side].map(|(price, _)| price);
        let tops = tops.iter().filter_map(|top| {
            let contract = places.get(top.contract).copied().flatten()?;
            let [bid, ask] = [price(top, 0), price(top, 1)];
            let is_news = last[contract].replace((bid, ask)) != Some((bid, ask));
            is_news.then_some(TopPrices { heard: top.heard, contract, bid, ask })
        });
        let tops: Vec<TopPrices> = tops.collect();
        let mut middles = vec![Vec::new(); marks.len()];
        for top in &tops {
            let both = top.bid.zip(top.ask).map(|(bid, ask)| (bid.to_dollars() + ask.to_dollars()) / 2.0);
            middles[top.contract].push((top.heard, both));
        }
        Self { tops, tape, most: OnceLock::new(), marks, middles }
    }

    /// Whether trades are told. Where they aren't, fills are known within bounds alone.
    pub const fn has_trades(&self) -> bool {
        self.tape.has_trades()
    }

    /// Returns how many events of books there are.
    pub const fn events(&self) -> usize {
        self.tape.len()
    }

    /// Returns when the last event was, in microseconds.
    pub(super) fn end(&self) -> i64 {
        self.tape.end()
    }

    /// Returns the tape as it is replayed under a model.
    ///
    /// # Errors
    ///
    /// Names `fills` where the model has a bound and the tape tells trades, or none and it doesn't.
    pub(super) fn tape(&self, model: BookModel) -> Result<&BookTape, Invalid> {
        match (model.bound, self.has_trades()) {
            (None, true) | (Some(Bound::Least), false) => Ok(&self.tape),
            (Some(Bound::Most), false) => Ok(self.most.get_or_init(|| self.tape.with_decreases_traded())),
            (None, false) => {
                let why = "the tape tells no trades: there are bounds only, of which it is none";
                Err(Invalid::new("fills", format!("{}: {why}", model.name())))
            }
            (Some(_), true) => {
                let why = "it is a bound for tapes that tell no trades, and this one does";
                Err(Invalid::new("fills", format!("{}: {why}", model.name())))
            }
        }
    }

    /// Returns the middle of a contract's best prices as it was heard by a time, in dollars; nothing where a side was empty.
    pub(super) fn middle(&self, contract: usize, at: i64) -> Option<f64> {
        latest(self.middles.get(contract)?, at).flatten()
    }

    /// Returns the fair price of a contract at a time, and at each of [`HORIZONS`] later.
    pub(super) fn marks(&self, contract: usize, at: i64) -> Option<Marks> {
        let marks = self.marks.get(contract)?;
        let mark = |at: i64| latest(marks, at);
        let before = mark(at)?;
        Some(Marks {
            before,
            later: HORIZONS.map(|horizon| mark(at.saturating_add(horizon)).unwrap_or(before)),
        })
    }
}

/// Returns what held at a time, of what holds from a time on.
fn latest<T: Copy>(from: &[(i64, T)], at: i64) -> Option<T> {
    let place = from.partition_point(|one| one.0 <= at);
    Some(from.get(place.checked_sub(1)?)?.1)
}
