//! A contract followed print by print, [`PRINTS`] of them [`ROUNDS`] times, for `cargo xtask bench` to time as
//! WebAssembly.
//!
//! Built for `wasm32-unknown-unknown` it asks nothing of its host, not even a clock: whoever runs `main` measures.

use std::hint::black_box;

use shared::belief::{Engine, Model};

#[path = "../benches/support/contract.rs"]
mod contract;

/// How many prints the contract has, and how often it is followed, so that making it up hardly counts;
/// `cargo xtask bench` divides by both.
const PRINTS: usize = 20_000;
const ROUNDS: usize = 10;

fn main() -> Result<(), shared::Invalid> {
    let tape = contract::contract(PRINTS)?;
    let event = tape.ticker().event()?;
    for _ in 0..ROUNDS {
        let mut engine = Engine::given(black_box(Model::prior()));
        let place = engine.list(&event, tape.ticker(), None);
        for trades in tape.batches() {
            black_box(engine.take(place, black_box(trades)).is_ok());
        }
    }
    Ok(())
}
