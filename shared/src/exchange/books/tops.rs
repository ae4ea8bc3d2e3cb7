//! The best prices of recorded books, as they were heard.

use super::tape::{BookTape, Row};
use crate::market::Action;
use crate::units::{Price, Quantity};

/// The best of a contract's book from a time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Top {
    /// When it was heard, in microseconds.
    pub heard: i64,
    /// The contract's place.
    pub contract: usize,
    /// Best bid and best offer with what rests there.
    pub best: [Option<(Price, Quantity)>; 2],
}

impl BookTape {
    /// Returns every change of a best price or of what rests there, in the order in which they were heard. What is heard at
    /// one instant, as a snapshot is, is one change.
    pub fn tops(&self) -> Vec<Top> {
        let mut ladders = self.ladders();
        let mut tops: Vec<Top> = Vec::new();
        // Where each contract's last change is among them.
        let mut last: Vec<Option<usize>> = vec![None; self.contracts()];
        for ((row, size), heard) in self.rows.iter().zip(&self.sizes).zip(&self.heard) {
            if row.is_trade() {
                continue;
            }
            ladders.set(row.half(), row.level(), *size);
            let contract = row.half() / 2;
            let best = [ladders.best(contract, Action::Buy), ladders.best(contract, Action::Sell)];
            match last[contract].and_then(|place| tops.get_mut(place)) {
                Some(top) if top.best == best => {}
                Some(top) if top.heard == *heard => top.best = best,
                _ => {
                    last[contract] = Some(tops.len());
                    tops.push(Top { heard: *heard, contract, best });
                }
            }
        }
        tops
    }

    /// Returns the tape of so many contracts in which each is at the place that `places` has for it; those that have none
    /// are left out.
    #[must_use]
    pub fn placed(&self, places: &[Option<usize>], contracts: usize) -> Self {
        let mut placed = self.emptied(contracts);
        for (place, row) in self.rows.iter().enumerate() {
            let to = places.get(row.half() / 2).copied().flatten().filter(|to| *to < contracts);
            if let Some(to) = to {
                let half = 2 * to + row.half() % 2;
                placed.push(
                    self.at[place],
                    self.heard[place],
                    Row::new(half, row.level(), row.what()),
                    self.sizes[place],
                );
            }
        }
        placed
    }
}
