//! [`ACTIONS`] order actions at the exchange with books, for `cargo xtask bench` to time as WebAssembly.
//!
//! Built for `wasm32-unknown-unknown` it asks nothing of its host, not even a clock: whoever runs `main` measures.

#[path = "../benches/support/orders.rs"]
mod orders;

/// How many actions there are, enough that filling the books hardly counts; `cargo xtask bench` divides by them.
const ACTIONS: usize = 400_000;

fn main() {
    let Ok(mut day) = orders::Day::new(1, 2_000) else { std::process::abort() };
    (0..ACTIONS).for_each(|_| day.act());
    assert!(day.balances() && day.done.trades > 0);
}
