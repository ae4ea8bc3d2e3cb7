//! A contract: its book as it is heard, and as a desk is told of it.

use std::collections::BTreeMap;

use crate::exchange::books::{Live, Queue, Rules};
use crate::market::{Action, Side, Ticker};
use crate::units::{Price, Quantity};
use crate::wire::{LevelText, OrderbookSnapshot};

/// A contract's book.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) live: Live<Queue>,
    /// Its book is known.
    pub(super) is_known: bool,
    /// What it pays, once that is told.
    pub(super) determined: Option<Price>,
    /// What a desk takes to rest, in hundredths of a contract; nothing while the book isn't known.
    told: BTreeMap<(Action, Price), i64>,
    /// Prices at which that may not be so any more.
    stale: Vec<(Action, Price)>,
}

impl Contract {
    /// Returns a contract of which nothing is known.
    pub(super) fn new(queue: Queue) -> Self {
        Self {
            live: Live::new(queue, Rules::default()),
            is_known: false,
            determined: None,
            told: BTreeMap::new(),
            stale: Vec::new(),
        }
    }

    /// Takes note that its book isn't known until it is told again.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
        self.told.clear();
        self.stale.clear();
    }

    /// Takes note that a desk is told of a change.
    pub(super) fn told(&mut self, side: Action, price: Price, change: i64) {
        *self.told.entry((side, price)).or_default() += change;
    }

    /// Takes note that something else may rest at a price.
    pub(super) fn changed(&mut self, side: Action, price: Price) {
        self.stale.push((side, price));
    }

    /// Returns how much else than a desk was told rests at prices that have changed; `ours` are the orders of ours that rest.
    pub(super) fn changes(&mut self, ours: &[(Action, Price, Quantity)]) -> Vec<(Action, Price, i64)> {
        let mut stale = core::mem::take(&mut self.stale);
        stale.sort_unstable();
        stale.dedup();
        let mut changes = Vec::new();
        for (side, price) in stale {
            let there = self.shown(side, price, ours);
            let told = self.told.entry((side, price)).or_default();
            if there != *told {
                changes.push((side, price, there - *told));
                *told = there;
            }
            if there == 0 {
                self.told.remove(&(side, price));
            }
        }
        changes
    }

    /// Returns how much rests at a price, ours included, in hundredths of a contract.
    fn shown(&self, side: Action, price: Price, ours: &[(Action, Price, Quantity)]) -> i64 {
        let own = ours.iter().filter(|own| (own.0, own.1) == (side, price));
        self.live.left(side, price).hundredths() + own.map(|own| own.2.hundredths()).sum::<i64>()
    }

    /// Returns all of the book, ours included, as a desk is told of it from now on.
    pub(super) fn snapshot(
        &mut self,
        ticker: &Ticker,
        clock: Option<u64>,
        ours: &[(Action, Price, Quantity)],
    ) -> OrderbookSnapshot {
        self.forget();
        self.is_known = true;
        let mut sides = [Action::Buy, Action::Sell].map(|side| {
            let theirs = self.live.book().levels(0, side).map(|level| level.0);
            let own = ours.iter().filter(|own| own.0 == side).map(|own| own.1);
            let mut prices: Vec<Price> = theirs.chain(own).collect();
            prices.sort_unstable();
            prices.dedup();
            let levels = prices.into_iter().map(|price| (price, self.shown(side, price, ours)));
            let levels: Vec<(Price, i64)> = levels.filter(|level| level.1 > 0).collect();
            for (price, there) in &levels {
                self.told.insert((side, *price), *there);
            }
            let level = |(price, there): (Price, i64)| LevelText(price, Quantity::saturating(there));
            levels.into_iter().map(level).collect::<Vec<_>>()
        });
        let [yes, no] = sides.each_mut().map(core::mem::take);
        OrderbookSnapshot {
            market_ticker: ticker.clone(),
            market_id: None,
            clock,
            yes_dollars_fp: yes,
            no_dollars_fp: no,
        }
    }
}

/// Returns whose bids a side of the book has.
pub(super) const fn side_of(action: Action) -> Side {
    match action {
        Action::Buy => Side::Yes,
        Action::Sell => Side::No,
    }
}

/// Returns the side of the book that bids for an outcome are on.
pub(super) const fn action_of(side: Side) -> Action {
    match side {
        Side::Yes => Action::Buy,
        Side::No => Action::Sell,
    }
}
