//! What rests in one contract, best price first, then whoever came first.

use super::links::{List, Of, Slot};
use super::orders::own_price;
use super::slots::Slots;
use crate::market::{Action, PriceGrid};
use crate::units::{Price, Quantity};

/// Both sides of a contract's book.
#[derive(Debug, Clone)]
pub struct Book {
    bids: Half,
    offers: Half,
    /// A bit for each level of the bids, set where the grid has its price.
    accepted: Vec<u64>,
}

/// One side, by what its orders pay a contract: `p` for YES, `1 - p` for NO. So the best price is the highest on both.
#[derive(Debug, Clone)]
pub(super) struct Half {
    /// How many centi-cents lie between neighbouring levels: they divide all prices of the grid, and a dollar.
    unit: i64,
    /// 2^32 divided by the unit, rounded up: a price times this, shifted back, is its level.
    inverse: u64,
    levels: Vec<Level>,
    /// A bit for each level, set where orders rest.
    used: Vec<u64>,
    best: Option<usize>,
}

/// What rests at one price.
#[derive(Debug, Clone, Copy)]
struct Level {
    queue: List,
    /// Hundredths of a contract.
    total: i64,
}

const EMPTY: Level = Level { queue: List::EMPTY, total: 0 };

impl Half {
    fn new(unit: i64) -> Self {
        let levels = (Price::ONE.centicents() / unit) as usize + 1;
        let inverse = ((1 << 32) / unit) as u64 + 1;
        Self { unit, inverse, levels: vec![EMPTY; levels], used: vec![0; levels.div_ceil(64)], best: None }
    }

    /// Returns the level of a price: the price divided by the unit. As neither is above 10^4, what rounding adds to the
    /// inverse comes to less than 10^4 / 2^32, which is less than one in a unit: the quotient is exact.
    #[inline]
    const fn place(&self, own: Price) -> usize {
        ((own.centicents() as u64 * self.inverse) >> 32) as usize
    }

    const fn own_price(&self, level: usize) -> Price {
        // A level is a price's.
        Price::literal(level as i64 * self.unit)
    }

    /// Puts an order of hundredths of a contract behind those of its price.
    #[inline]
    pub(super) fn push(&mut self, own: Price, slots: &mut Slots, slot: Slot, hundredths: i64) {
        let place = self.place(own);
        let level = &mut self.levels[place];
        level.queue.push(Of::Price, slots, slot);
        level.total += hundredths;
        self.used[place / 64] |= 1 << (place % 64);
        self.best = self.best.max(Some(place));
    }

    /// Takes an order out of which hundredths of a contract are left.
    #[inline]
    pub(super) fn remove(&mut self, own: Price, slots: &mut Slots, slot: Slot, hundredths: i64) {
        let place = self.place(own);
        let level = &mut self.levels[place];
        level.queue.remove(Of::Price, slots, slot);
        level.total -= hundredths;
        if level.queue.is_empty() {
            self.used[place / 64] &= !(1 << (place % 64));
            if self.best == Some(place) {
                self.best = self.below(place);
            }
        }
    }

    /// Adds hundredths of a contract to what rests at a price, or takes them away.
    #[inline]
    pub(super) fn change(&mut self, own: Price, hundredths: i64) {
        let place = self.place(own);
        self.levels[place].total += hundredths;
    }

    /// Returns the next level that pays less.
    fn below(&self, place: usize) -> Option<usize> {
        let (word, bit) = (place / 64, place % 64);
        let rest = self.used[word] & ((1 << bit) - 1);
        let words = self.used[..word].iter().rev().copied();
        let mut words = core::iter::once(rest).chain(words).zip((0..=word).rev());
        let (bits, word) = words.find(|(bits, _)| *bits != 0)?;
        Some(64 * word + bits.ilog2() as usize)
    }

    /// Returns the levels in use, the best first.
    fn used(&self) -> impl Iterator<Item = usize> {
        core::iter::successors(self.best, |place| self.below(*place))
    }

    /// Returns the queues of the prices in use, the best first, each with what its orders pay.
    pub(super) fn queues<'a>(
        &'a self,
        slots: &'a Slots,
    ) -> impl Iterator<Item = (Price, impl Iterator<Item = Slot>)> {
        self.used().map(|place| (self.own_price(place), self.levels[place].queue.iter(Of::Price, slots)))
    }

    /// Returns the queue of a price.
    pub(super) fn queue(&self, own: Price) -> List {
        self.levels[self.place(own)].queue
    }

    /// Returns what the best orders pay.
    pub(super) fn best(&self) -> Option<Price> {
        self.best.map(|place| self.own_price(place))
    }

    /// Returns how many hundredths of a contract rest at better prices than this one.
    pub(super) fn better(&self, own: Price) -> i64 {
        let than = self.place(own);
        self.used().take_while(|place| *place > than).map(|place| self.levels[place].total).sum()
    }

    /// Returns the same with levels closer together.
    fn refined(&self, unit: i64) -> Self {
        let mut finer = Self::new(unit);
        for place in self.used() {
            let to = finer.place(self.own_price(place));
            finer.levels[to] = self.levels[place];
            finer.used[to / 64] |= 1 << (to % 64);
        }
        finer.best = self.best().map(|own| finer.place(own));
        finer
    }
}

/// Returns the greatest number that divides both.
fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common(b, a % b) }
}

/// Returns the greatest distance of levels that has all prices of a grid and a dollar, and divides `unit`.
fn unit(unit: i64, grid: &PriceGrid) -> i64 {
    let prices = grid.ranges().iter().flat_map(|range| [range.start, range.step]);
    prices.fold(common(unit, Price::ONE.centicents()), |unit, price| common(unit, price.centicents()))
}

/// Returns a bit for each level of a half, set where a grid has its price.
fn accepted(half: &Half, grid: &PriceGrid) -> Vec<u64> {
    let mut accepted = vec![0; half.used.len()];
    for level in 0..half.levels.len() {
        let price = half.own_price(level);
        accepted[level / 64] |= u64::from(grid.round_down(price) == Some(price)) << (level % 64);
    }
    accepted
}

/// Returns whether two orders trade with each other, by what each pays: together they must make a dollar.
pub(super) const fn meets(one: Price, other: Price) -> bool {
    one.centicents() + other.centicents() >= Price::ONE.centicents()
}

impl Book {
    /// Returns an empty book for the prices of a grid.
    pub(super) fn new(grid: &PriceGrid) -> Self {
        let half = Half::new(unit(0, grid));
        Self { accepted: accepted(&half, grid), bids: half.clone(), offers: half }
    }

    /// Returns the book of a contract in which nothing can rest any more.
    pub(super) fn closed() -> Self {
        let half = Half::new(Price::ONE.centicents());
        Self { accepted: vec![0; half.used.len()], bids: half.clone(), offers: half }
    }

    /// Returns whether the grid has a price.
    #[inline]
    pub(super) fn accepts(&self, price: Price) -> bool {
        let level = self.bids.place(price);
        self.bids.own_price(level) == price && self.accepted[level / 64] & 1 << (level % 64) != 0
    }

    /// Makes room for the prices of another grid, and accepts those alone; what rests stays where it is.
    pub(super) fn refine(&mut self, grid: &PriceGrid) {
        let unit = unit(self.bids.unit, grid);
        if unit != self.bids.unit {
            (self.bids, self.offers) = (self.bids.refined(unit), self.offers.refined(unit));
        }
        self.accepted = accepted(&self.bids, grid);
    }

    pub(super) const fn half(&self, action: Action) -> &Half {
        match action {
            Action::Buy => &self.bids,
            Action::Sell => &self.offers,
        }
    }

    pub(super) const fn half_mut(&mut self, action: Action) -> &mut Half {
        match action {
            Action::Buy => &mut self.bids,
            Action::Sell => &mut self.offers,
        }
    }

    /// Returns the YES prices of a side with what rests there, the best first.
    pub fn levels(&self, action: Action) -> impl Iterator<Item = (Price, Quantity)> {
        let half = self.half(action);
        half.used().map(move |place| {
            // What rests is a sum of orders, each of which fits.
            let total = Quantity::from_hundredths(half.levels[place].total).unwrap_or(Quantity::MAX);
            (own_price(action, half.own_price(place)), total)
        })
    }

    /// Returns a side's best YES price.
    pub fn best(&self, action: Action) -> Option<Price> {
        self.half(action).best().map(|own| own_price(action, own))
    }
}
