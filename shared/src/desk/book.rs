//! A contract's book with ours taken out.

use crate::book::Book;
use crate::market::Action;
use crate::units::{Price, Quantity};

/// An order of ours, as it stands in the book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) left: Quantity,
    /// A person has placed it.
    pub(super) is_by_hand: bool,
}

/// Returns the best bid and the best offer of the others. What of ours the book doesn't show yet takes nothing away.
pub(super) fn others(book: &Book, own: &[Own]) -> [Option<Price>; 2] {
    [Action::Buy, Action::Sell].map(|action| {
        let is_others = |(price, there): &(Price, Quantity)| {
            let ours = own.iter().filter(|own| own.action == action && own.price == *price);
            there.hundredths() - ours.map(|own| own.left.hundredths()).sum::<i64>() > 0
        };
        book.levels(action).find(is_others).map(|(price, _)| price)
    })
}

/// Returns how much is bid for YES and how much of YES is offered at each price, the highest first.
pub(super) fn levels(book: &Book) -> Vec<(Price, [Quantity; 2])> {
    let offered = book.levels(Action::Sell).map(|(price, size)| (price, [Quantity::ZERO, size]));
    let bid = book.levels(Action::Buy).map(|(price, size)| (price, [size, Quantity::ZERO]));
    let mut levels: Vec<(Price, [Quantity; 2])> = offered.chain(bid).collect();
    // A price is on one side alone, but while a book is crossed: then its offer stands first.
    levels.sort_by_key(|level| std::cmp::Reverse(level.0));
    levels
}

#[cfg(test)]
mod tests {
    use crate::book::NoPrices;
    use crate::market::Side;

    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn the_others_are_what_is_left_without_ours() {
        let snapshot = serde_json::from_str(
            r#"{"market_ticker":"A-B-C","yes_dollars_fp":[["0.4000","5.00"],["0.4200","3.00"]],"no_dollars_fp":[["0.4500","2.00"],["0.4700","1.00"]]}"#,
        )
        .unwrap();
        let mut book = Book::new("A-B-C".parse().unwrap(), NoPrices::OfYes);
        assert_eq!(others(&book, &[]), [None, None]);
        book.replace(&snapshot).unwrap();
        let own = |action, at: &str, left: &str| Own {
            action,
            price: price(at),
            left: left.parse().unwrap(),
            is_by_hand: false,
        };
        assert_eq!(others(&book, &[]), [Some(price("0.42")), Some(price("0.45"))]);
        let ours = [own(Action::Buy, "0.42", "3"), own(Action::Sell, "0.45", "1")];
        assert_eq!(others(&book, &ours), [Some(price("0.40")), Some(price("0.45"))]);
        // One that the book doesn't show yet.
        assert_eq!(others(&book, &[own(Action::Sell, "0.44", "5")])[1], Some(price("0.45")));
        book.change(Side::No, price("0.45"), "-2.00".parse().unwrap()).unwrap();
        assert_eq!(others(&book, &[])[1], Some(price("0.47")));
        let highest: Vec<String> = levels(&book).iter().map(|(price, _)| price.to_string()).collect();
        assert_eq!(highest, ["0.4700", "0.4200", "0.4000"]);
    }
}
