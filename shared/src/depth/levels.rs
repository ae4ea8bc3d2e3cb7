//! What stands in a book.

use crate::market::Action;
use crate::units::{Price, Quantity};

/// The number of a dollar's prices, in hundredths of a cent.
pub(super) const DOLLAR: u32 = 10_000;

/// A price of one side as a number: twice the YES price in hundredths of a cent, and one more for offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub(super) u32);

impl Place {
    pub(super) fn of(action: Action, price: Price) -> Self {
        let centicents = u32::try_from(price.centicents()).unwrap_or(0);
        Self(2 * centicents + u32::from(action == Action::Sell))
    }

    /// Returns the YES price, in hundredths of a cent.
    pub(super) const fn centicents(self) -> u32 {
        self.0 / 2
    }

    /// Returns the place of a price of a side that is so good.
    pub(super) const fn by(action: Action, key: u32) -> Self {
        let side = side_of(action);
        Self(2 * good(side, key) + side as u32)
    }

    /// Returns how good its price is for who stands there.
    pub(super) const fn good(self) -> u32 {
        good(self.side(), self.centicents())
    }

    /// Returns which side it is of: 0 are bids, 1 are offers.
    pub(super) const fn side(self) -> usize {
        (self.0 % 2) as usize
    }

    pub(super) const fn action(self) -> Action {
        if self.side() == 0 { Action::Buy } else { Action::Sell }
    }

    pub(super) fn price(self) -> Price {
        Price::from_centicents(i64::from(self.centicents())).unwrap_or(Price::ZERO)
    }
}

/// What is bid for and offered at each price.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Bids and offers: how good a price is, and hundredths of contracts. The best one is the last: most changes are near
    /// it, so that little is moved.
    pub(super) sides: [Vec<(u32, i64)>; 2],
}

/// Turns a price of a side into how good it is, and back.
const fn good(side: usize, centicents: u32) -> u32 {
    if side == 0 { centicents } else { DOLLAR.saturating_sub(centicents) }
}

fn price(side: usize, good_by: u32) -> Price {
    Price::from_centicents(i64::from(good(side, good_by))).unwrap_or(Price::ZERO)
}

fn count(hundredths: i64) -> Quantity {
    Quantity::from_hundredths(hundredths).unwrap_or(Quantity::ZERO)
}

const fn side_of(action: Action) -> usize {
    match action {
        Action::Buy => 0,
        Action::Sell => 1,
    }
}

impl Levels {
    /// Sets what stands at a place, in hundredths of contracts, and returns what stood there.
    pub(super) fn set(&mut self, place: Place, hundredths: i64) -> i64 {
        let [bids, offers] = &mut self.sides;
        let (side, key) = (if place.side() == 0 { bids } else { offers }, place.good());
        let at = side.partition_point(|level| level.0 < key);
        match side.get_mut(at).filter(|level| level.0 == key) {
            Some(level) if hundredths > 0 => std::mem::replace(&mut level.1, hundredths),
            Some(_) => side.remove(at).1,
            None => {
                if hundredths > 0 {
                    side.insert(at, (key, hundredths));
                }
                0
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.sides.iter_mut().for_each(Vec::clear);
    }

    /// Returns all that stands, in hundredths of contracts.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, i64)> {
        self.sides.iter().enumerate().flat_map(|(side, levels)| {
            levels.iter().map(move |(key, size)| (Place(2 * good(side, *key) + side as u32), *size))
        })
    }

    /// Returns whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.sides.iter().all(Vec::is_empty)
    }

    /// Returns what stands on the side that an order of this action would rest on, the best price first; all prices are
    /// YES prices.
    pub fn of(&self, action: Action) -> impl DoubleEndedIterator<Item = (Price, Quantity)> {
        let side = side_of(action);
        let [bids, offers] = &self.sides;
        let levels = if side == 0 { bids } else { offers };
        levels.iter().rev().map(move |(key, size)| (price(side, *key), count(*size)))
    }

    /// Returns the best price of that side, and how much is there.
    pub fn best(&self, action: Action) -> Option<(Price, Quantity)> {
        self.of(action).next()
    }

    /// Returns how much stands at a YES price on that side.
    pub fn at(&self, action: Action, price: Price) -> Quantity {
        let place = Place::of(action, price);
        let [bids, offers] = &self.sides;
        let levels = if place.side() == 0 { bids } else { offers };
        let found = levels.binary_search_by_key(&place.good(), |level| level.0);
        found.ok().and_then(|at| levels.get(at)).map_or(Quantity::ZERO, |level| count(level.1))
    }

    /// Returns how many contracts stand on that side within so many hundredths of a cent of its best price.
    pub fn within(&self, action: Action, centicents: i64) -> f64 {
        let Some((best, _)) = self.best(action) else { return 0.0 };
        let is_near =
            |level: &(Price, Quantity)| (level.0.centicents() - best.centicents()).abs() <= centicents;
        self.of(action).take_while(is_near).map(|(_, size)| size.to_contracts()).sum()
    }

    /// Returns how much of what stands at both best prices is bid, from 0 to 1. Nothing where a side is empty.
    pub fn imbalance(&self) -> Option<f64> {
        let [bid, ask] =
            [Action::Buy, Action::Sell].map(|action| self.best(action).map(|level| level.1.to_contracts()));
        let (bid, ask) = (bid?, ask?);
        Some(bid / (bid + ask))
    }

    /// Returns the mean of best bid and best offer, each weighed by how much is on the *other* side, in dollars, as
    /// [`Book::micro_price`](crate::book::Book::micro_price). Nothing where a side is empty.
    pub fn micro_price(&self) -> Option<f64> {
        let [bid, ask] = [Action::Buy, Action::Sell].map(|action| self.best(action));
        let (share, bid, ask) = (self.imbalance()?, bid?.0.to_dollars(), ask?.0.to_dollars());
        Some(bid + (ask - bid) * share)
    }
}
