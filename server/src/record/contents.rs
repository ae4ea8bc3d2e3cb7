//! What recorded files come to: whether their books can be rebuilt, and whether they have the best prices that were told.

use std::collections::BTreeMap;
use std::path::Path;

use shared::book::Book;
use shared::market::{Action, Ticker};
use shared::units::Price;
use shared::wire::TickerMessage;

use super::line::{Line, Received};
use super::reader::{Lines, Odd};
use super::rebuild::{Did, Rebuild};

/// Best bid and best offer.
type Best = [Option<Price>; 2];

/// What a recording comes to.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Frames, and how many of them were put together from answers of REST.
    pub(crate) frames: u64,
    pub(crate) polled: u64,
    /// Frames that changed a book.
    pub(crate) changes: u64,
    /// Public trades.
    pub(crate) trades: u64,
    /// Marks of what was missed.
    pub(crate) gaps: u64,
    /// Holes in the numbers of a subscription.
    pub(crate) holes: u64,
    /// Frames that fit no book.
    pub(crate) misfits: u64,
    /// Frames after which a book had a bid as high as an offer.
    pub(crate) crossed: u64,
    /// Lines and frames that can't be read.
    pub(crate) odd: u64,
    /// The first time, and the last one.
    pub(crate) between: Option<(Received, Received)>,
    /// By contract, its best prices from a time on.
    best: BTreeMap<Ticker, Vec<(Received, Best)>>,
    /// What the exchange says they are, and when.
    told: Vec<(Ticker, Received, Best)>,
}

fn best(book: &Book) -> Best {
    [Action::Buy, Action::Sell].map(|action| book.best(action).map(|(price, _)| price))
}

/// Returns the best prices that a frame tells: of a side that is empty the size is zero, whatever its price.
fn told(ticker: &TickerMessage) -> Best {
    [
        (!ticker.yes_bid_size_fp.is_zero()).then_some(ticker.yes_bid_dollars),
        (!ticker.yes_ask_size_fp.is_zero()).then_some(ticker.yes_ask_dollars),
    ]
}

impl Contents {
    /// Takes in a file, and hands on what of it is odd.
    ///
    /// # Errors
    ///
    /// Names the file when it can't be opened, or when its beginning is not one of a text.
    pub(crate) fn read(
        &mut self,
        path: &Path,
        rebuild: &mut Rebuild,
        mut odd: impl FnMut(&Odd),
    ) -> anyhow::Result<()> {
        for (k, line) in Lines::open(path)?.enumerate() {
            let place = || format!("{}:{}", path.display(), k + 1);
            match line {
                Ok(Line::Frame(frame)) => {
                    self.frames += 1;
                    self.polled += u64::from(frame.is_polled);
                    if let Some(at) = frame.at {
                        self.between = Some(self.between.map_or((at, at), |(first, _)| (first, at)));
                    }
                    // Without times nothing is compared: no such recording has best prices.
                    let at = frame.at.unwrap_or(Received(0));
                    for did in rebuild.take(&frame.text) {
                        if let Some(why) = self.take(did, at, rebuild) {
                            odd(&Odd { place: place(), why });
                        }
                    }
                }
                Ok(Line::Gap(_)) => {
                    self.gaps += 1;
                    rebuild.forget();
                }
                Ok(Line::Note(_)) => {}
                Err(why) => {
                    self.odd += 1;
                    odd(&why);
                }
            }
        }
        Ok(())
    }

    /// Takes in what a frame did, and returns what is odd about it.
    fn take(&mut self, did: Did, at: Received, rebuild: &Rebuild) -> Option<String> {
        match did {
            Did::Book(ticker) => {
                self.changes += 1;
                let book = rebuild.book(&ticker)?;
                self.crossed += u64::from(book.is_crossed());
                let states = self.best.entry(ticker).or_default();
                if states.last().is_none_or(|(_, before)| *before != best(book)) {
                    states.push((at, best(book)));
                }
            }
            Did::Ticker(ticker) => self.told.push((ticker.market_ticker.clone(), at, told(&ticker))),
            Did::Trade => self.trades += 1,
            Did::Missed { sid, expected, came } => {
                self.holes += 1;
                return Some(format!(
                    "of subscription {sid} frames {expected} to {} are missing",
                    came.saturating_sub(1)
                ));
            }
            Did::Misfit(why) => {
                self.misfits += 1;
                return Some(why.to_string());
            }
            Did::Unread(why) => {
                self.odd += 1;
                return Some(format!("the frame can't be read: {why}"));
            }
            Did::Early | Did::Other => {}
        }
        None
    }

    /// Returns how many times the exchange told the best prices of a contract.
    pub(crate) fn told(&self) -> usize {
        self.told.len()
    }

    /// Returns how many of those times the rebuilt book had the same best bid *and* best offer at some instant within so many
    /// milliseconds. Best prices come by another channel, at most about once a second.
    pub(crate) fn agreeing(&self, millis: i64) -> usize {
        self.told.iter().filter(|(ticker, at, told)| self.had(ticker, *at, *told, millis)).count()
    }

    fn had(&self, ticker: &Ticker, at: Received, told: Best, millis: i64) -> bool {
        let (from, to) = (at.0.saturating_sub(millis * 1_000_000), at.0.saturating_add(millis * 1_000_000));
        let Some(states) = self.best.get(ticker) else { return false };
        let until = states.partition_point(|(since, _)| since.0 <= to);
        // A state lasts until the next one begins.
        let lasting = states.get(..until).unwrap_or_default().iter().rev();
        let mut is_over = false;
        for (since, best) in lasting {
            if is_over {
                return false;
            }
            if *best == told {
                return true;
            }
            is_over = since.0 <= from;
        }
        false
    }
}
