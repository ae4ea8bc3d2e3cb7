//! A contract settles while a run begins: what was paid is in the cash once, whenever that was asked for.

use super::bench::{Bench, TICKER, price};
use crate::desk::{Answer, Ask, End, Heard, Left, Wish};
use crate::market::Position;
use crate::units::Timestamp;
use crate::wire::{MarketLifecycle, Seconds};

/// Begins a run whose account has `free` dollars and holds so many hundredths, and tells it that its contract has paid 26 cents at
/// a time.
fn told_that_it_paid(free: &str, hundredths: i64, at: Timestamp) -> Bench {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = Bench::begin(now, 1, Left::default(), Wish::Quote);
    bench.account.free = free.parse().unwrap();
    if hundredths != 0 {
        bench.account.held = vec![(TICKER.parse().unwrap(), Position::from_hundredths(hundredths).unwrap())];
    }
    bench.learn();
    bench.book("0.20", "0.40");
    bench.lifecycle("determined", "0.26");
    let told = MarketLifecycle::of(TICKER.parse().unwrap(), "settled");
    bench.hear(Heard::Lifecycle(Box::new(MarketLifecycle { settled_ts: Some(Seconds(at)), ..told })));
    bench
}

/// The cash was told before it settled, the positions after that: neither has what it paid.
#[test]
fn what_settles_between_the_questions_for_cash_and_positions_is_asked_for_anew() {
    let at = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut bench = told_that_it_paid("997.66", 0, at);
    let why = bench.desk.leaving().cloned();
    assert_eq!(why.as_deref(), Some("KXTOPMONTHLY-26NOV-A settled as the account was asked for."));
    while bench.end.is_none() {
        bench.settle();
        if bench.end.is_none() {
            bench.wait();
        }
    }
    assert!(matches!(bench.end, Some(End::Lost { is_clear: true, .. })), "{:?}", bench.end);
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    next.account.free = "1000".parse().unwrap();
    next.learn();
    assert_eq!(next.desk.cash().map(|cash| cash.to_string()).as_deref(), Some("1000.000000"));
}

#[test]
fn what_settles_after_the_account_was_asked_for_is_paid_by_what_was_held() {
    let at = "2026-11-16T10:01:00Z".parse().unwrap();
    let bench = told_that_it_paid("997.66", 900, at);
    // The event is over with its only contract.
    assert_eq!(bench.end, Some(End::Over));
    let paid = bench.entries.iter().any(|entry| {
        let settled = crate::engine::Record::Settled { place: 0, value: price("0.26") };
        entry.what == crate::desk::Written::Input(settled)
    });
    assert!(paid, "{:?}", bench.entries.last());
    assert!(bench.asked(|ask| matches!(ask, Ask::Resting)).is_none());
}

/// A stream that is opened between the two messages tells of the second alone.
#[test]
fn a_settlement_at_a_value_that_was_never_told_is_asked_for_anew() {
    let mut bench = Bench::quoting();
    bench.settle();
    let told = MarketLifecycle::of(TICKER.parse().unwrap(), "settled");
    bench.hear(Heard::Lifecycle(Box::new(told)));
    assert!(bench.desk.leaving().is_some());
    assert_eq!(bench.usual(&Ask::Account), Ok(Answer::Account(bench.account.clone())));
}
