//! How fast a backtest on books is, by event, on one core: `cargo bench -p shared --bench books [-- --json] [FILTER…]`.
//!
//! A decoded tape is replayed again and again: venue, queue model and all three latencies on, and a trader that keeps an
//! order on each side; belief, gate and log off. An event is counted once, though it is replayed twice: at the exchange and
//! in the trader's own books. The recorded tapes tell no trades: on them each decrease at the best price is one, the upper
//! bound of fills.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

#[path = "support/books.rs"]
mod books;
#[path = "support/recorded_books.rs"]
mod recorded_books;
#[allow(dead_code, reason = "each benchmark uses a part of this module")]
mod support;

use std::hint::black_box;
use std::time::Instant;

use books::{ANSWER, FEED, ORDER, Offset, TICK, invented};
use shared::exchange::Charge;
use shared::exchange::books::{
    BookTape, BookVenue, Delays, Logarithm, Pessimistic, Power, Proportional, QueueModel, Rules, run,
};
use shared::units::Cash;
use support::Harness;

/// How many events an invented tape has, and how long the trader waits between two looks, in microseconds. A pass takes a
/// few milliseconds: longer ones are seldom undisturbed where other programs run.
const EVENTS: usize = 50_000;
const EVERY: i64 = 10_000;
/// The same on recorded tapes, which have some hundred events a second.
const EVERY_RECORDED: i64 = 100_000;

/// How many passes are measured; the fastest counts, as only disturbances make one slower.
const PASSES: usize = 200;

/// Returns the nanoseconds of an event in the fastest pass.
fn fastest(tape: &BookTape, mut pass: impl FnMut() -> u64) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..PASSES {
        let start = Instant::now();
        black_box(pass());
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / tape.len() as f64);
    }
    best
}

fn pass<Q: QueueModel>(tape: &BookTape, queue: Q, every: i64) -> u64 {
    let mut venue =
        BookVenue::new(tape, queue, Rules::default(), vec![Charge::Flat(Cash::ZERO); tape.contracts()])
            .unwrap();
    let mut trader = Offset::new(tape.event(0).unwrap().at.micros(), every, 0);
    run(tape, &mut venue, &mut trader, Delays::constant(ORDER, ANSWER)).unwrap().fills
}

fn main() {
    let harness = Harness::from_arguments();
    let tape = invented(1, EVENTS).unwrap();
    let names = ["pessimistic", "proportional", "power", "logarithmic"];
    for name in names {
        let title = format!("books: an event, {name} queue");
        if !harness.wants_any(std::slice::from_ref(&title)) {
            continue;
        }
        let best = match name {
            "pessimistic" => fastest(&tape, || pass(&tape, Pessimistic, EVERY)),
            "proportional" => fastest(&tape, || pass(&tape, Proportional, EVERY)),
            "power" => fastest(&tape, || pass(&tape, Power(2.0), EVERY)),
            _ => fastest(&tape, || pass(&tape, Logarithm, EVERY)),
        };
        harness.time(&title, best);
    }
    for name in recorded_books::FILES {
        let title = format!("books: an event of {}", name.trim_end_matches(".ws"));
        if !harness.wants_any(std::slice::from_ref(&title)) {
            continue;
        }
        let Some(tape) = recorded_books::read(name, TICK, FEED) else { continue };
        let tape = tape.with_decreases_traded();
        harness.time(&title, fastest(&tape, || pass(&tape, Proportional, EVERY_RECORDED)));
    }
}
