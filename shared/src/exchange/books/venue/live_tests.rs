//! A book that is told as it happens, against the tape that it makes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::super::{Decoder, Level, Queue};
use super::*;
use crate::exchange::{OrderCommand, Request};
use crate::units::{Cash, Price, Timestamp};

#[derive(Debug, Clone)]
enum Step {
    Level {
        side: Action,
        price: i64,
        size: i64,
    },
    /// So much trades of what rests at our price, and whether that it was made is told after what it changed.
    Trade {
        side: Action,
        price: i64,
        count: i64,
        is_late: bool,
    },
    Pass {
        ms: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let side = || prop_oneof![Just(Action::Buy), Just(Action::Sell)];
    let price = |side: Action, at: i64| if side == Action::Buy { 40 - at } else { 45 + at };
    let step = prop_oneof![
        5 => (side(), 0..3_i64, 0..6_i64).prop_map(move |(side, at, size)| Step::Level { side, price: price(side, at), size }),
        5 => (side(), 1..5_i64, any::<bool>())
            .prop_map(move |(side, count, is_late)| Step::Trade { side, price: price(side, 0), count, is_late }),
        1 => (0..700_i64).prop_map(|ms| Step::Pass { ms }),
    ];
    proptest::collection::vec(step, 1..80)
}

fn fills(reports: &[OrderReport]) -> Vec<(OrderId, i64)> {
    let mut all: Vec<(OrderId, i64)> = Vec::new();
    for report in reports {
        if let OrderReport::Fill(fill) = report {
            match all.iter_mut().find(|known| known.0 == fill.order) {
                Some(known) => known.1 += fill.count.hundredths(),
                None => all.push((fill.order, fill.count.hundredths())),
            }
        }
    }
    all.sort_unstable();
    all
}

/// Our orders, two at the best price of each side. Of what goes through several prices of ours, which of them had it is told
/// too late.
fn ours() -> [(Action, i64, i64); 4] {
    [(Action::Buy, 40, 3), (Action::Buy, 40, 2), (Action::Sell, 45, 4), (Action::Sell, 45, 1)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Once all is told, each order has traded as much, and stands where it does, as if trades and changes had been told in the
    /// order in which they were made.
    #[test]
    fn orders_trade_as_on_the_tape_that_is_told(steps in steps()) {
        for queue in Queue::ALL {
            let mut live = Live::new(queue, Rules::default());
            let (mut decoder, mut told, mut now) = (Decoder::new(), Vec::new(), 0_i64);
            let cents = |cents| Price::from_cents(cents).unwrap();
            let count = |count| Quantity::from_contracts(count).unwrap();
            let at = |now| Timestamp::from_micros(now).unwrap();
            let first = [(Action::Buy, cents(40), count(5)), (Action::Sell, cents(45), count(5))];
            decoder.snapshot(at(0), at(0), 0, &first.map(|(side, price, size)| Level { side, price, size }));
            live.snapshot(at(0), &first, &mut told).unwrap();
            for (number, (side, price, size)) in ours().into_iter().enumerate() {
                let order = OrderId(number as u64);
                live.place(at(0), (side, cents(price), count(size)), order, true, &mut told).unwrap();
            }
            let level = |now: i64, side, price, size, decoder: &mut Decoder, live: &mut Live<Queue>, told: &mut Vec<_>| {
                decoder.level(at(now), at(now), 0, Level { side, price: cents(price), size: count(size) });
                live.level(at(now), (side, cents(price), count(size)), false, told).unwrap();
            };
            for step in &steps {
                now += 1_000;
                match *step {
                    Step::Level { side, price, size } => {
                        if live.book().at(0, side, cents(price)) != count(size) {
                            level(now, side, price, size, &mut decoder, &mut live, &mut told);
                        }
                    }
                    Step::Trade { side, price, count: traded, is_late } => {
                        let there = live.book().at(0, side, cents(price)).hundredths() / 100;
                        let traded = traded.min(there);
                        if traded == 0 {
                            continue;
                        }
                        if is_late {
                            level(now, side, price, there - traded, &mut decoder, &mut live, &mut told);
                        }
                        let trade = Level { side, price: cents(price), size: count(traded) };
                        decoder.trade(at(now), at(now), 0, trade);
                        live.trade(at(now), (side, cents(price), count(traded)), &mut told).unwrap();
                        if !is_late {
                            level(now, side, price, there - traded, &mut decoder, &mut live, &mut told);
                        }
                    }
                    Step::Pass { ms } => now += ms * 1_000,
                }
            }
            let tape = decoder.tape(1).unwrap();
            let charges = vec![Charge::Flat(Cash::ZERO)];
            let mut venue = BookVenue::new(&tape, queue, Rules::default(), charges).unwrap();
            let mut reports = Vec::new();
            for place in 0..first.len() {
                venue.event(&tape, place, &mut reports).unwrap();
            }
            for (number, (action, price, size)) in ours().into_iter().enumerate() {
                let request = Request::Place { price: cents(price), count: count(size) };
                let command = OrderCommand { contract: 0, action, order: OrderId(number as u64), request };
                venue.execute(0, &command, &mut reports).unwrap();
            }
            for place in first.len()..tape.len() {
                venue.event(&tape, place, &mut reports).unwrap();
            }
            prop_assert_eq!(fills(&told), fills(&reports), "{}", queue);
            for (number, (action, ..)) in ours().into_iter().enumerate() {
                let order = OrderId(number as u64);
                let [here, there] = [live.standing(action, order), venue.standing(0, action, order)];
                prop_assert_eq!(here, there, "{} {}", queue, number);
            }
        }
    }
}
