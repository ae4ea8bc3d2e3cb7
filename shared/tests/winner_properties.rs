//! What must hold for any winner-take-all contract, and how it compares with closed forms and brute force.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::disallowed_methods, reason = "the references run natively only and need no equal bits")]

mod trivariate;

use proptest::prelude::*;
use shared::Invalid;
use shared::math::normal;
use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
use trivariate::levels;

fn normal(a: f64, s: f64, beta: f64) -> Outcome {
    Outcome::Normal { a, s, beta }
}

fn win(outcomes: &[Outcome]) -> Result<Vec<f64>, Invalid> {
    let contract = WinnerTakeAll::new(outcomes, Unlisted::Excluded)?;
    Ok(contract.probabilities(&mut Workspace::new())?.listed().to_vec())
}

/// The greatest difference between two lists.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The law's normal components at one value of the factor: weight, mean and standard deviation.
fn components(outcome: &Outcome, z: f64) -> Vec<(f64, f64, f64)> {
    match *outcome {
        Outcome::Normal { a, s, beta } => vec![(1.0, a + beta * z, s)],
        Outcome::Merton { a, years, sigma, lambda, mu_j, sig_j, beta } => {
            let mut weight = (-lambda * years).exp();
            (0..40)
                .map(|n| {
                    let n = f64::from(n);
                    let part =
                        (weight, a + beta * z + n * mu_j, (sigma * sigma * years + n * sig_j * sig_j).sqrt());
                    weight *= lambda * years / (n + 1.0);
                    part
                })
                .collect()
        }
    }
}

/// Integrates the races by the plain trapezoid rule, in the levels with step `h` between `lo` and `hi` and in the
/// factor with step `hz` (0 for no factor).
fn brute_force(outcomes: &[Outcome], (lo, hi, h): (f64, f64, f64), hz: f64) -> Vec<f64> {
    let mut p = vec![0.0; outcomes.len()];
    let grid: Vec<f64> = if hz > 0.0 {
        let count = (8.6 / hz) as i32;
        (-count..=count).map(|k| f64::from(k) * hz).collect()
    } else {
        vec![0.0]
    };
    for z in grid {
        let weight = if hz > 0.0 { hz * normal::pdf(z) } else { 1.0 };
        let laws: Vec<_> = outcomes.iter().map(|outcome| components(outcome, z)).collect();
        for k in 0..=((hi - lo) / h) as u32 {
            let x = lo + h * f64::from(k);
            let at = |law: &Vec<(f64, f64, f64)>| {
                law.iter().fold((0.0, 0.0), |(cdf, density), &(weight, mean, sd)| {
                    let u = (x - mean) / sd;
                    (cdf + weight * normal::cdf(u), density + weight * normal::pdf(u) / sd)
                })
            };
            let values: Vec<_> = laws.iter().map(at).collect();
            for (i, p) in p.iter_mut().enumerate() {
                let others: f64 =
                    values.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v.0).product();
                *p += weight * h * values[i].1 * others;
            }
        }
    }
    p
}

/// Levels on a dyadic grid, so that shifting them by another dyadic number is exact.
fn level() -> impl Strategy<Value = f64> {
    (-512_i32..512).prop_map(|n| f64::from(n) / 1024.0)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        3 => (level(), 0.02..0.3_f64, -0.1..0.1_f64).prop_map(|(a, s, beta)| normal(a, s, beta)),
        1 => (level(), 0.1..1.0_f64, 0.0..30.0_f64, -0.05..0.05_f64, 0.0..0.1_f64, -0.1..0.1_f64).prop_map(
            |(a, sigma, lambda, mu_j, sig_j, beta)| Outcome::Merton {
                a, years: 16.0 / 365.0, sigma, lambda, mu_j, sig_j, beta
            }
        ),
    ]
}

/// Lists with and without a factor.
fn list() -> impl Strategy<Value = Vec<Outcome>> {
    (prop::collection::vec(outcome(), 2..8), any::<bool>()).prop_map(|(mut outcomes, factor)| {
        if !factor {
            for outcome in &mut outcomes {
                *loading(outcome) = 0.25;
            }
        }
        outcomes
    })
}

fn loading(outcome: &mut Outcome) -> &mut f64 {
    match outcome {
        Outcome::Normal { beta, .. } | Outcome::Merton { beta, .. } => beta,
    }
}

fn mean(outcome: &mut Outcome) -> &mut f64 {
    match outcome {
        Outcome::Normal { a, .. } | Outcome::Merton { a, .. } => a,
    }
}

/// The outcome with everything of its own stretched about its level by `factor`.
fn stretched(outcome: Outcome, factor: f64) -> Outcome {
    match outcome {
        Outcome::Normal { a, s, beta } => normal(a, factor * s, beta),
        Outcome::Merton { a, years, sigma, lambda, mu_j, sig_j, beta } => {
            let (sigma, mu_j, sig_j) = (factor * sigma, factor * mu_j, factor * sig_j);
            Outcome::Merton { a, years, sigma, lambda, mu_j, sig_j, beta }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_are_in_range_and_add_up(outcomes in list()) {
        let p = win(&outcomes).unwrap();
        prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)), "{p:?}");
        prop_assert!((p.iter().sum::<f64>() - 1.0).abs() <= 1e-12);
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(outcomes in list()) {
        let p = win(&outcomes).unwrap();
        let mut backwards = outcomes;
        backwards.reverse();
        let mut q = win(&backwards).unwrap();
        q.reverse();
        prop_assert!(distance(&p, &q) <= 1e-13);
    }

    #[test]
    fn only_differences_of_levels_and_of_loadings_matter(outcomes in list(), shift in level(), common in level()) {
        let p = win(&outcomes).unwrap();
        let mut moved = outcomes;
        for outcome in &mut moved {
            *mean(outcome) += 64.0 * shift;
            *loading(outcome) += common;
        }
        prop_assert!(distance(&p, &win(&moved).unwrap()) <= 1e-13);
    }

    #[test]
    fn the_unit_of_the_levels_does_not_matter(outcomes in list(), unit in 0.1..10.0_f64) {
        let p = win(&outcomes).unwrap();
        let mut rescaled: Vec<_> = outcomes.into_iter().map(|outcome| stretched(outcome, unit)).collect();
        for outcome in &mut rescaled {
            *mean(outcome) *= unit;
            *loading(outcome) *= unit;
        }
        prop_assert!(distance(&p, &win(&rescaled).unwrap()) <= 1e-13);
    }

    #[test]
    fn a_higher_level_wins_more_often(outcomes in list(), rise in 0.001..0.5_f64) {
        let p = win(&outcomes).unwrap();
        let mut raised = outcomes;
        *mean(&mut raised[0]) += rise;
        let q = win(&raised).unwrap();
        prop_assert!(q[0] >= p[0] - 1e-13);
        prop_assert!(q[1..].iter().zip(&p[1..]).all(|(q, p)| *q <= p + 1e-13));
    }

    #[test]
    fn two_levels_agree_with_the_normal_distribution_of_their_difference(
        a in level(), ln_s in -6.0..0.0_f64, ratio in -6.0..0.0_f64, beta in -1.0..1.0_f64
    ) {
        let s = [ln_s.exp(), (ln_s + ratio).exp()];
        let sd = (s[0] * s[0] + s[1] * s[1]).sqrt();
        let exact = normal::cdf(a / (sd * sd + beta * beta).sqrt());
        match win(&[normal(a, s[0], beta), normal(0.0, s[1], 0.0)]) {
            Ok(p) => prop_assert!((p[0] - exact).abs() <= 1e-11, "{} not {exact}", p[0]),
            // Only levels that the factor moves by many times their own spread may fail to converge.
            Err(_) => prop_assert!(beta.abs() > 50.0 * sd),
        }
    }

    #[test]
    fn sensitivities_agree_with_differences(outcomes in list(), j in 0..8_usize) {
        let j = j % outcomes.len();
        let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
        let mut workspace = Workspace::new();
        let found = contract.sensitivities(&mut workspace).unwrap();
        let step = 1e-4;
        let changed = |change: &dyn Fn(&mut Outcome, f64)| {
            let at = |h: f64| {
                let mut outcomes = outcomes.clone();
                change(&mut outcomes[j], h);
                win(&outcomes).unwrap()
            };
            // Richardson's extrapolation of the central difference: an error of order step^4.
            let slope = |h: f64| -> Vec<f64> {
                at(h).iter().zip(at(-h)).map(|(up, down)| (up - down) / (2.0 * h)).collect()
            };
            let (near, far) = (slope(step), slope(2.0 * step));
            near.iter().zip(far).map(|(near, far)| (4.0 * near - far) / 3.0).collect::<Vec<_>>()
        };
        let levels = changed(&|outcome, h| *mean(outcome) += h);
        let scales = changed(&|outcome, h| *outcome = stretched(*outcome, h.exp()));
        for i in 0..outcomes.len() {
            let (level, scale) = (found.level(i).unwrap(), found.scale(i).unwrap());
            prop_assert!((level[j] - levels[i]).abs() <= 1e-6, "level {i}: {} not {}", level[j], levels[i]);
            prop_assert!((scale[j] - scales[i]).abs() <= 1e-7, "scale {i}: {} not {}", scale[j], scales[i]);
            prop_assert_eq!(level[j].to_bits(), found.level(j).unwrap()[i].to_bits());
            prop_assert!(level.iter().sum::<f64>().abs() <= 1e-13 * level[i].abs() + 1e-13);
        }
    }

    #[test]
    fn three_levels_agree_with_the_bivariate_normal_distribution(
        a in [level(), level(), level()],
        root in [[-0.5..0.5_f64, -0.5..0.5, -0.5..0.5], [-0.5..0.5, -0.5..0.5, -0.5..0.5], [-0.5..0.5, -0.5..0.5, -0.5..0.5]],
    ) {
        let covariance: [[f64; 3]; 3] = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|k| root[i][k] * root[j][k]).sum::<f64>())
        });
        let mut least = 1.0_f64;
        let exact: Vec<f64> = (0..3).map(|i| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            let c = |p: usize, q: usize| covariance[i][i] - covariance[i][p] - covariance[i][q] + covariance[p][q];
            let (sd_j, sd_k) = (c(j, j).sqrt(), c(k, k).sqrt());
            let correlation = c(j, k) / (sd_j * sd_k);
            least = least.min(correlation);
            bivariate((a[i] - a[j]) / sd_j, (a[i] - a[k]) / sd_k, correlation)
        }).collect();
        let won = WinnerTakeAll::new(&levels(a, covariance), Unlisted::Excluded)
            .unwrap()
            .probabilities(&mut Workspace::new());
        match won {
            Ok(won) => prop_assert!(distance(won.listed(), &exact) <= 1e-10, "{:?} not {exact:?}", won.listed()),
            // Only differences that are all but collinear may fail to converge.
            Err(_) => prop_assert!(least < -0.9999, "{least}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn levels_of_any_spread_agree_with_brute_force(
        laws in prop::collection::vec((level(), -7.0..0.0_f64), 2..6)
    ) {
        let outcomes: Vec<_> = laws.iter().map(|&(a, ln_s)| normal(a, ln_s.exp(), 0.0)).collect();
        let narrowest = laws.iter().map(|&(_, ln_s)| ln_s.exp()).fold(f64::INFINITY, f64::min);
        let top = laws.iter().map(|&(a, ln_s)| a + 9.0 * ln_s.exp()).fold(f64::NEG_INFINITY, f64::max);
        let bottom = laws.iter().map(|&(a, ln_s)| a - 9.0 * ln_s.exp()).fold(f64::NEG_INFINITY, f64::max);
        let exact = brute_force(&outcomes, (bottom, top, narrowest / 5.0), 0.0);
        let p = win(&outcomes).unwrap();
        prop_assert!(distance(&p, &exact) <= 1e-12, "{p:?} not {exact:?}");
    }
}

/// `P(X <= h, Y <= k)` for standard normals of correlation `rho`, by Plackett's integral over the angle, in 20,000
/// midpoint steps after a substitution that makes both ends flat.
fn bivariate(h: f64, k: f64, rho: f64) -> f64 {
    let angle = rho.clamp(-1.0, 1.0).asin();
    let steps = 20_000;
    let integral: f64 = (0..steps)
        .map(|n| {
            let t = (f64::from(n) + 0.5) / f64::from(steps);
            // The smooth step t^4 (35 - 84 t + 70 t^2 - 20 t^3) and its derivative 140 t^3 (1 - t)^3.
            let theta = angle * t.powi(4) * (35.0 - 84.0 * t + 70.0 * t * t - 20.0 * t.powi(3));
            let flat = 140.0 * (t * (1.0 - t)).powi(3);
            let cos = theta.cos();
            flat * (-(h * h + k * k - 2.0 * h * k * theta.sin()) / (2.0 * cos * cos)).exp()
        })
        .sum();
    normal::cdf(h) * normal::cdf(k) + angle * integral / f64::from(steps) / std::f64::consts::TAU
}

#[test]
fn spreads_from_a_thousandth_to_one_agree_with_brute_force() {
    let outcomes: Vec<_> = (0..30)
        .map(|i| {
            let t = f64::from(i) / 29.0;
            normal(0.3 * (5.0 * t).sin() - 1.5 * t, 0.001_f64.powf(1.0 - t), 0.0)
        })
        .collect();
    let exact = brute_force(&outcomes, (-4.0, 8.0, 2e-4), 0.0);
    assert!(distance(&win(&outcomes).unwrap(), &exact) <= 1e-12);
}

#[test]
fn jumps_with_a_common_factor_agree_with_brute_force() {
    let merton = |a, sigma, mu_j, beta| Outcome::Merton {
        a,
        years: 16.0 / 365.0,
        sigma,
        lambda: 12.0,
        mu_j,
        sig_j: 0.05,
        beta,
    };
    let outcomes = [merton(0.05, 0.3, 0.02, 0.05), merton(0.0, 0.5, -0.02, -0.06), normal(0.02, 0.08, 0.02)];
    let exact = brute_force(&outcomes, (-0.9, 1.3, 0.01), 0.125);
    let p = win(&outcomes).unwrap();
    assert!(distance(&p, &exact) <= 1e-10, "{p:?} not {exact:?}");
}

/// What wins of two normals whose loadings differ, by the integration and in closed form, and the error that it claims.
fn of_two(a: f64, s: f64, beta: f64) -> Result<(f64, f64, f64), Invalid> {
    let contract = WinnerTakeAll::new(&[normal(a, s, beta), normal(0.0, s, 0.0)], Unlisted::Excluded)?;
    let won = contract.probabilities(&mut Workspace::new())?;
    let exact = normal::cdf(a / (2.0 * s * s + beta * beta).sqrt());
    Ok((won.listed()[0], exact, won.error_estimate()))
}

#[test]
fn two_steps_that_agree_by_accident_are_not_believed() {
    let (got, exact, claimed) = of_two(0.3006359791300094, 0.00282842712474619, 0.3).unwrap();
    assert!((exact - 0.8418356569462944).abs() < 1e-15);
    assert!((got - exact).abs() <= claimed + 1e-14, "{got}, not {exact}: {claimed:e}");
    assert!(claimed < 1e-10);
}

proptest! {
    #[test]
    fn the_error_estimate_bounds_the_error(
        far in -2.5..2.5_f64, s in 0.003..0.5_f64, ratio in 0.0..100.0_f64,
    ) {
        let beta = s * ratio;
        let (got, exact, claimed) = of_two(far * (2.0 * s * s + beta * beta).sqrt(), s, beta).unwrap();
        prop_assert!((got - exact).abs() <= claimed + 1e-13, "{}, not {}: {:e}", got, exact, claimed);
    }
}
