//! [`EVENTS`] events of a decoded book, [`PASSES`] times, with a trader in it, for `cargo xtask bench` to time as
//! WebAssembly.
//!
//! Built for `wasm32-unknown-unknown` it asks nothing of its host, not even a clock: whoever runs `main` measures.

#[path = "../benches/support/books.rs"]
mod books;

use books::{ANSWER, ORDER, Offset, invented};
use shared::Invalid;
use shared::exchange::Charge;
use shared::exchange::books::{BookVenue, Delays, Proportional, Rules, run};
use shared::units::Cash;

/// How many events there are, and how often they are replayed, so that drawing them hardly counts; `cargo xtask bench`
/// divides by the product.
const EVENTS: usize = 100_000;
const PASSES: usize = 40;

fn replay() -> Result<u64, Invalid> {
    let tape = invented(1, EVENTS)?;
    let mut fills = 0;
    for _ in 0..PASSES {
        let charges = vec![Charge::Flat(Cash::ZERO)];
        let mut venue = BookVenue::new(&tape, Proportional, Rules::default(), charges)?;
        let mut trader = Offset::new(tape.event(0)?.at.micros(), 10_000, 0);
        fills += run(&tape, &mut venue, &mut trader, Delays::constant(ORDER, ANSWER))?.fills;
    }
    Ok(fills)
}

fn main() {
    let Ok(fills) = replay() else { std::process::abort() };
    assert!(fills > 0);
}
