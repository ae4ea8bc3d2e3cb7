//! An order is changed while a fill of it at its old price is still on its way here.

use super::bench::{Bench, count, told};
use crate::desk::{Ask, Heard};
use crate::market::Action;
use crate::risk::MayFill;
use crate::units::Price;
use crate::wire::BookSide;

/// Returns what the gate takes for what may still be bought.
fn may_be_bought(bench: &Bench) -> MayFill {
    bench.desk.trading().unwrap().maker().unwrap().execution().may_fill(0, Action::Buy)
}

/// Returns a desk whose bid was changed after a part of it had traded, which is told by the returned frame, and the price that it
/// had before.
fn changed() -> (Bench, Heard, Price) {
    let mut bench = Bench::quoting();
    let (_, bid) = bench.created(BookSide::Bid).unwrap();
    bench.settle();
    for _ in 0..3 {
        // Until a belief is formed anew.
        bench.pass(61);
        bench.print("0.42");
    }
    let is_bid = |ask: &Ask| matches!(ask, Ask::Amend(_, to) if to.side == BookSide::Bid);
    let (number, ask) = bench.asked(is_bid).unwrap();
    let fill = bench.trade(&bid.client_order_id.unwrap(), "0.40");
    let answer = bench.usual(&ask);
    bench.answer(number, answer);
    (bench, told(&fill), bid.price)
}

#[test]
fn what_traded_before_a_change_counts_at_the_old_price_until_it_is_heard() {
    let (mut bench, fill, old) = changed();
    let may = may_be_bought(&bench);
    assert_eq!(may.rests.0, old, "{may:?}");
    assert!(may.moves.0 < old, "{may:?}");
    bench.hear(fill);
    assert_eq!(may_be_bought(&bench).rests, (may.moves.0, count("0.60")));
    assert_eq!(bench.held(), 40);
    // Nobody needs to ask for it, nor to take it back.
    bench.settle();
    bench.pass(10);
    assert!(
        bench.asked(|ask| matches!(ask, Ask::Look { .. } | Ask::Cancel(_))).is_none(),
        "{:?}",
        bench.asked
    );
}

#[test]
fn a_fill_that_the_stream_does_not_tell_after_a_change_is_asked_for() {
    let (mut bench, _, _) = changed();
    bench.settle();
    bench.pass(1);
    assert!(bench.asked(|ask| matches!(ask, Ask::Look { .. })).is_none(), "{:?}", bench.asked);
    bench.pass(2);
    assert!(bench.asked(|ask| matches!(ask, Ask::Look { .. })).is_some(), "{:?}", bench.asked);
}
