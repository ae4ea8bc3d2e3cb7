//! What waits: for an answer that another request gets first, for a run that trades, for other prices.

use super::bench::Bench;
use crate::catalyst::{Catalyst, Kind, Settings as Catalysts};
use crate::desk::{Ask, Heard, Input, Left, Wish, Written};
use crate::engine::Record;
use crate::market::PriceGrid;
use crate::wire::{BookSide, MarketLifecycle};

/// Something that pulls all quotes.
fn release(bench: &Bench) -> Catalyst {
    Catalysts::default().raise(Kind::Release, "A", bench.now, "“Lux” is out".to_owned()).unwrap()
}

#[test]
fn an_order_that_waits_to_be_sent_is_not_sent_once_the_quotes_are_pulled() {
    let mut bench = Bench::quoting();
    // The offer waits for what becomes of the bid.
    let (number, _) = bench.created(BookSide::Bid).unwrap();
    assert_eq!(bench.created(BookSide::Ask), None);
    bench.tell(Input::Catalyst(release(&bench)));
    let answer = {
        let (_, order) = bench.created(BookSide::Bid).unwrap();
        bench.usual(&Ask::Create(Box::new(order)))
    };
    bench.answer(number, answer);
    assert_eq!(bench.created(BookSide::Ask), None);
    bench.settle();
    let resting = |bench: &mut Bench| bench.usual(&Ask::Resting);
    assert!(format!("{:?}", resting(&mut bench)).contains("Orders([])"), "{:?}", resting(&mut bench));
    // It was never sent, so that nobody need look for it.
    assert!(bench.left().unfinished.is_empty(), "{:?}", bench.left());
}

#[test]
fn what_is_seen_while_a_run_begins_is_heeded_by_the_next_one_if_that_is_lost() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, Left::default(), Wish::Quote);
    let seen = release(&bench);
    bench.tell(Input::Catalyst(seen.clone()));
    assert!(!bench.desk.hears());
    let left = bench.left();
    assert_eq!(left.catalysts, [seen]);
    let mut next = Bench::begin(now, 2, left, Wish::Quote);
    next.start();
    assert_eq!(next.created(BookSide::Bid), None);
}

#[test]
fn a_contract_is_quoted_at_the_prices_that_it_gets() {
    let mut bench = Bench::quoting();
    bench.settle();
    let grid = PriceGrid::deci_cent();
    let told = MarketLifecycle::of(super::bench::TICKER.parse().unwrap(), "price_level_structure_updated");
    let told = MarketLifecycle { price_ranges: Some(grid.clone()), ..told };
    for _ in 0..2 {
        bench.hear(Heard::Lifecycle(Box::new(told.clone())));
    }
    bench.print("0.577");
    let is_off_cents = |ask: &Ask| match ask {
        Ask::Amend(_, change) => change.price.centicents() % 100 != 0,
        _ => false,
    };
    assert!(bench.asked(is_off_cents).is_some(), "{:?}", bench.asked);
    // Told twice, it is another one once.
    let is_told =
        |what: &Written| matches!(what, Written::Input(Record::Terms { terms, .. }) if terms.grid == grid);
    assert_eq!(bench.entries.iter().filter(|entry| is_told(&entry.what)).count(), 1);
}
