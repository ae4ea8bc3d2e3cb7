//! Recording a book.

use super::levels::{Levels, Place};
use super::session::{Gap, Print, Session};
use crate::book::Book;
use crate::market::{Action, Side, Ticker, Trade};
use crate::units::Timestamp;

/// Records what becomes of a contract's book: at most so many of its newest frames.
#[derive(Debug, Clone)]
pub struct Recorder {
    session: Session,
    levels: Levels,
    /// Whether the book is known now.
    is_known: bool,
    most: usize,
}

impl Recorder {
    /// Begins with nothing. Of more frames than `most` the oldest are left out, a quarter of them at a time.
    pub const fn new(ticker: Ticker, most: usize) -> Self {
        let levels = Levels { sides: [Vec::new(), Vec::new()] };
        Self { session: Session::new(ticker), levels, is_known: false, most }
    }

    /// Takes in the book as it is now: a frame, where it differs from what it was.
    pub fn book(&mut self, at: Timestamp, book: &Book) {
        if !book.is_known() {
            return self.miss(at);
        }
        let changes = self.changes(book);
        // A book of nothing is known too once it was told.
        if changes.is_empty() && self.is_known {
            return;
        }
        for (place, size) in &changes {
            self.levels.set(*place, *size);
        }
        self.is_known = true;
        self.session.push(at.micros(), changes.into_iter());
        let frames = self.session.frames();
        if frames > self.most.saturating_add(self.most / 4) {
            self.session = self.session.without(frames - self.most);
        }
    }

    /// Returns where the book differs from what was known of it.
    fn changes(&self, book: &Book) -> Vec<(Place, i64)> {
        let mut changes = Vec::new();
        for (action, known) in [Action::Buy, Action::Sell].into_iter().zip(&self.levels.sides) {
            // Both the worst price first.
            let mut known = known.iter().peekable();
            let place_of = |key: u32| Place::by(action, key);
            for (price, size) in book.levels(action).rev() {
                let (place, size) = (Place::of(action, price), size.hundredths());
                while let Some((key, _)) = known.next_if(|level| level.0 < place.good()) {
                    changes.push((place_of(*key), 0));
                }
                if known.next_if(|level| level.0 == place.good()).is_none_or(|level| level.1 != size) {
                    changes.push((place, size));
                }
            }
            changes.extend(known.map(|(key, _)| (place_of(*key), 0)));
        }
        changes
    }

    /// Takes in a public trade. Those off the book are none of its.
    pub fn trade(&mut self, at: Timestamp, trade: &Trade) {
        if trade.is_block {
            return;
        }
        let taker = trade.taker_side.map(|side| match side {
            Side::Yes => Action::Buy,
            Side::No => Action::Sell,
        });
        let frame = self.frames();
        let at = self.session.trades.last().map_or(at, |last| at.max(last.at));
        self.session.trades.push(Print { at, frame, price: trade.price, count: trade.count, taker });
    }

    /// Takes note that something was missed: the book is unknown until it comes again.
    pub fn miss(&mut self, at: Timestamp) {
        if std::mem::replace(&mut self.is_known, false) {
            self.levels.clear();
            let frame = self.frames();
            self.session.gaps.push(Gap { frame, from: at });
        }
    }

    /// Returns what was recorded so far.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Ends.
    pub fn finish(self) -> Session {
        self.session
    }

    fn frames(&self) -> u32 {
        u32::try_from(self.session.frames()).unwrap_or(u32::MAX)
    }
}
