//! Implied volatilities against 50-digit roots.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use corpus::number;
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use shared::pricing::implied::{ImpliedVolatility, Quote, Roots, Vega, implied_forward, implied_volatility};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The model's probability at a root.
fn probability(quote: &Quote, sigma: f64) -> f64 {
    let &Quote { spot, strike, days, drift, jumps, .. } = quote;
    let parameters = Parameters { spot, strike, days, drift, sigma, jumps, rate: 0.0 };
    MertonDigital::new(&parameters).unwrap().value().prob_yes
}

/// Checks that the variant of the roots says how many there are.
fn count(implied: &ImpliedVolatility) -> usize {
    let count = implied.roots.as_slice().len();
    match implied.roots {
        Roots::None => assert_eq!(count, 0),
        Roots::Unique(_) => assert_eq!(count, 1),
        Roots::Two(_) => assert_eq!(count, 2),
        Roots::Many(_) => assert!(count > 2),
    }
    count
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn without_jumps() {
    let Some(text) = corpus::golden!("implied_vol_bs_digital.csv") else { return };
    let mut rows = 0;
    for row in corpus::rows(&text) {
        let case = row[0];
        let quote = Quote {
            prob: number(row[5]),
            spot: number(row[1]),
            strike: number(row[2]),
            days: number(row[3]),
            drift: Drift::Raw { b: number(row[4]) },
            jumps: Jumps::NONE,
        };
        let implied = implied_volatility(&quote).unwrap();
        let expected: Vec<f64> =
            row[7..9].iter().filter(|cell| !cell.is_empty()).map(|cell| number(cell)).collect();
        assert_eq!(count(&implied), number(row[6]) as usize, "{case}");
        assert_eq!(count(&implied), expected.len(), "{case}");
        for (root, expected) in implied.roots.as_slice().iter().zip(&expected) {
            assert!((root.sigma / expected - 1.0).abs() <= 1e-10, "{case}: {} not {expected}", root.sigma);
        }
        let peak = implied.peak();
        assert_eq!(peak.is_some(), !row[9].is_empty(), "{case}");
        if let Some(peak) = peak {
            assert!((peak.sigma / number(row[9]) - 1.0).abs() <= 1e-10, "{case}");
            assert!((peak.prob / number(row[10]) - 1.0).abs() <= 1e-10, "{case}");
        }
        rows += 1;
    }
    assert_eq!(rows, 240);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn with_jumps() {
    let Some(text) = corpus::golden!("implied_vol_merton.csv") else { return };
    let mut rows = 0;
    for row in corpus::rows(&text) {
        let case = row[0];
        let b = number(row[4]);
        let quote = Quote {
            prob: number(row[10]),
            spot: number(row[1]),
            strike: number(row[2]),
            days: number(row[3]),
            drift: if row[8] == "1" { Drift::Compensated { b } } else { Drift::Raw { b } },
            jumps: Jumps::new(number(row[5]), number(row[6]), number(row[7])).unwrap(),
        };
        let implied = implied_volatility(&quote).unwrap();
        assert_eq!(count(&implied), number(row[11]) as usize, "{case}: {:?}", implied.roots);
        for (k, root) in implied.roots.as_slice().iter().enumerate() {
            let (sigma, vega) = (number(row[12 + k]), number(row[16 + k]));
            let error = (root.sigma - sigma) * vega;
            assert!(error.abs() <= 1e-10, "{case}: {} not {sigma}", root.sigma);
            assert!((probability(&quote, root.sigma) - quote.prob).abs() <= 1e-10, "{case}");
            assert_eq!(root.vega, if vega > 0.0 { Vega::Positive } else { Vega::Negative }, "{case}");
        }
        let peak = implied.peak().unwrap();
        assert!(peak.prob >= quote.prob * (1.0 - 1e-12), "{case}: peak {peak:?}");

        // The forward the quote implies at its own volatility is the one it was made with.
        let sigma = number(row[9]);
        let forward = implied_forward(&quote, sigma).unwrap();
        let at_forward = Quote { spot: forward, drift: Drift::Median, ..quote };
        assert!((probability(&at_forward, sigma) - quote.prob).abs() <= 1e-10, "{case}: forward {forward}");
        rows += 1;
    }
    assert_eq!(rows, 120);
}
