//! Books that are put together from what is heard.

use std::collections::BTreeMap;

use shared::market::{Side, Ticker};
use shared::units::Price;
use shared::wire::{LevelText, Orderbook};

use crate::kalshi::What;

/// Levels at YES prices, in hundredths of a contract, of YES (`true`) and NO.
type Levels = BTreeMap<(bool, Price), i64>;

/// The books of contracts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::kalshi) struct Books(pub(in crate::kalshi) BTreeMap<Ticker, Levels>);

impl Books {
    /// Takes in what was heard; a change must be one of a book that is here, and leave no less than nothing.
    pub(in crate::kalshi) fn hear(&mut self, what: &What) {
        match what {
            What::Book(book) => {
                let side = |yes: bool, levels: &[LevelText]| {
                    levels.iter().map(move |level| ((yes, level.0), level.1.hundredths())).collect::<Vec<_>>()
                };
                let all = side(true, &book.yes_dollars_fp).into_iter();
                let all = all.chain(side(false, &book.no_dollars_fp)).collect();
                self.0.insert(book.market_ticker.clone(), all);
            }
            What::Level(change) => {
                let book = self.0.get_mut(&change.market_ticker).expect("a change before its book");
                let place = (change.side == Side::Yes, change.price_dollars);
                let level = book.entry(place).or_insert(0);
                *level += change.delta_fp.hundredths();
                assert!(*level >= 0, "{change:?} leaves {level}");
                if *level == 0 {
                    book.remove(&place);
                }
            }
            _ => {}
        }
    }

    /// Takes in a book as REST tells it, each side at its own prices.
    pub(in crate::kalshi) fn read(&mut self, ticker: &Ticker, book: &Orderbook) {
        let yes = book.yes_dollars.iter().map(|level| ((true, level.0), level.1));
        let no = book.no_dollars.iter().map(|level| ((false, level.0.complement()), level.1));
        let all = yes.chain(no).map(|(place, count)| (place, count.hundredths()));
        self.0.insert(ticker.clone(), all.collect());
    }
}
