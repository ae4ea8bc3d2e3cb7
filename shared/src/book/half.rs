//! One half of a book.

use crate::units::{Price, Quantity};

/// What is bid for one outcome at that outcome's own prices.
///
/// The best price is the highest and stands last, in one piece of memory: most changes are near it, so that little is moved,
/// and a copy of a book is a copy of some kilobytes. A level that nothing is bid at is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Half(Vec<Level>);

/// A price and what is bid there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) price: Price,
    pub(super) size: Quantity,
}

/// What would not be a quantity, and what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    BelowZero(Quantity),
    TooMuch(Quantity),
}

impl Half {
    /// Takes other levels in place of all there are.
    ///
    /// # Errors
    ///
    /// Returns a price that is told twice, with what was told first in its place.
    pub(super) fn replace(&mut self, levels: impl Iterator<Item = Level>) -> Result<(), Price> {
        self.0.clear();
        self.0.extend(levels);
        // They come in order as a rule.
        if !self.0.is_sorted_by(|a, b| a.price <= b.price) {
            self.0.sort_by_key(|level| level.price);
        }
        let twice = self.0.windows(2).find_map(|pair| match pair {
            [a, b] if a.price == b.price => Some(a.price),
            _ => None,
        });
        self.0.retain(|level| !level.size.is_zero());
        twice.map_or(Ok(()), Err)
    }

    /// Adds to what is bid at a price, in hundredths of a contract.
    ///
    /// # Errors
    ///
    /// Returns what was there where less than nothing would be left, or more than can be counted; nothing is changed then.
    #[inline]
    pub(super) fn add(&mut self, price: Price, hundredths: i64) -> Result<(), Bad> {
        let place = self.place(price);
        let there = self.0.get_mut(place).filter(|level| level.price == price);
        let before = there.as_ref().map_or(Quantity::ZERO, |level| level.size);
        let Some(after) = before.hundredths().checked_add(hundredths) else {
            return Err(Bad::TooMuch(before));
        };
        let Ok(after) = Quantity::from_hundredths(after) else {
            return Err(if after < 0 { Bad::BelowZero(before) } else { Bad::TooMuch(before) });
        };
        match there {
            Some(level) if !after.is_zero() => level.size = after,
            Some(_) => drop(self.0.remove(place)),
            None if !after.is_zero() => self.0.insert(place, Level { price, size: after }),
            None => {}
        }
        Ok(())
    }

    /// Returns where a price is, or where it would be put.
    #[inline]
    fn place(&self, price: Price) -> usize {
        self.0.partition_point(|level| level.price < price)
    }

    /// Turns each price into its complement, as if the levels had been told for the other outcome.
    pub(super) fn complement(&mut self) {
        for level in &mut self.0 {
            level.price = level.price.complement();
        }
        self.0.reverse();
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns how much is bid at a price.
    pub(super) fn at(&self, price: Price) -> Quantity {
        let level = self.0.get(self.place(price)).filter(|level| level.price == price);
        level.map_or(Quantity::ZERO, |level| level.size)
    }

    /// Returns the levels, the best one first.
    pub(super) fn levels(&self) -> impl DoubleEndedIterator<Item = Level> + ExactSizeIterator {
        self.0.iter().rev().copied()
    }
}
