//! Prices and Greeks, [`PRICED`] of them, for `cargo xtask bench` to time as WebAssembly.
//!
//! Built for `wasm32-unknown-unknown` it asks nothing of its host, not even a clock: whoever runs `main` measures.

use std::hint::black_box;

use shared::pricing::digital::MertonDigital;

#[path = "../benches/support/digitals.rs"]
mod digitals;

/// How many are priced in one run; `cargo xtask bench` divides by it.
const PRICED: usize = 102_400;

fn main() -> Result<(), shared::Invalid> {
    let inputs = digitals::digitals(0.5, 16.0)?;
    for input in inputs.iter().cycle().take(PRICED) {
        black_box(MertonDigital::new(black_box(input))?.value_and_greeks());
    }
    Ok(())
}
