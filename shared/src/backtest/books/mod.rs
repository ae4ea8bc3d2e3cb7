//! A backtest on recorded books.
//!
//! ```text
//! frames ──> Recorded ─┬─ trades ──> belief ─┐
//!                      ├─ best prices ───────┴──> batches, told when they were heard ──> maker
//!                      └─ BookTape ──> books::Replayed, the venue <──────── commands ──────┘
//! ```

mod lay;

use sha2::{Digest, Sha256};

use super::hash::{hex, taker};
use super::kept::Books;
use super::prepared::{Laid, Prepared};
use crate::Invalid;
use crate::belief::Track;
use crate::belief::book::FromBook;
use crate::exchange::books::{BookTape, Top};
use crate::market::{Contract, EventTape, EventTicker, Tape, Ticker, Trade};
use crate::sort;
use crate::units::Timestamp;

/// A trade of a recording, and when it was heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// The trade.
    pub trade: Trade,
}

/// What a stream of books was recorded to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The contracts by their places on the tape.
    pub tickers: Vec<Ticker>,
    /// The books, and what traded in them.
    pub tape: BookTape,
    /// The trades as the belief hears of them, block trades among them, in the order in which they were heard.
    pub trades: Vec<Heard>,
}

impl Recorded {
    /// Returns the trades as tapes, on which beliefs are found.
    ///
    /// # Errors
    ///
    /// As [`EventTape::group`].
    pub fn events(&self, markets: &[Contract]) -> Result<Vec<EventTape>, Invalid> {
        let trades = self.trades.iter().map(|heard| heard.trade.clone());
        Ok(EventTape::regrouped(EventTape::group(trades)?, markets))
    }

    /// Returns the name of its content: the SHA-256 of the contracts' tickers, each with its length, of the tape's
    /// [numbers](BookTape::numbers), and of the trades with when they were heard; numbers are eight little-endian bytes.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut text = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        text("books");
        self.tickers.iter().for_each(|ticker| text(ticker.as_str()));
        let unit = self.tape.ladders().unit().centicents();
        let numbers = self.tape.numbers().flatten();
        core::iter::once(unit).chain(numbers).for_each(|number| hash.update(number.to_le_bytes()));
        for Heard { at, trade } in &self.trades {
            let ticker = trade.ticker.as_str();
            hash.update((ticker.len() as u64).to_le_bytes());
            hash.update(ticker.as_bytes());
            for number in [
                at.micros(),
                trade.at.micros(),
                trade.price.centicents(),
                trade.count.hundredths(),
                taker(trade),
            ] {
                hash.update(number.to_le_bytes());
            }
        }
        hex(hash.finalize().as_slice())
    }

    /// Returns its contracts by event, both in order of ticker, with their places on the tape.
    fn grouped(&self, markets: &[Contract]) -> Result<Vec<(EventTicker, Vec<usize>)>, Invalid> {
        let mut groups: Vec<(EventTicker, Vec<usize>)> = Vec::new();
        for place in sort::places(self.tickers.len(), &|a, b| self.tickers[a] < self.tickers[b]) {
            let ticker = &self.tickers[place];
            // The last word counts; a ticker's spelling is a guess.
            let known = markets.iter().rev().find(|contract| contract.ticker == *ticker);
            let event = known.map_or_else(|| ticker.event(), |known| Ok(known.event_ticker.clone()))?;
            match groups.binary_search_by(|group| group.0.cmp(&event)) {
                Ok(group) => groups[group].1.push(place),
                Err(group) => groups.insert(group, (event, vec![place])),
            }
        }
        Ok(groups)
    }
}

impl Prepared {
    /// Lays out a recording of books, whose trades' [tapes](Recorded::events) have these tracks. Times are those at which
    /// things were heard. The book is observed as `from_book` says ([`crate::belief::book`]): whenever what it says moves
    /// the fair value by a tenth of a cent, that is told, without waiting for a print.
    ///
    /// # Errors
    ///
    /// As [`Prepared::new`], or names `book` where neither trades nor books say what anything is worth.
    pub fn on_books(
        recorded: &Recorded,
        (events, tracks): (&[EventTape], &[Vec<Track>]),
        markets: &[Contract],
        from_book: FromBook,
    ) -> Result<Self, Invalid> {
        let observed = match from_book {
            // Trades that were listened for, and of which there was none, say nothing of a price either.
            FromBook::Auto => recorded.trades.is_empty(),
            FromBook::Beside => true,
            FromBook::Off => false,
        };
        let tops = recorded.tape.tops();
        let of = |ticker: &Ticker| tape_of(events, tracks, ticker);
        let (mut laid, mut places, mut count) = (Vec::new(), vec![None; recorded.tickers.len()], 0);
        for (event, group) in recorded.grouped(markets)? {
            let mut contracts: Vec<Laid> = Vec::with_capacity(group.len());
            for place in group {
                let ticker = &recorded.tickers[place];
                let closes = markets.iter().rev().find(|known| known.ticker == *ticker);
                let month_end = || Some(event.month_end()?.checked_add_days(1)?.midnight());
                let settles = closes.and_then(|known| known.close_time).or_else(month_end);
                let own: &[Top] = if observed { &tops } else { &[] };
                let own = own.iter().filter(|top| top.contract == place);
                if let Some(contract) = lay::laid(recorded, ticker, of(ticker), own, settles)? {
                    places[place] = Some(count);
                    count += 1;
                    contracts.push(contract);
                }
            }
            if !contracts.is_empty() {
                laid.push((event, contracts));
            }
        }
        if laid.is_empty() {
            let why = "is off, and no trade says what a contract is worth: nothing can be quoted";
            return Err(Invalid::new("book", why));
        }
        let mut prepared = Self::lay(laid, recorded.hash(), markets)?;
        let mut marks = vec![Vec::new(); count];
        for batch in &prepared.batches {
            marks[batch.contract as usize].push((batch.at, batch.after));
        }
        let books = Books::new(marks, recorded.tape.placed(&places, count), &places, &tops);
        prepared.set_books(books);
        Ok(prepared)
    }
}

/// Returns the tape of a contract's trades and what was believed at them, if it has any.
fn tape_of<'a>(
    events: &'a [EventTape],
    tracks: &'a [Vec<Track>],
    ticker: &Ticker,
) -> Option<(&'a Tape, &'a Track)> {
    let all = events.iter().zip(tracks).flat_map(|(event, tracks)| event.contracts().iter().zip(tracks));
    all.into_iter().find(|(tape, _)| tape.ticker() == ticker)
}
