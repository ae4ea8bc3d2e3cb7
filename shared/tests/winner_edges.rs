//! Winner-take-all contracts at the edges: known levels, OTHER, long shots, and inputs to refuse.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use shared::Invalid;
use shared::math::normal;
use shared::pricing::winner::{MOST_OUTCOMES, Outcome, Unlisted, WinnerTakeAll, Workspace};

fn normal(a: f64, s: f64) -> Outcome {
    Outcome::Normal { a, s, beta: 0.0 }
}

const JUMPS: Outcome =
    Outcome::Merton { a: 0.1, years: 0.04, sigma: 0.3, lambda: 12.0, mu_j: 0.01, sig_j: 0.04, beta: 0.0 };

fn win(outcomes: &[Outcome], unlisted: Unlisted) -> Result<(Vec<f64>, Option<f64>), Invalid> {
    let won = WinnerTakeAll::new(outcomes, unlisted)?.probabilities(&mut Workspace::new())?;
    Ok((won.listed().to_vec(), won.other()))
}

fn refused(outcomes: &[Outcome], unlisted: Unlisted) -> String {
    WinnerTakeAll::new(outcomes, unlisted).expect_err("an unacceptable list").field.into_owned()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn one_outcome_is_certain() {
    for outcome in [normal(3.0, 0.1), normal(3.0, 0.0), JUMPS] {
        assert_eq!(win(&[outcome], Unlisted::Excluded).unwrap(), (vec![1.0], None));
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_known_level_wins_when_all_others_stay_below() {
    let outcomes = [normal(0.1, 0.2), normal(0.05, 0.0), normal(0.0, 0.1), normal(-0.3, 0.0)];
    let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
    let mut workspace = Workspace::new();
    let found = contract.sensitivities(&mut workspace).unwrap();
    let p = found.probabilities().listed();
    let stays = (normal::cdf(-0.25), normal::cdf(0.5));
    assert!((p[1] - stays.0 * stays.1).abs() <= 1e-14);
    assert_eq!(p[3], 0.0);
    assert!((p.iter().sum::<f64>() - 1.0).abs() <= 1e-14);
    let almost = [outcomes[0], normal(0.05, 1e-8), outcomes[2], outcomes[3]];
    let (almost, _) = win(&almost, Unlisted::Excluded).unwrap();
    assert!(p.iter().zip(&almost).all(|(p, almost)| (p - almost).abs() <= 1e-7));
    // d/da_0 of Phi((0.05 - a_0) / 0.2) Phi(0.5), and d/d ln s_0 of the same.
    let slope = -normal::pdf(-0.25) / 0.2 * stays.1;
    assert!((found.level(1).unwrap()[0] - slope).abs() <= 1e-13);
    assert!((found.level(0).unwrap()[1] - slope).abs() <= 1e-13);
    assert!((found.scale(1).unwrap()[0] - normal::pdf(-0.25) * 0.25 * stays.1).abs() <= 1e-13);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn known_levels_alone_have_a_certain_winner() {
    let (p, _) = win(&[normal(1.0, 0.0), normal(2.0, 0.0), normal(0.0, 0.0)], Unlisted::Excluded).unwrap();
    assert_eq!(p, [0.0, 1.0, 0.0]);
    let (p, _) = win(&[normal(1.0, 0.1), normal(2.0, 0.0)], Unlisted::Excluded).unwrap();
    assert_eq!(p[1], 1.0);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_tie_of_known_levels_is_refused_only_if_it_can_win() {
    let low = [normal(1.0, 0.0), normal(1.0, 0.0)];
    assert_eq!(refused(&low, Unlisted::Excluded), "outcomes");
    assert_eq!(refused(&low[..1], Unlisted::Competes(low[1])), "outcomes");
    let (p, _) = win(&[low[0], normal(2.0, 0.0), low[1]], Unlisted::Excluded).unwrap();
    assert_eq!(p, [0.0, 1.0, 0.0]);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn other_takes_its_mass_or_competes() {
    let outcomes = [normal(0.1, 0.3), normal(0.0, 0.4)];
    let (alone, none) = win(&outcomes, Unlisted::Excluded).unwrap();
    assert_eq!(none, None);

    let (p, other) = win(&outcomes, Unlisted::Mass(0.25)).unwrap();
    assert_eq!(other, Some(0.25));
    assert!((p[0] - 0.75 * alone[0]).abs() <= 1e-15 && (p[1] - 0.75 * alone[1]).abs() <= 1e-15);

    let third = normal(0.05, 0.2);
    let (all, _) = win(&[outcomes[0], outcomes[1], third], Unlisted::Excluded).unwrap();
    let (p, other) = win(&outcomes, Unlisted::Competes(third)).unwrap();
    assert_eq!((p.as_slice(), other), (&all[..2], Some(all[2])));

    let thirty = [normal(0.0, 0.1); MOST_OUTCOMES];
    let (p, other) = win(&thirty, Unlisted::Competes(normal(0.0, 0.1))).unwrap();
    assert!(p.iter().chain(&other).all(|p| (p - 1.0 / 31.0).abs() <= 1e-14));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn sensitivities_are_scaled_by_the_mass_that_is_left() {
    let outcomes = [normal(0.1, 0.3), normal(0.0, 0.4)];
    let (mut workspace, mut another) = (Workspace::new(), Workspace::new());
    let alone = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
    let alone = alone.sensitivities(&mut workspace).unwrap();
    let less = WinnerTakeAll::new(&outcomes, Unlisted::Mass(0.5)).unwrap();
    let less = less.sensitivities(&mut another).unwrap();
    // dp_0/da_0 = phi(0.1 / 0.5) / 0.5.
    assert!((alone.level(0).unwrap()[0] - normal::pdf(0.2) / 0.5).abs() <= 1e-13);
    assert!((less.level(0).unwrap()[0] - normal::pdf(0.2)).abs() <= 1e-13);
    assert_eq!((less.size(), less.level(2), less.scale(2)), (2, None, None));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn long_shots_have_tiny_probabilities_and_never_none() {
    // A gap of 37 joint spreads: Phi(-37) is 6e-300.
    for gap in [10.0, 37.0, 1e3, 1e6] {
        for third in [normal(0.0, 1e-9), normal(0.0, 1.0), JUMPS] {
            let (p, _) = win(&[normal(0.0, 1.0), normal(-gap, 1.0), third], Unlisted::Excluded).unwrap();
            assert!((0.0..1e-12).contains(&p[1]), "{gap}: {p:?}");
            assert!((p[0] + p[2] - 1.0).abs() <= 1e-12);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_loading_beyond_reach_is_an_error_and_not_a_wrong_number() {
    let outcomes =
        [Outcome::Normal { a: 0.0, s: 1e-4, beta: 1.0 }, Outcome::Normal { a: 0.3, s: 1e-4, beta: -1.0 }];
    let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded).unwrap();
    let error = contract.probabilities(&mut Workspace::new()).unwrap_err();
    assert_eq!(error.field, "outcomes");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_workspace_used_before_gives_the_same_bits() {
    let factor = [JUMPS, Outcome::Normal { a: 0.0, s: 0.1, beta: 0.1 }, normal(0.1, 0.1)];
    let wide = [normal(0.0, 0.001), normal(0.1, 0.5), JUMPS, normal(0.01, 0.2)];
    let mut used = Workspace::new();
    for list in [&factor[..], &wide, &factor] {
        let contract = WinnerTakeAll::new(list, Unlisted::Excluded).unwrap();
        let again = contract.probabilities(&mut used).unwrap();
        assert_eq!(again, contract.probabilities(&mut Workspace::new()).unwrap());
        assert_eq!(again, *contract.sensitivities(&mut used).unwrap().probabilities());
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn unacceptable_numbers_are_named_by_their_place() {
    let good = normal(0.0, 0.1);
    let merton = |years, sigma, lambda, mu_j, sig_j| Outcome::Merton {
        a: 0.0,
        years,
        sigma,
        lambda,
        mu_j,
        sig_j,
        beta: 0.0,
    };
    let cases = [
        (normal(f64::NAN, 0.1), "a"),
        (normal(f64::INFINITY, 0.1), "a"),
        (normal(1e7, 0.1), "a"),
        (normal(0.0, f64::NAN), "s"),
        (normal(0.0, -0.1), "s"),
        (normal(0.0, f64::INFINITY), "s"),
        (normal(0.0, 1e-12), "s"),
        (Outcome::Normal { a: 0.0, s: 0.1, beta: f64::NEG_INFINITY }, "beta"),
        (merton(-0.1, 0.3, 1.0, 0.0, 0.1), "T"),
        (merton(f64::NAN, 0.3, 1.0, 0.0, 0.1), "T"),
        (merton(0.1, -0.3, 1.0, 0.0, 0.1), "sigma"),
        (merton(0.1, 0.0, 1.0, 0.0, 0.1), "sigma"),
        (merton(0.1, 0.3, -1.0, 0.0, 0.1), "lambda"),
        (merton(0.1, 0.3, 1e4, 0.0, 0.1), "lambda"),
        (merton(0.1, 0.3, 1.0, f64::NAN, 0.1), "muJ"),
        (merton(0.1, 0.3, 1.0, 0.0, -0.1), "sigJ"),
        (merton(0.1, 0.3, 1.0, 1e6, 0.1), "muJ"),
    ];
    for (bad, field) in cases {
        assert_eq!(refused(&[good, good, good, bad], Unlisted::Excluded), format!("outcomes[3].{field}"));
        assert_eq!(refused(&[good], Unlisted::Competes(bad)), format!("other.{field}"));
    }
    for mass in [-0.1, 1.0, f64::NAN] {
        assert_eq!(refused(&[good], Unlisted::Mass(mass)), "other");
    }
    assert_eq!(refused(&[], Unlisted::Excluded), "outcomes");
    assert_eq!(refused(&[good; MOST_OUTCOMES + 1], Unlisted::Excluded), "outcomes");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_merton_level_without_time_is_known_and_without_jumps_is_normal() {
    let merton = |years, lambda| Outcome::Merton {
        a: 0.1,
        years,
        sigma: 0.3,
        lambda,
        mu_j: 0.1,
        sig_j: 0.2,
        beta: 0.0,
    };
    let rival = normal(0.0, 0.2);
    let known = win(&[normal(0.1, 0.0), rival], Unlisted::Excluded).unwrap();
    assert_eq!(win(&[merton(0.0, 12.0), rival], Unlisted::Excluded).unwrap(), known);
    let diffusing = win(&[normal(0.1, 0.3 * 0.25), rival], Unlisted::Excluded).unwrap();
    assert_eq!(win(&[merton(0.0625, 0.0), rival], Unlisted::Excluded).unwrap(), diffusing);
}
