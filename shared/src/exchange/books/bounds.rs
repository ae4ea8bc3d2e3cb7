//! What fills can be where a tape tells no trades.

use super::tape::BookTape;

/// An end of what fills can be. Without trades, a decrease at the best price may be a trade or may have been taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// It was taken back: only an opposite price that reaches ours fills us.
    Least,
    /// It was traded: it moves the queue on, and then fills us.
    Most,
}

impl BookTape {
    /// Returns the tape with a trade before each decrease at a side's best price: what was traded at most. It is as it was
    /// where it tells trades, and what a snapshot leaves out is never taken for one.
    #[must_use]
    pub fn with_decreases_traded(&self) -> Self {
        if self.has_trades() {
            return self.clone();
        }
        let mut ladders = self.ladders();
        let mut all = self.emptied(self.contracts()).with_trades();
        for (place, row) in self.rows.iter().enumerate() {
            let (at, heard, size) = (self.at[place], self.heard[place], self.sizes[place]);
            let was_best = ladders.best_level(row.half()) == row.level();
            let less = ladders.set(row.half(), row.level(), size) - size;
            if was_best && less > 0 && !row.is_snapshot() {
                all.push(at, heard, Self::traded(*row), less);
            }
            all.push(at, heard, *row, size);
        }
        all
    }

    /// Returns the tape as it is to be replayed for an end of what fills can be.
    #[must_use]
    pub fn bounded(&self, bound: Bound) -> Self {
        match bound {
            Bound::Least => self.clone(),
            Bound::Most => self.with_decreases_traded(),
        }
    }
}
