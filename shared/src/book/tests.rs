//! Books by hand, and against a model that is too simple to be wrong.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::market::{Action, Side, Ticker};
use crate::units::{Price, Quantity};
use crate::wire::{LevelText, OrderbookDelta, OrderbookSnapshot, ScannedDelta, SignedCount};

fn ticker(text: &str) -> Ticker {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn snapshot(of: &str, yes: &[(&str, &str)], no: &[(&str, &str)]) -> OrderbookSnapshot {
    let side = |levels: &[(&str, &str)]| {
        levels.iter().map(|(at, size)| LevelText(price(at), size.parse().unwrap())).collect()
    };
    OrderbookSnapshot {
        market_ticker: ticker(of),
        market_id: None,
        clock: None,
        yes_dollars_fp: side(yes),
        no_dollars_fp: side(no),
    }
}

fn known(no_prices: NoPrices, yes: &[(&str, &str)], no: &[(&str, &str)]) -> Book {
    let mut book = Book::new(ticker("A-B"), no_prices);
    book.replace(&snapshot("A-B", yes, no)).unwrap();
    book
}

/// Returns the levels of a side as text.
fn levels(book: &Book, action: Action) -> Vec<String> {
    book.levels(action).map(|(price, size)| format!("{size} at {price}")).collect()
}

fn change(book: &mut Book, side: Side, at: &str, by: &str) -> Result<(), Misfit> {
    book.change(side, price(at), by.parse().unwrap())
}

#[test]
fn offers_of_yes_are_the_bids_for_no_at_the_complement() {
    // The same book, told in both ways; a bid for NO is never a bid for YES.
    let told = [(NoPrices::OfYes, ["0.4500", "0.4700"]), (NoPrices::OfNo, ["0.5500", "0.5300"])];
    for (no_prices, [near, far]) in told {
        let book = known(no_prices, &[("0.40", "5"), ("0.42", "3")], &[(near, "2"), (far, "1")]);
        assert_eq!(levels(&book, Action::Buy), ["3.00 at 0.4200", "5.00 at 0.4000"]);
        assert_eq!(levels(&book, Action::Sell), ["2.00 at 0.4500", "1.00 at 0.4700"]);
        assert_eq!(book.at(Action::Sell, price("0.47")).to_string(), "1.00");
        assert_eq!(book.at(Action::Buy, price("0.47")), Quantity::ZERO);
        assert_eq!(book.depth(Action::Sell, price("0.46")).to_string(), "2.00");
        assert_eq!(book.depth(Action::Sell, price("0.47")).to_string(), "3.00");
        assert_eq!(book.depth(Action::Buy, price("0.01")).to_string(), "8.00");
        // Three bid and two offered: nearer to the offer.
        assert!((book.micro_price().unwrap() - (0.42 * 2.0 + 0.45 * 3.0) / 5.0).abs() < 1e-15);
        assert!(!book.is_crossed());
    }
}

#[test]
fn a_book_says_at_which_prices_it_was_told_if_only_one_reading_is_possible() {
    let told_by = |yes: &str, no: &str| NoPrices::told_by(&snapshot("A-B", &[(yes, "1")], &[(no, "1")]));
    assert_eq!(told_by("0.40", "0.45"), None);
    assert_eq!(told_by("0.40", "0.65"), Some(NoPrices::OfYes));
    assert_eq!(told_by("0.40", "0.35"), Some(NoPrices::OfNo));
    assert_eq!(NoPrices::told_by(&snapshot("A-B", &[("0.40", "1")], &[])), None);
    // What was taken for the one before it was known to be the other.
    let mut books = Books::new([ticker("A-B")], NoPrices::OfYes);
    books.replace(&snapshot("A-B", &[("0.40", "1")], &[("0.45", "2"), ("0.50", "1")])).unwrap();
    books.read_at(NoPrices::OfNo);
    let offers = ["1.00 at 0.5000", "2.00 at 0.5500"];
    assert_eq!(levels(books.get("A-B").unwrap(), Action::Sell), offers);
    books.insert([ticker("A-C")]);
    books.replace(&snapshot("A-C", &[], &[("0.50", "1"), ("0.45", "2")])).unwrap();
    assert_eq!(levels(books.get("A-C").unwrap(), Action::Sell), offers);
}

#[test]
fn a_snapshot_after_a_cut_leaves_no_ghosts_of_the_book_before() {
    let mut book = known(NoPrices::OfYes, &[("0.40", "5"), ("0.42", "3")], &[("0.45", "2")]);
    book.replace(&snapshot("A-B", &[("0.30", "1")], &[])).unwrap();
    assert_eq!(levels(&book, Action::Buy), ["1.00 at 0.3000"]);
    assert_eq!(levels(&book, Action::Sell), Vec::<String>::new());
    assert_eq!((book.micro_price(), book.best(Action::Sell)), (None, None));
    // Whatever comes of the time before is on top of what there is now, and is seen not to fit.
    let misfit = change(&mut book, Side::No, "0.4500", "-2.00").unwrap_err();
    assert_eq!(
        misfit.to_string(),
        "A-B: at 0.4500, where 0.00 are bid for no, a change of -2.00 leaves less than nothing"
    );
    // Nothing is known of it any more, and changes wait for the next snapshot.
    assert!(!book.is_known());
    assert_eq!(change(&mut book, Side::Yes, "0.30", "4"), Ok(()));
    assert_eq!(book.best(Action::Buy), None);
}

#[test]
fn an_empty_side_and_a_dead_book_are_what_they_are() {
    // Two cents against ninety-eight is a book with a spread of ninety-six, whatever else was hoped for.
    let dead = known(NoPrices::OfNo, &[("0.02", "1")], &[("0.02", "1")]);
    let best = [Action::Buy, Action::Sell].map(|action| dead.best(action).unwrap().0);
    assert_eq!(best[1].checked_sub(best[0]), Some(price("0.96")));
    assert_eq!(dead.micro_price(), Some(0.5));
    // No offer at all isn't one at a dollar, or at nothing.
    let empty = known(NoPrices::OfYes, &[("0.02", "1")], &[]);
    assert_eq!((empty.best(Action::Sell), empty.micro_price()), (None, None));
}

#[test]
fn what_cannot_be_a_level_is_refused_by_its_name() {
    let mut book = known(NoPrices::OfYes, &[("0.40", "5")], &[]);
    let most = SignedCount::from_hundredths(i64::MAX);
    let misfit = book.change(Side::Yes, price("0.40"), most).unwrap_err();
    assert!(matches!(&misfit, Misfit::TooMuch { there, .. } if there.to_string() == "5.00"), "{misfit}");
    let misfit = book.replace(&snapshot("A-B", &[], &[("0.40", "5"), ("0.40", "6")])).unwrap_err();
    assert_eq!(misfit.to_string(), "A-B: a book has two levels at 0.4000 of bids for no");
    assert!(!book.is_known());
    // Levels in any order, and such as have nothing in them.
    book.replace(&snapshot("A-B", &[("0.42", "1"), ("0.41", "0"), ("0.40", "2")], &[])).unwrap();
    assert_eq!(levels(&book, Action::Buy), ["1.00 at 0.4200", "2.00 at 0.4000"]);
    book.change(Side::No, price("0.41"), "1".parse().unwrap()).unwrap();
    assert!(book.is_crossed());
}

#[test]
fn contracts_come_and_go_and_keep_their_books() {
    let mut books = Books::new(["A-B", "A-A"].map(ticker), NoPrices::OfYes);
    assert!(books.replace(&snapshot("A-B", &[("0.40", "5")], &[])).unwrap());
    assert!(!books.replace(&snapshot("A-C", &[("0.40", "5")], &[])).unwrap());
    books.insert(["A-C", "A-B"].map(ticker));
    let names: Vec<&str> = books.iter().map(|book| book.ticker().as_str()).collect();
    assert_eq!(names, ["A-A", "A-B", "A-C"]);
    let has = |books: &Books, name: &str| books.get(name).map(Book::is_known);
    assert_eq!([has(&books, "A-A"), has(&books, "A-B")], [Some(false), Some(true)]);
    books.remove(&[ticker("A-A")]);
    assert_eq!([has(&books, "A-A"), has(&books, "A-B"), has(&books, "")], [None, Some(true), None]);
    let text = r#"{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"A-B","price_dollars":0.41,"delta_fp":-1,"side":"yes"}}"#;
    let misfit = books.change_scanned(&ScannedDelta::of(text).unwrap()).unwrap_err();
    assert!(misfit.to_string().starts_with("A-B: at 0.4100"), "{misfit}");
    books.forget();
    assert!(books.iter().all(|book| !book.is_known()));
    // Hundreds are found, and only they.
    let all: Vec<Ticker> = (0..700).map(|k| ticker(&format!("KXTOPMONTHLY-26NOV-{k}"))).collect();
    let books = Books::new(all.clone(), NoPrices::OfYes);
    assert!(all.iter().all(|name| books.ticker(name.as_str()) == Some(name)));
    assert!((700..1_400).all(|k| books.ticker(&format!("KXTOPMONTHLY-26NOV-{k}")).is_none()));
}

/// A change: side, price in tenths of a cent, by how much, and the way it is told.
type Step = (bool, i64, i64);

proptest! {
    /// A list of levels says the same, change by change, and a change is refused exactly where a level would be negative.
    #[test]
    fn a_book_is_a_list_of_levels(
        of_yes in any::<bool>(),
        steps in prop::collection::vec((any::<bool>(), 1_i64..999, -300_i64..500), 1..200),
    ) {
        let no_prices = if of_yes { NoPrices::OfYes } else { NoPrices::OfNo };
        let mut model: BTreeMap<(bool, Price), i64> = BTreeMap::new();
        let mut books = Books::new([ticker("A-B")], no_prices);
        books.replace(&snapshot("A-B", &[], &[])).unwrap();
        let steps: Vec<Step> = steps;
        for (is_yes, tenths, by) in steps {
            let at = Price::from_centicents(tenths * 10).unwrap();
            let yes_price = if is_yes || of_yes { at } else { at.complement() };
            let there = model.entry((is_yes, yes_price)).or_default();
            let fits = *there + by >= 0;
            let delta = OrderbookDelta {
                market_ticker: ticker("A-B"),
                market_id: None,
                clock: None,
                price_dollars: at,
                delta_fp: SignedCount::from_hundredths(by),
                side: if is_yes { Side::Yes } else { Side::No },
                client_order_id: None,
                ts: None,
                ts_ms: None,
            };
            prop_assert_eq!(books.change(&delta).is_ok(), fits);
            if !fits {
                prop_assert!(!books.get("A-B").unwrap().is_known());
                return Ok(());
            }
            *there += by;
            let book = books.get("A-B").unwrap();
            for (is_yes, action) in [(true, Action::Buy), (false, Action::Sell)] {
                let side = model.iter().filter(|((yes, _), size)| *yes == is_yes && **size > 0);
                let mut expected: Vec<(Price, i64)> = side.map(|((_, at), size)| (*at, *size)).collect();
                if is_yes {
                    expected.reverse();
                }
                let found: Vec<(Price, i64)> =
                    book.levels(action).map(|(at, size)| (at, size.hundredths())).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
