//! What rests at each price of several contracts, in one piece of memory.

use crate::market::Action;
use crate::units::{Price, Quantity};

/// The levels of all contracts of a tape, both sides each, by what an order pays a contract: `p` for YES, `1 - p` for NO. So
/// the best level is the highest on both sides, and two orders meet where their levels make a dollar.
///
/// A side is an array of sizes in hundredths of a contract, with a bit for each level in use: a change is one store, and
/// only one that fills or empties a level looks at the bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladders {
    /// How many centi-cents lie between neighbouring levels.
    unit: i64,
    /// How many levels make a dollar.
    dollar: usize,
    /// How many levels and words of bits a side has.
    stride: usize,
    words: usize,
    sizes: Vec<i64>,
    used: Vec<u64>,
    /// The best level of each side, 0 for an empty one: nobody pays nothing.
    best: Vec<u16>,
}

/// Returns the place of a contract's side.
#[inline]
pub(super) const fn half_of(contract: usize, side: Action) -> usize {
    2 * contract + matches!(side, Action::Sell) as usize
}

/// Returns the side that a place is of.
pub(super) const fn side_of(half: usize) -> Action {
    if half.is_multiple_of(2) { Action::Buy } else { Action::Sell }
}

/// Returns what an order pays a contract.
pub(super) const fn own(side: Action, price: Price) -> Price {
    match side {
        Action::Buy => price,
        Action::Sell => price.complement(),
    }
}

impl Ladders {
    /// Returns empty books with levels so many centi-cents apart, which must divide a dollar.
    pub(super) fn new(contracts: usize, unit: i64) -> Self {
        let dollar = (Price::ONE.centicents() / unit) as usize;
        let (stride, words) = (dollar + 1, (dollar + 1).div_ceil(64));
        let halves = 2 * contracts;
        Self {
            unit,
            dollar,
            stride,
            words,
            sizes: vec![0; halves * stride],
            used: vec![0; halves * words],
            best: vec![0; halves],
        }
    }

    /// Lets so much rest at a level, in hundredths of a contract, and returns what rested there before.
    #[inline]
    pub(super) fn set(&mut self, half: usize, level: usize, size: i64) -> i64 {
        let before = core::mem::replace(&mut self.sizes[half * self.stride + level], size);
        if (before == 0) != (size == 0) {
            self.turn(half, level, size != 0);
        }
        before
    }

    /// Notes that a level is in use from now on, or isn't any more.
    #[inline]
    fn turn(&mut self, half: usize, level: usize, is_used: bool) {
        let word = half * self.words + level / 64;
        let bit = 1 << (level % 64);
        let best = usize::from(self.best[half]);
        if is_used {
            self.used[word] |= bit;
            self.best[half] = best.max(level) as u16;
        } else {
            self.used[word] &= !bit;
            if best == level {
                self.best[half] = self.below(half, level) as u16;
            }
        }
    }

    /// Returns the next level below that is in use, or 0.
    #[inline]
    pub(super) fn below(&self, half: usize, level: usize) -> usize {
        let first = half * self.words;
        let mut word = level / 64;
        let mut bits = self.used[first + word] & ((1_u64 << (level % 64)) - 1);
        while bits == 0 {
            if word == 0 {
                return 0;
            }
            word -= 1;
            bits = self.used[first + word];
        }
        64 * word + bits.ilog2() as usize
    }

    /// Returns what rests at a level.
    #[inline]
    pub(super) fn at_level(&self, half: usize, level: usize) -> i64 {
        self.sizes.get(half * self.stride + level).copied().unwrap_or(0)
    }

    /// Returns the best level of a side, 0 for an empty one.
    #[inline]
    pub(super) fn best_level(&self, half: usize) -> usize {
        usize::from(self.best[half])
    }

    /// Returns how many levels make a dollar.
    #[inline]
    pub(super) const fn dollar(&self) -> usize {
        self.dollar
    }

    /// Returns the level of a price, if there is one strictly between nothing and a dollar.
    #[inline]
    pub(super) fn level_of(&self, side: Action, price: Price) -> Option<usize> {
        let own = own(side, price).centicents();
        let level = own / self.unit;
        (own % self.unit == 0 && 0 < level && (level as usize) < self.dollar).then_some(level as usize)
    }

    /// Returns the YES price of a level.
    #[inline]
    pub(super) const fn price_of(&self, side: Action, level: usize) -> Price {
        // A level is a price's.
        own(side, Price::literal(level as i64 * self.unit))
    }

    /// Returns how many contracts there are books of.
    pub const fn contracts(&self) -> usize {
        self.best.len() / 2
    }

    /// Returns how far neighbouring levels are apart.
    pub const fn unit(&self) -> Price {
        Price::literal(self.unit)
    }

    /// Returns the best YES price of a contract's side, and how much rests there.
    #[inline]
    pub fn best(&self, contract: usize, side: Action) -> Option<(Price, Quantity)> {
        let half = half_of(contract, side);
        let level = usize::from(*self.best.get(half)?);
        let size = Quantity::saturating(self.at_level(half, level));
        (level > 0).then(|| (self.price_of(side, level), size))
    }

    /// Returns what rests at a YES price of a contract's side.
    pub fn at(&self, contract: usize, side: Action, price: Price) -> Quantity {
        let level = self.level_of(side, price).filter(|_| contract < self.contracts());
        level.map_or(Quantity::ZERO, |level| {
            Quantity::saturating(self.at_level(half_of(contract, side), level))
        })
    }

    /// Returns the YES prices of a contract's side with what rests there, the best first.
    pub fn levels(&self, contract: usize, side: Action) -> impl Iterator<Item = (Price, Quantity)> {
        let half = half_of(contract, side);
        let best = self.best.get(half).copied().map_or(0, usize::from);
        let next = move |level: &usize| Some(self.below(half, *level)).filter(|level| *level > 0);
        core::iter::successors(Some(best).filter(|level| *level > 0), next)
            .map(move |level| (self.price_of(side, level), Quantity::saturating(self.at_level(half, level))))
    }
}
