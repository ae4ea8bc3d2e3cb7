//! The forecast's variance against 20-digit values.

mod corpus;

use shared::nowcast::model::{Dynamics, level_variance};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn growth_that_is_an_ar1_has_the_variance_of_its_sum() {
    let Some(text) = corpus::golden!("ar1_cumulative_variance.csv") else { return };
    let mut rows = 0;
    for row in corpus::rows(&text) {
        let [phi, h, multiple, ratio] = row[..] else { panic!("four columns: {row:?}") };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let (phi, h) = (number(phi), h.parse().expect("a horizon"));
        // With a gain of one the growth is the change in level itself, so its stationary variance is that of a day.
        let dynamics = Dynamics::new(phi, 1.0, 0.0, [0.0; 3]).expect("in range");
        let day = dynamics.stationary_growth();
        let variance = level_variance(&dynamics, day, h) / day;
        assert!((variance / number(multiple) - 1.0).abs() < 1e-12, "phi {phi}, h {h}: {variance}");
        let against_root = (variance / h as f64).sqrt();
        assert!((against_root / number(ratio) - 1.0).abs() < 1e-12, "phi {phi}, h {h}: {against_root}");
        rows += 1;
    }
    assert_eq!(rows, 24);
}
