//! How many prices a second one thread makes: `cargo bench -p shared --bench pricing [-- --json]`.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::hint::black_box;
use std::time::Instant;

use shared::math::normal;
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use shared::pricing::implied::{Quote, implied_forward, implied_volatility};

/// The rounds measured; the fastest counts, as only disturbances make a round slower.
const ROUNDS: usize = 15;
/// The length of a round.
const ROUND_SECONDS: f64 = 0.02;

/// Measures `call` over `inputs` and prints what it takes.
fn measure<I, R>(name: &str, inputs: &[I], call: impl Fn(&I) -> R) {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut calls = 0;
        while start.elapsed().as_secs_f64() < ROUND_SECONDS {
            for input in inputs {
                black_box(call(black_box(input)));
            }
            calls += inputs.len();
        }
        let seconds = start.elapsed().as_secs_f64() / calls as f64;
        best = if seconds < best { seconds } else { best };
    }
    if std::env::args().any(|argument| argument == "--json") {
        println!(r#"{{"name":"{name}","per_second":{:.0}}}"#, 1.0 / best);
    } else {
        println!("{name:<44} {:8.1} ns {:8.2} M/s", best * 1e9, 1e-6 / best);
    }
}

/// Digitals around a strike of 100 million, all with the same number of expected jumps.
fn digitals(expected_jumps: f64, days: f64) -> Vec<Parameters> {
    let jumps = Jumps::new(expected_jumps * 365.0 / days, 0.02, 0.04).unwrap();
    (0..256)
        .map(|i| Parameters {
            spot: 85e6 + 1.2e5 * f64::from(i),
            strike: 100e6,
            days,
            drift: Drift::Raw { b: 0.05 },
            sigma: 0.3 + 0.001 * f64::from(i),
            jumps,
            rate: 0.05,
        })
        .collect()
}

/// Quotes from 2 to 98 cents on both sides of the strike.
fn quotes(expected_jumps: f64) -> Vec<Quote> {
    digitals(expected_jumps, 16.0)
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

fn price(parameters: &Parameters) -> f64 {
    MertonDigital::new(parameters).unwrap().value().price
}

fn main() {
    let points: Vec<f64> = (0..1024).map(|i| -6.0 + 12.0 * f64::from(i) / 1024.0).collect();
    measure("normal: both tails", &points, |&x| normal::tails(x));
    measure("normal: libm erfc, one tail", &points, |&x| 0.5 * libm::erfc(x));
    let probabilities: Vec<f64> = (1..1024).map(|i| f64::from(i) / 1024.0).collect();
    measure("normal: quantile", &probabilities, |&p| normal::quantile(p));

    for (name, expected_jumps, days) in [
        ("digital: price, no jumps", 0.0, 16.0),
        ("digital: price, lambda T = 0.5", 0.5, 16.0),
        ("digital: price, T = 0.25, lambda = 1", 0.25, 91.25),
        ("digital: price, T = 0.25, lambda = 5", 1.25, 91.25),
        ("digital: price, T = 0.25, lambda = 10", 2.5, 91.25),
    ] {
        measure(name, &digitals(expected_jumps, days), price);
    }
    measure("digital: price and Greeks, lambda T = 0.5", &digitals(0.5, 16.0), |parameters| {
        MertonDigital::new(parameters).unwrap().value_and_greeks()
    });

    measure("implied volatility, no jumps", &quotes(0.0), |quote| implied_volatility(quote).unwrap());
    measure("implied volatility, lambda T = 0.5", &quotes(0.5), |quote| implied_volatility(quote).unwrap());
    measure("implied forward, lambda T = 0.5", &quotes(0.5), |quote| implied_forward(quote, 0.3).unwrap());
}
