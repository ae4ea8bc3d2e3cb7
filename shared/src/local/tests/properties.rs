//! What holds whatever is told and asked.

use proptest::prelude::*;

use super::super::*;
use super::bench::{Bench, SECOND, cents};
use crate::market::Action;
use crate::wire::TimeInForce;

#[derive(Debug, Clone)]
enum Step {
    /// So much rests at a price.
    Level {
        place: usize,
        side: Action,
        price: i64,
        count: i64,
    },
    /// Somebody takes of what is best on a side; whether the change is told first.
    Trade {
        place: usize,
        side: Action,
        count: i64,
        is_late: bool,
    },
    Place {
        place: usize,
        side: Action,
        price: i64,
        count: i64,
        takes: bool,
    },
    Amend {
        which: usize,
        price: i64,
        count: i64,
    },
    Cancel {
        which: usize,
    },
    Pass {
        ms: i64,
    },
    Lost,
    All,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let side = || prop_oneof![Just(Action::Buy), Just(Action::Sell)];
    let (place, price) = (|| 0..2_usize, || 40..50_i64);
    let step = prop_oneof![
        6 => (place(), side(), price(), 0..12_i64).prop_map(|(place, side, price, count)| Step::Level { place, side, price, count }),
        4 => (place(), side(), 1..9_i64, any::<bool>()).prop_map(|(place, side, count, is_late)| Step::Trade { place, side, count, is_late }),
        4 => (place(), side(), price(), 1..9_i64, proptest::bool::weighted(0.2))
            .prop_map(|(place, side, price, count, takes)| Step::Place { place, side, price, count, takes }),
        2 => (0..9_usize, price(), 1..12_i64).prop_map(|(which, price, count)| Step::Amend { which, price, count }),
        2 => (0..9_usize).prop_map(|which| Step::Cancel { which }),
        2 => (0..900_i64).prop_map(|ms| Step::Pass { ms }),
        1 => Just(Step::Lost),
        1 => Just(Step::All),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Does a step; returns how much was traded in public.
fn take(bench: &mut Bench, step: &Step, ids: &mut Vec<(String, usize, Action)>) -> i64 {
    match *step {
        Step::Level { place, side, price, count } => {
            // The others' own book is never crossed.
            let crosses = bench.tape[place].iter().any(|level| {
                level.0 != side
                    && if side == Action::Buy { level.1 <= cents(price) } else { level.1 >= cents(price) }
            });
            if count == 0 || !crosses {
                bench.level(place, side, price, count);
            }
        }
        Step::Trade { place, side, count, is_late } => {
            let of_side = bench.tape[place].iter().filter(|level| level.0 == side).map(|level| level.1);
            let best = if side == Action::Buy { of_side.max() } else { of_side.min() };
            let Some(best) = best else { return 0 };
            let there = bench.there(place, side, best);
            let count = count.min(there / 100);
            let price = best.centicents() / 100;
            let change = bench.set(place, side, best, there - count * 100);
            if is_late {
                bench.change(place, side, best, change);
            }
            bench.trade(place, side, price, count);
            if !is_late {
                bench.change(place, side, best, change);
            }
            return count * 100;
        }
        Step::Place { place, side, price, count, takes } => {
            let mut order = bench.order(place, side, price, count);
            if takes {
                (order.post_only, order.expiration_time) = (None, None);
                order.time_in_force = TimeInForce::ImmediateOrCancel;
            }
            if let Ok(Answer::Created(created)) = bench.answer(Ask::Create(Box::new(order))) {
                ids.push((created.order_id, place, side));
            }
        }
        Step::Amend { which, price, count } => {
            if let Some((id, place, side)) = ids.get(which).cloned() {
                let change = Bench::amendment(place, side, price, count);
                let _ = bench.answer(Ask::Amend(id, Box::new(change)));
            }
        }
        Step::Cancel { which } => {
            if let Some((id, ..)) = ids.get(which).cloned() {
                let _ = bench.answer(Ask::Cancel(id));
            }
        }
        Step::Pass { ms } => bench.pass(ms * 1_000),
        Step::Lost => {
            bench.hear(Heard::MissedBooks);
            bench.pass(SECOND / 10);
            bench.check();
            bench.snapshots();
        }
        Step::All => {
            bench.answer(Ask::CancelAll).unwrap();
        }
    }
    0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn books_and_account_are_what_was_told_and_the_same_is_told_again(steps in steps()) {
        for queue in Queue::ALL {
            let mut both = [Bench::new(queue), Bench::new(queue)];
            for bench in &mut both {
                let mut ids = Vec::new();
                for step in &steps {
                    take(bench, step, &mut ids);
                    bench.check();
                }
            }
            prop_assert_eq!(&both[0].said, &both[1].said);
        }
    }

    /// Where nobody comes to our prices, what rests trades no more than was traded, and nothing without that.
    #[test]
    fn no_order_trades_without_a_trade(steps in steps()) {
        for queue in Queue::ALL {
            let (mut bench, mut ids, mut traded) = (Bench::new(queue), Vec::new(), 0);
            for step in &steps {
                match step {
                    Step::Level { side, price, .. } | Step::Place { side, price, takes: false, .. }
                        if (*side == Action::Buy) == (*price < 45) =>
                    {
                        take(&mut bench, step, &mut ids);
                    }
                    Step::Trade { .. } => traded += take(&mut bench, step, &mut ids),
                    Step::Cancel { .. } | Step::Pass { .. } | Step::Lost | Step::All => {
                        take(&mut bench, step, &mut ids);
                    }
                    _ => {}
                }
                let filled: i64 = bench.fills.iter().map(|fill| fill.count_fp.hundredths()).sum();
                prop_assert!(filled <= traded);
                prop_assert!(bench.fills.iter().all(|fill| !fill.is_taker));
            }
        }
    }
}
