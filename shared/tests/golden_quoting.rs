//! Reservation prices, offsets and fee-aware quotes against 20-digit values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use corpus::number;
use shared::market::Position;
use shared::quoting::offset::{Glft, avellaneda_stoikov};
use shared::quoting::reservation::LotValues;
use shared::quoting::{Coherent, FeeModel, Rules, Settings, Terms};
use shared::settings::{Fee, Fixed};
use shared::units::{Cash, Timestamp};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Checks a distance, which is left out of the table where there is none.
fn check(got: Option<f64>, want: &str, what: &[&str]) {
    match got {
        None => assert_eq!(want, "", "{what:?}"),
        Some(got) => {
            let want = number(want);
            assert!((got - want).abs() <= 1e-9 * want.abs(), "{what:?}: {got} instead of {want}");
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn inventory_of_all_outcomes() {
    let Some(text) = corpus::golden!("cara_reservation.csv") else { return };
    let rows: Vec<Vec<&str>> = corpus::rows(&text).collect();
    assert_eq!(rows.len(), 16);
    for event in rows.chunk_by(|a, b| a[0] == b[0]) {
        let column = |at: usize| event.iter().map(|row| number(row[at])).collect::<Vec<f64>>();
        let (p, q, gamma) = (column(3), column(4), number(event[0][5]));
        let close = |got: f64, want: &str| {
            assert!((got - number(want)).abs() <= 1e-12, "{}: {got} instead of {want}", event[0][0]);
        };
        let settings = Settings {
            rules: Rules::Coherent,
            risk_aversion: Fixed::of_units((1e4 * gamma).round() as i64),
            ..Settings::default()
        };
        let terms = vec![Terms::default(); p.len()];
        let mut outcomes = Coherent::asked(&settings, Fee::Exact, Cash::ZERO, &terms).unwrap();
        for (contract, q) in q.iter().enumerate() {
            outcomes.hold(contract, Position::from_hundredths((100.0 * q) as i64).unwrap(), &p);
        }
        for (contract, row) in event.iter().enumerate() {
            let price = outcomes.reservation(contract, Timestamp::MIN, &p).price;
            close(price, row[7]);
            let (bid, ask) = LotValues::new(1.0, gamma).of(price);
            close(bid, row[8]);
            close(ask, row[9]);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn offsets_far_from_the_end() {
    let Some(text) = corpus::golden!("glft_stationary.csv") else { return };
    let mut checked = 0;
    for row in corpus::rows(&text) {
        let [rate, decay, gamma, sigma] = [1, 2, 3, 4].map(|at| number(row[at]));
        let (limit, q): (usize, i64) = (row[5].parse().unwrap(), row[6].parse().unwrap());
        let (bid, ask) = Glft::new(rate, decay, gamma, sigma, limit).distances(q);
        check(bid, row[7], &row);
        check(ask, row[8], &row);
        checked += 1;
    }
    assert_eq!(checked, 51);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn quotes_that_pay_their_fee() {
    let Some(text) = corpus::golden!("fee_adjusted_quotes.csv") else { return };
    let mut checked = 0;
    for row in corpus::rows(&text) {
        let fee = FeeModel::Quadratic(number(row[2]));
        for (got, want) in [(fee.bid(number(row[0])), row[3]), (fee.ask(number(row[1])), row[4])] {
            assert!((got - number(want)).abs() <= 1e-12, "{row:?}: {got} instead of {want}");
        }
        checked += 1;
    }
    assert_eq!(checked, 10);
}

/// The two figures that tell Avellaneda and Stoikov's constant from a misprint of it that has `2 / k`.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_offset_without_inventory_risk() {
    assert!((2.0 * avellaneda_stoikov(0.1, 1.5) - 1.290_770_422_751_423).abs() <= 1e-12);
    assert!((avellaneda_stoikov(1e-12, 40.0) - 1.0 / 40.0).abs() <= 1e-12);
    assert_eq!(avellaneda_stoikov(0.0, 40.0).to_bits(), (1.0_f64 / 40.0).to_bits());
}
