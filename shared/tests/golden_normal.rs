//! The normal distribution against 20-digit values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use shared::math::normal::{cdf, pdf, quantile, tails};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Asserts that `value` is within 1e-13 of `expected`, relative to it, or next to it where numbers are
/// too coarse for that (below 1e-308).
fn assert_close(what: &str, at: &str, value: f64, expected: &str) {
    let expected: f64 = expected.parse().unwrap();
    let spacing = f64::from_bits(1);
    assert!(
        (value - expected).abs() <= 1e-13 * expected.abs() + spacing,
        "{what} at {at}: {value:e} instead of {expected:e}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn functions() {
    let Some(text) = corpus::golden!("normal_functions.csv") else { return };
    let mut count = 0;
    for row in corpus::rows(&text) {
        let &[at, below, above, _, density] = row.as_slice() else { panic!("{row:?}") };
        let x: f64 = at.parse().unwrap();
        assert_close("cdf", at, cdf(x), below);
        assert_close("sf", at, tails(x).sf, above);
        assert_close("pdf", at, pdf(x), density);
        count += 1;
    }
    assert_eq!(count, 35);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn inverse() {
    let Some(text) = corpus::golden!("normal_inverse.csv") else { return };
    let mut count = 0;
    for row in corpus::rows(&text) {
        let &[at, expected] = row.as_slice() else { panic!("{row:?}") };
        assert_close("quantile", at, quantile(at.parse().unwrap()).unwrap(), expected);
        count += 1;
    }
    assert_eq!(count, 31);
}
