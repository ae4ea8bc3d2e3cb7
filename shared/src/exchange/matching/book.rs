//! What rests in one contract, best price first, then whoever came first.

use std::collections::BTreeMap;

use super::OrderNumber;
use crate::market::Action;
use crate::units::{Price, Quantity};

/// Both sides of a contract's book, in YES prices.
#[derive(Debug, Clone, Default)]
pub struct Book {
    bids: Half,
    offers: Half,
}

/// One side.
#[derive(Debug, Clone, Default)]
struct Half {
    /// Orders by how good their price is, the best lowest, then by their turn.
    queue: BTreeMap<(i64, u64), OrderNumber>,
    /// Hundredths of a contract at each price.
    levels: BTreeMap<Price, i64>,
}

/// Returns how good a price is: the lower, the better.
const fn rank(action: Action, price: Price) -> i64 {
    match action {
        Action::Buy => -price.centicents(),
        Action::Sell => price.centicents(),
    }
}

/// Returns whether an order of `action` at `price` trades with one that rests at `resting` on the other side.
pub(super) fn meets(action: Action, price: Price, resting: Price) -> bool {
    match action {
        Action::Buy => price >= resting,
        Action::Sell => price <= resting,
    }
}

impl Book {
    const fn half(&self, action: Action) -> &Half {
        match action {
            Action::Buy => &self.bids,
            Action::Sell => &self.offers,
        }
    }

    const fn half_mut(&mut self, action: Action) -> &mut Half {
        match action {
            Action::Buy => &mut self.bids,
            Action::Sell => &mut self.offers,
        }
    }

    /// Puts an order behind those of its price whose turn is earlier.
    pub(super) fn insert(&mut self, action: Action, price: Price, turn: u64, order: OrderNumber) {
        self.half_mut(action).queue.insert((rank(action, price), turn), order);
    }

    /// Takes an order out.
    pub(super) fn remove(&mut self, action: Action, price: Price, turn: u64) {
        self.half_mut(action).queue.remove(&(rank(action, price), turn));
    }

    /// Adds hundredths of a contract to a price, or takes them away.
    pub(super) fn change(&mut self, action: Action, price: Price, hundredths: i64) {
        let levels = &mut self.half_mut(action).levels;
        let level = levels.entry(price).or_insert(0);
        *level += hundredths;
        if *level == 0 {
            levels.remove(&price);
        }
    }

    /// Returns the orders of a side in the order in which they trade.
    pub(super) fn queue(&self, action: Action) -> impl Iterator<Item = OrderNumber> {
        self.half(action).queue.values().copied()
    }

    /// Returns the prices of a side with what rests there, the best first.
    pub fn levels(&self, action: Action) -> impl Iterator<Item = (Price, Quantity)> {
        // What rests is a sum of orders, each of which fits.
        let each = |(price, hundredths): (&Price, &i64)| {
            (*price, Quantity::from_hundredths(*hundredths).unwrap_or(Quantity::MAX))
        };
        let levels = &self.half(action).levels;
        let (rising, falling) = match action {
            Action::Buy => (None, Some(levels.iter().rev())),
            Action::Sell => (Some(levels.iter()), None),
        };
        rising.into_iter().flatten().map(each).chain(falling.into_iter().flatten().map(each))
    }

    /// Returns a side's best price.
    pub fn best(&self, action: Action) -> Option<Price> {
        self.levels(action).next().map(|level| level.0)
    }
}
