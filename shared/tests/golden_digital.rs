//! The Merton digital against 50-digit sums, the published Merton calls and a case where stopping at a
//! small term goes wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use corpus::number;
use shared::math::exp;
use shared::pricing::digital::{Drift, Greeks, Jumps, MertonDigital, Parameters};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The Greeks, in the order of the table, each multiplied to be free of the spot's unit.
fn scaled(greeks: &Greeks, spot: f64) -> [f64; 8] {
    let mut scaled = greeks.to_array();
    scaled[0] *= spot;
    scaled[1] *= spot * spot;
    scaled
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn fifty_digit_sums() {
    let Some(text) = corpus::golden!("merton_digital.csv") else { return };
    let mut with_greeks = 0;
    let mut atoms = 0;
    for row in corpus::rows(&text) {
        let case = row[0];
        let value = |column: usize| number(row[column]);
        let b = value(5);
        let spot = value(1);
        let digital = MertonDigital::new(&Parameters {
            spot,
            strike: value(2),
            days: value(3),
            drift: if row[10] == "1" { Drift::Compensated { b } } else { Drift::Raw { b } },
            sigma: value(6),
            jumps: Jumps::new(value(7), value(8), value(9)).unwrap(),
            rate: value(4),
        })
        .unwrap();
        let alone = digital.value();
        let (beside, greeks) = digital.value_and_greeks();
        for got in [alone, beside] {
            for (name, got, want) in [
                ("prob_yes", got.prob_yes, value(11)),
                ("prob_no", got.prob_no, value(12)),
                ("price", got.price, value(13)),
            ] {
                assert!((got - want).abs() <= 1e-12, "{case}: {name} {got:e} instead of {want:e}");
                if want > 1e-12 {
                    assert!((got / want - 1.0).abs() <= 1e-8, "{case}: {name} {got:e} instead of {want:e}");
                }
            }
        }
        // The table leaves the Greeks out where there is no volatility.
        if row[14..].iter().all(|cell| cell.is_empty()) {
            assert_eq!(value(6), 0.0, "{case}: no Greeks");
            atoms += 1;
            continue;
        }
        let greeks = greeks.unwrap_or_else(|| panic!("{case}: no Greeks"));
        for (k, got) in scaled(&greeks, spot).into_iter().enumerate() {
            let unit = [spot, spot * spot].get(k).copied().unwrap_or(1.0);
            let want = value(14 + k) * unit;
            assert!((got - want).abs() <= 1e-9, "{case}: Greek {k} is {got:e} instead of {want:e}");
        }
        with_greeks += 1;
    }
    assert_eq!((with_greeks, atoms), (154, 25));
}

/// A call under Merton's model: `S E[e^(-rT) S_T/S; S_T > K] - K e^(-rT) P(S_T > K)`.
///
/// The first expectation is a digital under the measure with `S_T` as its unit, which moves every normal mean
/// by its variance and the intensity by the mean of `e^J`.
fn call(spot: f64, strike: f64, rate: f64, days: f64, sigma: f64, jumps: [f64; 3]) -> (f64, f64) {
    let [lambda, mu, sd] = jumps;
    let digital = MertonDigital::new(&Parameters {
        spot,
        strike,
        days,
        drift: Drift::Compensated { b: rate },
        sigma,
        jumps: Jumps::new(lambda, mu, sd).unwrap(),
        rate,
    })
    .unwrap();
    let growth = exp(mu + 0.5 * sd * sd);
    let in_shares = MertonDigital::new(&Parameters {
        spot,
        strike,
        days,
        drift: Drift::Raw { b: rate - lambda * (growth - 1.0) + sigma * sigma },
        sigma,
        jumps: Jumps::new(lambda * growth, mu + sd * sd, sd).unwrap(),
        rate: 0.0,
    })
    .unwrap();
    let pays = digital.value();
    (spot * in_shares.value().prob_yes - strike * pays.price, pays.price)
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn published_calls() {
    let Some(text) = corpus::golden!("quantlib_merton76_published.csv") else { return };
    let mut count = 0;
    for row in corpus::rows(&text) {
        let value = |column: usize| number(row[column]);
        // The table's years are exact in days of a 365-day year only up to rounding.
        let (price, digital) =
            call(value(2), value(1), value(4), value(5) * 365.0, value(9), [value(7), value(10), value(11)]);
        assert!((price - value(12)).abs() <= value(13), "{row:?}: call {price}");
        assert!((price - value(15)).abs() <= 1e-10, "{row:?}: call {price}");
        assert!((digital - value(16)).abs() <= 1e-10, "{row:?}: digital {digital}");
        count += 1;
    }
    assert_eq!(count, 135);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn haug_table() {
    let Some(text) = corpus::golden!("quantlib_merton76_haug_table.csv") else { return };
    let mut count = 0;
    for row in corpus::rows(&text) {
        let value = |column: usize| number(row[column]);
        let (volatility, lambda, gamma) = (value(6), value(7), value(8));
        let jump_variance = volatility * volatility * gamma / lambda;
        let sigma = volatility * (1.0 - gamma).sqrt();
        let (price, digital) = call(
            value(2),
            value(1),
            value(4),
            value(5) * 365.0,
            sigma,
            [lambda, -0.5 * jump_variance, jump_variance.sqrt()],
        );
        assert!((price - value(9)).abs() <= value(10), "{row:?}: call {price}");
        assert!((price - value(12)).abs() <= 1e-10, "{row:?}: call {price}");
        assert!((digital - value(13)).abs() <= 1e-10, "{row:?}: digital {digital}");
        count += 1;
    }
    assert_eq!(count, 135);
}

/// Without a jump this strike is 17 standard deviations away, so that the series begins with terms of 1e-60
/// and a rule that stops at a small term stops before the answer.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_series_that_begins_with_nothing() {
    let digital = MertonDigital::new(&Parameters {
        spot: 80e6,
        strike: 100e6,
        days: 28.0,
        drift: Drift::Raw { b: 0.0 },
        sigma: 0.05,
        jumps: Jumps::new(2.0, 0.15, 0.1).unwrap(),
        rate: 0.0,
    })
    .unwrap();
    assert!((digital.value().prob_yes - 0.038_414_360_316_7).abs() < 1e-13);
}
