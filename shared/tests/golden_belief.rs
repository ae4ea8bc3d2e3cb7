//! The filters of belief against 50-digit values.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod corpus;

use corpus::{cases, golden, number, rows};
use shared::belief::drift::martingale_drift;
use shared::belief::em::LocalLevel;
use shared::belief::kalman::{Diffusion, Gaussian, Observation, filter, smooth};
use shared::belief::legacy::IncrementMixture;
use shared::belief::surface::{belief_volatility, horizon_fraction};
use shared::belief::switching::{Prediction, jump_probability};
use shared::belief::tick::Parameters;
use shared::belief::{logit, price_logit};
use shared::coherence::project;
use shared::market::Side;
use shared::units::Price;

/// The tolerance of every filter.
const TOLERANCE: f64 = 1e-11;

#[track_caller]
fn close(computed: f64, expected: &str, place: &str) {
    let expected = number(expected);
    let allowed = TOLERANCE * shared::math::max(1.0, expected.abs());
    assert!((computed - expected).abs() <= allowed, "{place}: {computed} is not {expected}");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn kalman_filter_and_smoother() {
    let (Some(summary), Some(steps)) = (golden!("kalman_ou_summary.csv"), golden!("kalman_ou_steps.csv"))
    else {
        return;
    };
    let steps = cases(&steps);
    assert_eq!(steps.len(), 7);
    for row in rows(&summary) {
        let [case, n, theta, mu, sigma, m0, variance, log_likelihood] = row[..] else { panic!("{row:?}") };
        let dynamics = Diffusion::new(number(theta), number(mu), number(sigma)).expect("valid");
        let observations: Vec<Observation> = steps[case]
            .iter()
            .map(|row| Observation { at: number(row[2]), value: number(row[3]), noise: number(row[4]) })
            .collect();
        assert_eq!(observations.len().to_string(), n);
        let prior = Gaussian { mean: number(m0), variance: number(variance) };
        let filtered = filter(&dynamics, prior, &observations).expect("valid");
        let smoothed = smooth(&filtered);
        for ((row, at), given_all) in steps[case].iter().zip(&filtered).zip(&smoothed) {
            let place = format!("{case} {}", row[1]);
            close(at.predicted.mean, row[5], &place);
            close(at.predicted.variance, row[6], &place);
            close(at.innovation, row[7], &place);
            close(at.innovation_variance, row[8], &place);
            close(at.updated.mean, row[9], &place);
            close(at.updated.variance, row[10], &place);
            close(at.log_likelihood, row[11], &place);
            close(given_all.state.mean, row[12], &place);
            close(given_all.state.variance, row[13], &place);
            if !row[14].is_empty() {
                close(given_all.covariance_with_last, row[14], &place);
            }
        }
        close(filtered.iter().map(|at| at.log_likelihood).sum(), log_likelihood, case);
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn jump_filter() {
    let (Some(summary), Some(steps)) = (golden!("jump_filter_summary.csv"), golden!("jump_filter_steps.csv"))
    else {
        return;
    };
    let steps = cases(&steps);
    for row in rows(&summary) {
        let [case, _, theta, mu, sigma, lambda, mu_j, sig_j, m0, variance, log_likelihood, _] = row[..]
        else {
            panic!("{row:?}")
        };
        let dynamics = Diffusion::new(number(theta), number(mu), number(sigma)).expect("valid");
        let jump = Gaussian { mean: number(mu_j), variance: number(sig_j) * number(sig_j) };
        let mut state = Gaussian { mean: number(m0), variance: number(variance) };
        let (mut last, mut sum) = (None, 0.0);
        assert_eq!(steps[case].len(), 11);
        for row in &steps[case] {
            let place = format!("{case} {}", row[1]);
            let (at, noise) = (number(row[2]), number(row[4]));
            let mut jumped = 0.0;
            if let Some(last) = last {
                state = state.after(dynamics.step(at - last));
                jumped = jump_probability(number(lambda), at - last);
            }
            last = Some(at);
            let prediction = Prediction {
                weights: [1.0 - jumped, 0.0, jumped, 0.0],
                state,
                jump,
                leap: jump,
                unseen: Gaussian { mean: 0.0, variance: 0.0 },
                offset: 0.0,
                noise,
                stray_noise: noise,
            };
            let update = prediction.update(number(row[3]));
            state = update.state;
            close(update.weights[2], row[5], &place);
            close(state.mean, row[6], &place);
            close(state.variance, row[7], &place);
            close(update.log_likelihood(), row[8], &place);
            close(prediction.observation().mean, row[9], &place);
            close(prediction.observation().variance, row[10], &place);
            close(prediction.cdf(number(row[3])), row[11], &place);
            sum += update.log_likelihood();
        }
        close(sum, log_likelihood, case);
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn tick_filter() {
    let (Some(summary), Some(steps)) = (golden!("tick_filter_summary.csv"), golden!("tick_filter_steps.csv"))
    else {
        return;
    };
    let steps = cases(&steps);
    for row in rows(&summary) {
        let of: Vec<f64> = row[2..].iter().map(|text| number(text)).collect();
        let [
            theta,
            mu,
            sigma,
            lambda,
            mu_j,
            sig_j,
            stray,
            noise,
            stray_noise,
            half_spread,
            least_pq,
            m0,
            p0,
            _,
        ] = of[..]
        else {
            panic!("{row:?}")
        };
        let parameters = Parameters {
            diffusion: Diffusion::new(theta, mu, sigma).expect("valid"),
            jump_intensity: lambda,
            jump: Gaussian { mean: mu_j, variance: sig_j * sig_j },
            stray_probability: stray,
            noise,
            stray_noise,
            half_spread,
            least_pq,
        };
        let parameters = parameters.checked().expect("valid");
        let mut state = Gaussian { mean: m0, variance: p0 };
        let (mut last, mut sum) = (None, 0.0);
        assert_eq!(steps[row[0]].len(), 16);
        for step in &steps[row[0]] {
            let place = format!("{} {}", step[0], step[1]);
            let at = number(step[2]);
            let side = match step[4] {
                "1" => Some(Side::Yes),
                "-1" => Some(Side::No),
                _ => None,
            };
            let prediction = parameters.predict(state, last.map(|last| at - last), side);
            last = Some(at);
            close(prediction.state.mean, step[5], &place);
            close(prediction.state.variance, step[6], &place);
            let price: Price = step[3].parse().expect("a price");
            assert!((price_logit(price) - logit(number(step[3]))).abs() < 1e-13);
            let update = prediction.update(price_logit(price));
            for (weight, expected) in update.weights.iter().zip(&step[7..10]) {
                close(*weight, expected, &place);
            }
            state = update.state;
            close(state.mean, step[10], &place);
            close(state.variance, step[11], &place);
            close(update.log_likelihood(), step[12], &place);
            close(prediction.cdf(price_logit(price)), step[13], &place);
            sum += update.log_likelihood();
        }
        close(sum, row[15], row[0]);
    }
}

#[track_caller]
fn relatively_close(computed: f64, expected: &str, tolerance: f64, place: &str) {
    let expected = number(expected);
    assert!(
        (computed - expected).abs() <= tolerance * expected.abs(),
        "{place}: {computed} is not {expected}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn expectation_maximisation_of_a_local_level() {
    let (Some(table), Some(data)) = (golden!("em_local_level.csv"), golden!("em_local_level_data.csv"))
    else {
        return;
    };
    let data: Vec<Vec<&str>> = rows(&data).collect();
    let prior = Gaussian { mean: number(data[0][5]), variance: number(data[0][6]) };
    let observations: Vec<Observation> = data
        .iter()
        .map(|row| Observation { at: number(row[2]), value: number(row[3]), noise: number(row[4]) })
        .collect();
    let mut model: Option<LocalLevel> = None;
    let mut last = f64::NEG_INFINITY;
    for row in rows(&table) {
        let place = format!("iteration {}", row[1]);
        let at = model.unwrap_or(LocalLevel { variance: number(row[3]), noise: number(row[4]) });
        relatively_close(at.variance, row[3], 1e-10, &place);
        relatively_close(at.noise, row[4], 1e-10, &place);
        let (log_likelihood, next) = at.step(prior, &observations).expect("valid");
        relatively_close(log_likelihood, row[2], 1e-10, &place);
        assert!(log_likelihood >= last, "{place}");
        (model, last) = (Some(next), log_likelihood);
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_papers_mixture_of_increments() {
    let (Some(table), Some(data)) = (golden!("em_paper_mixture.csv"), golden!("em_paper_mixture_data.csv"))
    else {
        return;
    };
    let increments: Vec<f64> = rows(&data).map(|row| number(row[2])).collect();
    assert_eq!(increments.len(), 40);
    let mut model: Option<IncrementMixture> = None;
    for row in rows(&table) {
        let place = format!("iteration {}", row[1]);
        let at = model.unwrap_or(IncrementMixture {
            variance: number(row[4]),
            intensity: number(row[5]),
            jump_variance: number(row[6]),
        });
        let step = at.step(&increments, number(row[2]));
        let computed = [
            step.log_likelihood,
            at.variance,
            at.intensity,
            at.jump_variance,
            step.most_jump,
            step.expected_jumps,
        ];
        for (computed, expected) in computed.iter().zip(&row[3..]) {
            relatively_close(*computed, expected, 1e-9, &place);
        }
        model = Some(step.next);
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_surface_and_its_horizon() {
    let (Some(surface), Some(horizon)) = (golden!("digital_belief_vol.csv"), golden!("horizon_fraction.csv"))
    else {
        return;
    };
    for row in rows(&surface) {
        let (p, years) = (number(row[0]), number(row[1]) / 365.0);
        relatively_close(belief_volatility(p, years), row[3], 1e-10, &row.join(","));
    }
    for row in rows(&horizon) {
        let fraction = horizon_fraction(number(row[0]), number(row[1]));
        assert!((fraction - number(row[2])).abs() <= 1e-12, "{row:?}: {fraction}");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_martingales_drift() {
    let Some(table) = golden!("rn_drift.csv") else { return };
    for row in rows(&table) {
        let of: Vec<f64> = row.iter().map(|text| number(text)).collect();
        let drift = martingale_drift(of[0], of[1], of[2], of[3], of[4]).expect("valid");
        let allowed = 1e-8 * shared::math::max(1.0, of[7].abs());
        assert!((drift - of[7]).abs() <= allowed, "{row:?}: {drift}");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_projection_onto_one_winner() {
    let Some(table) = golden!("coherence_projection.csv") else { return };
    for (case, rows) in cases(&table) {
        let column = |k: usize| rows.iter().map(|row| number(row[k])).collect::<Vec<f64>>();
        let coherent = project(&column(3), &column(4), 0.0).expect("valid");
        for (i, row) in rows.iter().enumerate() {
            assert!((coherent.log_odds[i] - number(row[5])).abs() <= 1e-12, "{case} {i}: {coherent:?}");
            assert!((coherent.probabilities[i] - number(row[6])).abs() <= 1e-12, "{case} {i}");
        }
        relatively_close(coherent.multiplier, rows[0][7], 1e-12, case);
        let with_other = project(&column(3), &column(4), 0.125).expect("valid");
        assert!((with_other.probabilities.iter().sum::<f64>() - 0.875).abs() < 1e-15, "{case}");
    }
}
