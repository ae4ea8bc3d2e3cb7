//! Brier, logarithmic score and Murphy's decomposition against reference values.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use corpus::{golden, rows};
use shared::backtest::Scores;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn scores_have_their_reference_values() {
    let (Some(summary), Some(data)) = (golden!("scoring.csv"), golden!("scoring_data.csv")) else { return };
    let mut cases = 0;
    for expected in rows(&summary) {
        let mut scores = Scores::new();
        for row in rows(&data).filter(|row| row[0] == expected[0]) {
            scores.add(row[2].parse().unwrap(), row[3] == "1").unwrap();
        }
        let score = scores.score().unwrap();
        assert_eq!(score.n.to_string(), expected[1]);
        let ours = [
            score.brier,
            score.log_score,
            score.reliability,
            score.resolution,
            score.uncertainty,
            score.within_bin_variance,
            score.within_bin_covariance,
        ];
        for (ours, expected) in ours.iter().zip(&expected[2..]) {
            let expected: f64 = expected.parse().unwrap();
            assert!((ours - expected).abs() < 1e-13, "{ours} {expected}");
        }
        cases += 1;
    }
    assert_eq!(cases, 1);
}
