//! The leader-strike approximation and the exact pair against 20-digit values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use shared::pricing::leader_strike::{Contender, against_leader};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn fixed_strike_and_pairwise() {
    let Some(text) = corpus::golden!("wta_vs_leader_strike.csv") else { return };
    let rows: Vec<Vec<&str>> = corpus::rows(&text).collect();
    let number = |text: &str| -> f64 { text.parse().unwrap() };
    let mut checked = 0;
    for event in rows.chunk_by(|a, b| a[0] == b[0]) {
        let contenders: Vec<Contender> = event
            .iter()
            .map(|row| Contender { spot: number(row[3]), b: 0.0, sigma: number(row[4]) })
            .collect();
        for (i, row) in event.iter().enumerate() {
            let against = against_leader(&contenders, i, 365.0 * number(row[5])).unwrap();
            for (got, want) in
                [(against.fixed_strike.prob_yes, number(row[7])), (against.pairwise.cdf, number(row[8]))]
            {
                assert!((got - want).abs() <= 1e-11, "{row:?}: {got} instead of {want}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 21);
}
