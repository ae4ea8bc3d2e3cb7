//! How long one thread takes to price: `cargo bench -p shared --bench pricing [-- --json] [FILTER…]`.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]

use std::hint::black_box;

use shared::math::normal;
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use shared::pricing::implied::{Quote, implied_forward, implied_volatility};

#[path = "support/digitals.rs"]
mod digitals;
mod support;

use digitals::digitals;

/// Quotes from 2 to 98 cents on both sides of the strike.
fn quotes(expected_jumps: f64) -> Vec<Quote> {
    digitals(expected_jumps, 16.0)
        .unwrap()
        .into_iter()
        .enumerate()
        .map(|(i, Parameters { spot, strike, days, drift, jumps, .. })| Quote {
            prob: 0.02 + 0.01 * ((i * 37) % 97) as f64,
            spot,
            strike,
            days,
            drift,
            jumps,
        })
        .collect()
}

/// Returns a digital far below a strike that only a jump reaches: its first term, no jump at all, is nearly 0, which
/// a sum that stops at its first small term takes for the whole.
fn out_of_reach_without_a_jump() -> MertonDigital {
    MertonDigital::new(&Parameters {
        spot: 80e6,
        strike: 100e6,
        days: 28.0,
        drift: Drift::Raw { b: 0.0 },
        sigma: 0.05,
        jumps: Jumps::new(2.0, 0.15, 0.1).unwrap(),
        rate: 0.0,
    })
    .unwrap()
}

fn main() {
    let harness = support::Harness::from_arguments();

    let points: Vec<f64> = (0..1024).map(|i| -6.0 + 12.0 * f64::from(i) / 1024.0).collect();
    let probabilities: Vec<f64> = (1..1024).map(|i| f64::from(i) / 1024.0).collect();
    measure(&harness, "normal: both tails", &points, |&x| normal::tails(x));
    measure(&harness, "normal: libm erfc, one tail", &points, |&x| 0.5 * libm::erfc(x));
    measure(&harness, "normal: quantile", &probabilities, |&p| normal::quantile(p));

    let price = |parameters: &Parameters| MertonDigital::new(parameters).unwrap().value().price;
    let greeks = |parameters: &Parameters| MertonDigital::new(parameters).unwrap().value_and_greeks();
    for (case, expected_jumps, days) in [
        ("no jumps", 0.0, 16.0),
        ("lambda T = 0.5", 0.5, 16.0),
        ("T = 0.25, lambda = 1", 0.25, 91.25),
        ("T = 0.25, lambda = 5", 1.25, 91.25),
        ("T = 0.25, lambda = 10", 2.5, 91.25),
    ] {
        let inputs = digitals(expected_jumps, days).unwrap();
        measure(&harness, &format!("digital: price, {case}"), &inputs, price);
        measure(&harness, &format!("digital: price and Greeks, {case}"), &inputs, greeks);
    }

    for (case, expected_jumps) in [("no jumps", 0.0), ("lambda T = 0.5", 0.5)] {
        let inputs = quotes(expected_jumps);
        let volatility = |quote: &Quote| implied_volatility(quote).unwrap();
        let forward = |quote: &Quote| implied_forward(quote, 0.3).unwrap();
        measure(&harness, &format!("implied: volatility, {case}"), &inputs, volatility);
        measure(&harness, &format!("implied: forward, {case}"), &inputs, forward);
    }

    harness.value("digital: out of reach without a jump", || out_of_reach_without_a_jump().value().price);
}

/// Measures `call` over `inputs`.
fn measure<I, R>(harness: &support::Harness, name: &str, inputs: &[I], call: impl Fn(&I) -> R) {
    harness.measure(name, inputs.len(), || {
        for input in inputs {
            black_box(call(black_box(input)));
        }
    });
}
