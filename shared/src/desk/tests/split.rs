//! Where the profit comes from, as those who watch are told: it adds up to what the ledger has.

use super::bench::{Bench, told};
use super::view;
use crate::attribution::Expectation;
use crate::desk::{Setting, Wish, Written};
use crate::market::Position;
use crate::stream::DeskView;
use crate::units::Cash;
use crate::wire::{BookSide, OrderStatus};

/// Lets an order of a side of the desk's trade, of one contract.
fn traded(bench: &mut Bench, side: BookSide) {
    bench.settle();
    let resting =
        bench.orders.iter().find(|order| order.book_side == side && order.status == OrderStatus::Resting);
    let name = resting.unwrap().client_order_id.clone();
    let fill = bench.trade(&name, "1");
    bench.hear(told(&fill));
    bench.settle();
}

fn shown(bench: &mut Bench) -> DeskView {
    let mut shown = view();
    bench.desk.show(bench.now, &mut shown);
    shown
}

/// Looks whether what is shown adds up to what equity has changed by, and returns it.
fn adds_up(bench: &mut Bench) -> DeskView {
    let shown = shown(bench);
    let gained = shown.equity.microdollars() - shown.start_equity.microdollars();
    assert_eq!(shown.parts.pnl().microdollars(), gained, "{shown:?}");
    let [row] = shown.rows.as_slice() else { panic!("{shown:?}") };
    assert_eq!((row.pnl, row.parts), (shown.parts.pnl(), shown.parts));
    assert_eq!(shown.parts.fees, shown.fees);
    shown
}

#[test]
fn what_is_shown_adds_up_to_what_the_ledger_gained() {
    let mut bench = Bench::quoting();
    adds_up(&mut bench);
    traded(&mut bench, BookSide::Bid);
    let shown = adds_up(&mut bench);
    // Bought three cents below what it was worth just before.
    assert_eq!(shown.parts.spread, Cash::from_microdollars(30_000));
    for (seconds, print) in [(20, "0.45"), (60, "0.55"), (600, "0.52"), (4_000, "0.48"), (30_000, "0.5")] {
        bench.pass(seconds);
        bench.settle();
        bench.book("0.40", "0.60");
        bench.print(print);
        adds_up(&mut bench);
    }
    let shown = adds_up(&mut bench);
    assert_eq!(shown.markouts.iter().map(|told| told.fills).collect::<Vec<_>>(), [1, 1, 1, 1]);
    assert!(shown.markouts.iter().all(|told| told.interval.is_none() && !told.is_alarm));
}

#[test]
fn what_was_held_before_counts_from_what_it_was_worth_as_the_run_began() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, crate::desk::Left::default(), Wish::Quote);
    bench.account.held =
        vec![(super::bench::TICKER.parse().unwrap(), Position::from_hundredths(700).unwrap())];
    bench.start();
    let shown = adds_up(&mut bench);
    assert_eq!(shown.parts.pnl(), Cash::ZERO);
    assert!(shown.start_equity > "1003".parse().unwrap());
    bench.pass(60);
    bench.print("0.60");
    let shown = adds_up(&mut bench);
    assert!(shown.parts.inventory > Cash::ZERO);
    assert_eq!((shown.parts.spread, shown.parts.markout), (Cash::ZERO, Cash::ZERO));
}

/// Has fills in minutes of their own that are worth the three cents by which they were quoted away from fair, where a backtest
/// expects six and more.
fn less_than_expected(pauses: bool) -> Bench {
    let expected = Some((Cash::from_microdollars(60_000), Cash::from_microdollars(70_000)));
    let mut settings = super::settings("preset=seed-fixed3&skew_cents=0&refresh_s=1");
    settings.expects = Some(Expectation { intervals: [expected; 4] });
    settings.pauses_on_alarm = pauses;
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin_with(settings, now, 1, crate::desk::Left::default(), Wish::Quote);
    bench.start();
    for side in [BookSide::Bid, BookSide::Ask].repeat(35) {
        if bench.desk.wanted() != Wish::Quote {
            break;
        }
        traded(&mut bench, side);
        for _ in 0..3 {
            bench.pass(25);
            bench.settle();
            bench.book("0.30", "0.70");
            bench.print("0.50");
        }
        bench.settle();
    }
    bench
}

#[test]
fn fills_that_are_worth_less_than_expected_are_an_alarm_that_is_shown_and_written_down() {
    let mut bench = less_than_expected(false);
    let written = |bench: &Bench| {
        let is_alarm = |what: &Written| matches!(what, Written::Setting(Setting::Markouts(_)));
        bench.entries.iter().filter(|entry| is_alarm(&entry.what)).count()
    };
    assert!(bench.alerts().contains("Markouts after 1 min are "));
    assert!(written(&bench) > 0);
    assert!(shown(&mut bench).markouts.iter().any(|told| told.is_alarm));
    // It doesn't stop the desk.
    assert_eq!(bench.desk.wanted(), Wish::Quote);
    let bench = less_than_expected(true);
    assert_eq!(bench.desk.wanted(), Wish::Pause);
}
