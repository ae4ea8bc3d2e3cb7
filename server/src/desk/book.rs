//! A contract's book as the feed tells it, ours taken out.

use std::collections::BTreeMap;

use shared::market::{Action, Side};
use shared::units::{Price, Quantity};
use shared::wire::{OrderbookDelta, OrderbookSnapshot};

/// The levels of one contract, both sides at YES prices. It knows nothing until a snapshot has come.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// What is bid for YES and what of YES is offered, in hundredths, by price.
    levels: BTreeMap<Price, [i64; 2]>,
    is_known: bool,
}

/// An order of ours, as it stands in the book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) left: Quantity,
}

impl Book {
    /// Takes all of the book.
    pub(super) fn replace(&mut self, snapshot: &OrderbookSnapshot) {
        self.levels.clear();
        for (side, told) in [(0, &snapshot.yes_dollars_fp), (1, &snapshot.no_dollars_fp)] {
            for level in told {
                let sides = self.levels.entry(level.0).or_default();
                // There are two.
                if let Some(size) = sides.get_mut(side) {
                    *size = level.1.hundredths();
                }
            }
        }
        self.is_known = true;
    }

    /// Takes a change of it. What takes more away than there was has a snapshot missing behind it: returns whether it fits.
    pub(super) fn change(&mut self, delta: &OrderbookDelta) -> bool {
        if !self.is_known {
            return true;
        }
        let side = usize::from(delta.side == Side::No);
        let sides = self.levels.entry(delta.price_dollars).or_default();
        let Some(size) = sides.get_mut(side) else { return false };
        *size = size.saturating_add(delta.delta_fp.hundredths());
        let fits = *size >= 0;
        if *sides == [0, 0] {
            self.levels.remove(&delta.price_dollars);
        }
        fits
    }

    /// Forgets all of it: what comes next is a snapshot.
    pub(super) fn forget(&mut self) {
        self.levels.clear();
        self.is_known = false;
    }

    /// Returns whether a snapshot has come since it was forgotten.
    pub(super) const fn is_known(&self) -> bool {
        self.is_known
    }

    /// Returns the best bid and the best offer of the others. What of ours the book doesn't show yet takes nothing away.
    pub(super) fn others(&self, own: &[Own]) -> [Option<Price>; 2] {
        let others = |price: &Price, side: usize, action: Action| {
            let there = self.levels.get(price).and_then(|sides| sides.get(side)).copied().unwrap_or(0);
            let ours = own.iter().filter(|own| own.action == action && own.price == *price);
            there - ours.map(|own| own.left.hundredths()).sum::<i64>() > 0
        };
        [
            self.levels.keys().rev().find(|price| others(price, 0, Action::Buy)).copied(),
            self.levels.keys().find(|price| others(price, 1, Action::Sell)).copied(),
        ]
    }

    /// Returns how much is bid for YES and how much of YES is offered at each price, the highest first.
    pub(super) fn levels(&self) -> impl Iterator<Item = (Price, [Quantity; 2])> {
        let size = |hundredths: i64| Quantity::from_hundredths(hundredths).unwrap_or(Quantity::ZERO);
        self.levels.iter().rev().map(move |(price, sides)| (*price, sides.map(size)))
    }

    /// Returns how much stands at a price, on the side that an order of this action is on.
    pub(super) fn at(&self, action: Action, price: Price) -> Quantity {
        let side = usize::from(action == Action::Sell);
        let there = self.levels.get(&price).and_then(|sides| sides.get(side)).copied().unwrap_or(0);
        Quantity::from_hundredths(there).unwrap_or(Quantity::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn snapshot() -> OrderbookSnapshot {
        serde_json::from_str(
            r#"{"market_ticker":"A-B-C","yes_dollars_fp":[["0.4000","5.00"],["0.4200","3.00"]],"no_dollars_fp":[["0.4500","2.00"],["0.4700","1.00"]]}"#,
        )
        .unwrap()
    }

    fn delta(side: &str, at: &str, by: &str) -> OrderbookDelta {
        let text = format!(
            r#"{{"market_ticker":"A-B-C","price_dollars":"{at}","delta_fp":"{by}","side":"{side}"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_others_are_what_is_left_without_ours() {
        let mut book = Book::default();
        book.replace(&snapshot());
        let own =
            |action, at: &str, left: &str| Own { action, price: price(at), left: left.parse().unwrap() };
        assert_eq!(book.others(&[]), [Some(price("0.42")), Some(price("0.45"))]);
        let ours = [own(Action::Buy, "0.42", "3"), own(Action::Sell, "0.45", "1")];
        assert_eq!(book.others(&ours), [Some(price("0.40")), Some(price("0.45"))]);
        // One that the book doesn't show yet.
        assert_eq!(book.others(&[own(Action::Sell, "0.44", "5")])[1], Some(price("0.45")));
        assert!(book.change(&delta("no", "0.4500", "-2.00")));
        assert_eq!(book.others(&[])[1], Some(price("0.47")));
        assert_eq!(book.at(Action::Buy, price("0.42")).to_string(), "3.00");
    }

    #[test]
    fn a_change_that_does_not_fit_is_told_and_one_before_the_book_is_nothing() {
        let mut book = Book::default();
        assert!(book.change(&delta("yes", "0.4200", "-4.00")));
        book.replace(&snapshot());
        assert!(!book.change(&delta("yes", "0.4200", "-4.00")));
        book.forget();
        assert_eq!(book.others(&[]), [None, None]);
    }
}
