//! The filters of belief against 50-digit values.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod corpus;

use corpus::{cases, golden, number, rows};
use shared::belief::kalman::{Gaussian, Observation, filter, smooth};
use shared::belief::legacy::IncrementMixture;
use shared::belief::surface::{belief_volatility, horizon_fraction};
use shared::belief::switching::{Prediction, jump_probability};
use shared::belief::{logit, price_logit, sigmoid};
use shared::coherence::project;
use shared::units::Price;

/// The tolerance of every filter.
const TOLERANCE: f64 = 1e-11;

#[track_caller]
fn close(computed: f64, expected: &str, place: &str) {
    let expected = number(expected);
    let allowed = TOLERANCE * shared::math::max(1.0, expected.abs());
    assert!((computed - expected).abs() <= allowed, "{place}: {computed} is not {expected}");
}

/// The Ornstein-Uhlenbeck process that the tables are of: `dx = theta (level - x) dt + sigma dW`.
struct OrnsteinUhlenbeck {
    theta: f64,
    level: f64,
    sigma: f64,
}

impl OrnsteinUhlenbeck {
    fn of([theta, level, sigma]: [&str; 3]) -> Self {
        Self { theta: number(theta), level: number(level), sigma: number(sigma) }
    }

    /// Returns `e^(theta t)`, by which a state at `t`, less the level, becomes that of a random walk.
    fn growth(&self, t: f64) -> f64 {
        shared::math::exp(self.theta * t)
    }

    /// Returns the variance of that random walk from 0 to `t`.
    fn clock(&self, t: f64) -> f64 {
        let twice = 2.0 * self.theta;
        let seconds = if twice == 0.0 { t } else { shared::math::exp_m1(twice * t) / twice };
        self.sigma * self.sigma * seconds
    }

    /// Returns where a state is after `interval`.
    fn after(&self, state: Gaussian, interval: f64) -> Gaussian {
        let growth = self.growth(interval);
        Gaussian {
            mean: self.level + (state.mean - self.level) / growth,
            variance: (state.variance + self.clock(interval)) / (growth * growth),
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn kalman_filter_and_smoother() {
    let (Some(summary), Some(steps)) = (golden!("kalman_ou_summary.csv"), golden!("kalman_ou_steps.csv"))
    else {
        return;
    };
    let steps = cases(&steps);
    let mut checked = 0;
    for row in rows(&summary) {
        let [case, n, theta, mu, sigma, m0, variance, log_likelihood] = row[..] else { panic!("{row:?}") };
        let process = OrnsteinUhlenbeck::of([theta, mu, sigma]);
        let growth = |row: &[&str]| process.growth(number(row[2]));
        if !growth(steps[case].last().expect("a step")).is_finite() {
            continue;
        }
        let observations: Vec<Observation> = steps[case]
            .iter()
            .map(|row| Observation {
                at: process.clock(number(row[2])),
                value: growth(row) * (number(row[3]) - process.level),
                noise: growth(row) * growth(row) * number(row[4]),
            })
            .collect();
        assert_eq!(observations.len().to_string(), n);
        let prior = Gaussian { mean: number(m0) - process.level, variance: number(variance) };
        let filtered = filter(prior, &observations).expect("valid");
        let smoothed = smooth(&filtered);
        let (mut sum, mut before) = (0.0, 1.0);
        for ((row, at), given_all) in steps[case].iter().zip(&filtered).zip(&smoothed) {
            let place = format!("{case} {}", row[1]);
            let growth = growth(row);
            let state = |walk: Gaussian, mean: &str, variance: &str| {
                close(process.level + walk.mean / growth, mean, &place);
                close(walk.variance / (growth * growth), variance, &place);
            };
            state(at.predicted, row[5], row[6]);
            close(at.innovation / growth, row[7], &place);
            close(at.innovation_variance / (growth * growth), row[8], &place);
            state(at.updated, row[9], row[10]);
            let density = at.log_likelihood + process.theta * number(row[2]);
            close(density, row[11], &place);
            state(given_all.state, row[12], row[13]);
            if !row[14].is_empty() {
                close(given_all.covariance_with_last / (growth * before), row[14], &place);
            }
            (sum, before) = (sum + density, growth);
        }
        close(sum, log_likelihood, case);
        checked += 1;
    }
    // All but the one that forgets so fast that its random walk grows beyond all numbers.
    assert_eq!((checked, steps.len()), (6, 7));
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
        let [case, _, theta, mu, sigma, lambda, mu_j, sig_j, m0, variance, ..] = row[..] else {
            panic!("{row:?}")
        };
        let process = OrnsteinUhlenbeck::of([theta, mu, sigma]);
        let jump = Gaussian { mean: number(mu_j), variance: number(sig_j) * number(sig_j) };
        let mut state = Gaussian { mean: number(m0), variance: number(variance) };
        let mut last = None;
        assert_eq!(steps[case].len(), 11);
        for row in &steps[case] {
            let place = format!("{case} {}", row[1]);
            let (at, noise) = (number(row[2]), number(row[4]));
            let mut jumped = 0.0;
            if let Some(last) = last {
                state = process.after(state, at - last);
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
            close(prediction.observation().mean, row[9], &place);
            close(prediction.observation().variance, row[10], &place);
            close(prediction.cdf_of_two([number(row[3]), 0.0])[0], row[11], &place);
        }
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
        let process = OrnsteinUhlenbeck { theta, level: mu, sigma };
        let jump = Gaussian { mean: mu_j, variance: sig_j * sig_j };
        let mut state = Gaussian { mean: m0, variance: p0 };
        let mut last = None;
        assert_eq!(steps[row[0]].len(), 16);
        for step in &steps[row[0]] {
            let place = format!("{} {}", step[0], step[1]);
            let at = number(step[2]);
            let mut jumped = 0.0;
            if let Some(last) = last {
                state = process.after(state, at - last);
                jumped = jump_probability(lambda, at - last);
            }
            // Noise and offset are as wide as the tick is in log-odds.
            let p = sigmoid(state.mean);
            let pq = shared::math::max(p * (1.0 - p), least_pq);
            let prediction = Prediction {
                weights: [(1.0 - jumped) * (1.0 - stray), (1.0 - jumped) * stray, jumped, 0.0],
                state,
                jump,
                leap: jump,
                unseen: Gaussian { mean: 0.0, variance: 0.0 },
                offset: number(step[4]) * half_spread / pq,
                noise: noise / (pq * pq),
                stray_noise: (noise + stray_noise) / (pq * pq),
            };
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
            close(prediction.cdf_of_two([0.0, price_logit(price)])[1], step[13], &place);
        }
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
