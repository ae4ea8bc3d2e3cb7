//! Winner-take-all probabilities and sensitivities against 32-digit quadrature.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod corpus;
mod trivariate;

use corpus::{cases, golden, number, rows};
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
use trivariate::levels;

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn probabilities_of_independent_factor_and_jump_cases() {
    let Some(table) = golden!("wta.csv") else { return };
    let mut workspace = Workspace::new();
    let cases = cases(&table);
    assert_eq!(cases.len(), 14);
    for (case, rows) in cases {
        let outcomes: Vec<_> = rows
            .iter()
            .map(|row| match row[1] {
                "jump" => Outcome::Merton {
                    a: number(row[4]),
                    years: number(row[7]),
                    sigma: number(row[8]),
                    lambda: number(row[9]),
                    mu_j: number(row[10]),
                    sig_j: number(row[11]),
                    beta: 0.0,
                },
                _ => Outcome::Normal { a: number(row[4]), s: number(row[5]), beta: number(row[6]) },
            })
            .collect();
        let tolerance = if rows[0][1] == "indep" { 1e-11 } else { 1e-9 };
        let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
        let won = contract.probabilities(&mut workspace).unwrap();
        assert!((won.listed().iter().sum::<f64>() - 1.0).abs() <= 1e-12, "{case}");
        for (p, row) in won.listed().iter().zip(&rows) {
            assert!((p - number(row[12])).abs() <= tolerance, "{case} {}: {p} not {}", row[3], row[12]);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn sensitivities_to_levels() {
    let Some(table) = golden!("wta_delta.csv") else { return };
    let mut workspace = Workspace::new();
    let cases = cases(&table);
    assert_eq!(cases.len(), 2);
    for (case, rows) in cases {
        let count: usize = rows[0][1].parse().unwrap();
        let outcomes: Vec<_> = rows
            .iter()
            .step_by(count)
            .map(|row| Outcome::Normal { a: number(row[4]), s: number(row[5]), beta: 0.0 })
            .collect();
        let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
        let found = contract.sensitivities(&mut workspace).unwrap();
        for row in rows {
            let (i, j): (usize, usize) = (row[2].parse().unwrap(), row[3].parse().unwrap());
            let value = found.level(i).unwrap()[j];
            assert!((value - number(row[6])).abs() <= 1e-10, "{case} {i} {j}: {value} not {}", row[6]);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn listeners_that_diffuse_from_a_count_among_all_and_against_the_leader() {
    let Some(table) = golden!("wta_vs_leader_strike.csv") else { return };
    let mut workspace = Workspace::new();
    let cases = cases(&table);
    assert_eq!(cases.len(), 4);
    for (case, rows) in cases {
        let outcomes: Vec<_> = rows
            .iter()
            .map(|row| {
                let (count, sigma, years) = (number(row[3]), number(row[4]), number(row[5]));
                let a = shared::math::ln(count) - 0.5 * sigma * sigma * years;
                Outcome::Normal { a, s: sigma * years.sqrt(), beta: 0.0 }
            })
            .collect();
        let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
        let won = contract.probabilities(&mut workspace).unwrap();
        for (p, row) in won.listed().iter().zip(&rows) {
            assert!((p - number(row[6])).abs() <= 1e-11, "{case} {}: {p} not {}", row[2], row[6]);
        }
        for (i, row) in rows.iter().enumerate() {
            // The leader's rival is the runner-up.
            let others = (0..rows.len()).filter(|other| *other != i);
            let rival = others.max_by(|a, b| number(rows[*a][3]).total_cmp(&number(rows[*b][3]))).unwrap();
            let digital = MertonDigital::new(&Parameters {
                spot: number(row[3]),
                strike: number(rows[rival][3]),
                days: 365.0 * number(row[5]),
                drift: Drift::Raw { b: 0.0 },
                sigma: number(row[4]),
                jumps: Jumps::NONE,
                rate: 0.0,
            });
            let as_it_stands = digital.unwrap().value().prob_yes;
            let pair = WinnerTakeAll::new(&[outcomes[i], outcomes[rival]], Unlisted::Excluded).unwrap();
            let as_it_moves = pair.probabilities(&mut workspace).unwrap().listed()[0];
            for (p, expected) in [(as_it_stands, row[7]), (as_it_moves, row[8])] {
                assert!((p - number(expected)).abs() <= 1e-11, "{case} {}: {p} not {expected}", row[2]);
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn three_levels_with_any_covariance() {
    let Some(table) = golden!("wta_general3.csv") else { return };
    let mut workspace = Workspace::new();
    let mut count = 0;
    for row in rows(&table) {
        let n: Vec<f64> = row[1..].iter().map(|text| number(text)).collect();
        let covariance = [[n[3], n[4], n[5]], [n[4], n[6], n[7]], [n[5], n[7], n[8]]];
        let contract =
            WinnerTakeAll::new(&levels([n[0], n[1], n[2]], covariance), Unlisted::Excluded).unwrap();
        let won = contract.probabilities(&mut workspace).unwrap();
        for (p, expected) in won.listed().iter().zip(&n[9..]) {
            assert!((p - expected).abs() <= 1e-10, "{}: {p} not {expected}", row[0]);
        }
        count += 1;
    }
    assert_eq!(count, 4);
}
