//! What experts weigh, and that no lot alone moves them far.

use proptest::prelude::*;

use super::*;
use crate::belief::contract::{Learned, State};
use crate::belief::run::Runner;
use crate::market::Trade;
use crate::units::{Price, Quantity};

const DESIGN: Design = Design::CHOSEN;

fn new() -> Contract {
    let state = State::Switching(Runner::new());
    Contract::new("KXTOPMONTHLY-26FEB-BAD".parse().unwrap(), 0, state, [0.25; EXPERTS])
}

/// A print so many minutes after noon.
fn trade(minutes: i64, cents: i64, contracts: i64) -> Trade {
    let noon: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
    Trade {
        ticker: "KXTOPMONTHLY-26FEB-BAD".parse().unwrap(),
        at: noon.checked_add_micros(minutes * 60_000_000).unwrap(),
        price: Price::from_cents(cents).unwrap(),
        count: Quantity::from_contracts(contracts).unwrap(),
        taker_side: None,
        id: None,
        is_block: false,
    }
}

fn followed(contract: &mut Contract, trade: &Trade) -> f64 {
    let batch = contract.keep(trade.at, None, core::slice::from_ref(trade));
    contract.take(&Learned::nothing(), &DESIGN, &batch, None).fair
}

#[test]
fn what_has_lost_least_weighs_most() {
    let nothing = Losses::default();
    let before = nothing.weights(&DESIGN, &nothing);
    assert!(before.iter().zip(FIRST).all(|(weight, first)| (weight - first).abs() < 1e-15), "{before:?}");
    let mut own = Losses::default();
    for _ in 0..200 {
        own.add(&DESIGN, &[0.55, 0.5, 0.52, 0.6], 0.5);
    }
    let [filter, slow, quick, last] = own.weights(&DESIGN, &nothing);
    assert!(slow > 0.5 && slow > quick && quick > filter && filter > last, "{filter} {slow} {quick} {last}");
    // What all contracts know counts for a part of what the contract's own hours say.
    let shared = nothing.weights(&DESIGN, &own);
    assert!(shared[1] > FIRST[1] && shared[1] < slow, "{shared:?}");
    // A wild hour decides nothing.
    let (mut wild, squares) = (Losses::default(), 4.0 * 0.5 * 0.5 / 4.0);
    wild.add(&DESIGN, &[0.0, 1.0, 0.0, 1.0], 0.5);
    assert!(wild.0.iter().all(|lost| (lost - 0.25 / (DESIGN.half * DESIGN.half + squares)).abs() < 1e-12));
}

#[test]
fn an_hour_counts_from_the_end_of_the_day_after_it() {
    let mut contract = new();
    for minutes in [0, 1, 23 * 60 - 1, 23 * 60] {
        followed(&mut contract, &trade(minutes, 40, 10));
    }
    let mut learning = Learning::new();
    learning.days.start = contract.prints.batches.first().map(|batch| batch.at);
    let (mut contracts, noon) = ([contract], trade(0, 40, 10).at);
    let mut open_after = |days: i64| {
        learning.begin(&DESIGN, noon.checked_add_micros(days * DAY).unwrap(), &mut contracts, &[0]);
        contracts[0].open.len()
    };
    assert_eq!([0, 1, 2].map(&mut open_after), [4, 1, 0]);
}

proptest! {
    #[test]
    fn no_lot_alone_moves_it_far_and_three_that_agree_do(
        before in prop::collection::vec((1..3_000_i64, 1..=99_i64, 1..500_i64), 1..12),
        later in 1..10_000_i64,
        cents in 1..=99_i64,
    ) {
        let (mut contract, mut now) = (new(), 0);
        let mut fair = 0.5;
        for (minutes, cents, contracts) in before {
            now += minutes;
            fair = followed(&mut contract, &trade(now, cents, contracts));
        }
        let moved = (followed(&mut contract.aside(), &trade(now + later, cents, 1)) - fair).abs();
        prop_assert!(moved < DOUBT + 1e-12, "{}", moved);
        let last = (1..=3).map(|k| followed(&mut contract, &trade(now + k * later, cents, 50))).last();
        let off = (last.unwrap_or(f64::NAN) - cents as f64 / 100.0).abs();
        prop_assert!(off < NEAR + 1e-12, "{}", off);
    }
}
