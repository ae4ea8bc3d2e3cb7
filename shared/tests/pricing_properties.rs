//! What holds for every digital, and what happens to inputs that aren't one.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use shared::Invalid;
use shared::pricing::digital::{Drift, Greeks, Jumps, MertonDigital, Parameters};
use shared::pricing::implied::{Quote, implied_forward, implied_volatility};

/// The names that an input may be refused under.
const FIELDS: [&str; 10] = ["S", "K", "T_days", "b", "sigma", "lambda", "muJ", "sigJ", "r", "prob"];

fn drift(kind: u8, b: f64) -> Drift {
    match kind % 3 {
        0 => Drift::Raw { b },
        1 => Drift::Compensated { b },
        _ => Drift::Median,
    }
}

prop_compose! {
    fn contract()(
        log_moneyness in -1.0..1.0_f64,
        days in 0.01..400.0_f64,
        kind in 0..3_u8,
        b in -1.0..1.0_f64,
        sigma in prop_oneof![Just(0.0), 0.01..3.0_f64],
        lambda in prop_oneof![Just(0.0), 0.01..400.0_f64],
        mean in -0.3..0.3_f64,
        sd in prop_oneof![Just(0.0), 0.001..0.5_f64],
        rate in -0.1..0.1_f64,
    ) -> Parameters {
        Parameters {
            spot: 1e8 * libm::exp(log_moneyness),
            strike: 1e8,
            days,
            drift: drift(kind, b),
            sigma,
            jumps: Jumps::new(lambda, mean, sd).unwrap(),
            rate,
        }
    }
}

/// Numbers of every size and kind, and numbers that make sense.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        prop::sample::select(vec![
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            1e-300,
            1e-50,
            1e50,
            1e-49,
            1e49,
            1e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            f64::MAX,
        ]),
        -3.0..3.0_f64,
        0.0..1e9_f64,
    ]
}

fn listed(greeks: &Greeks) -> [f64; 8] {
    let Greeks { dp_ds, d2p_ds2, dp_dsigma, dp_dlambda, dp_dmu_j, dp_dsig_j, dp_dt, dp_db } = *greeks;
    [dp_ds, d2p_ds2, dp_dsigma, dp_dlambda, dp_dmu_j, dp_dsig_j, dp_dt, dp_db]
}

fn assert_named(invalid: &Invalid) {
    let field = invalid.field.rsplit('.').next().unwrap();
    assert!(FIELDS.contains(&field) || field == "outcomes" || field == "correlation", "{invalid}");
}

/// The probability after a parameter is moved.
fn moved(parameters: &Parameters, change: impl Fn(&mut Parameters)) -> f64 {
    let mut parameters = *parameters;
    change(&mut parameters);
    MertonDigital::new(&parameters).unwrap().value().prob_yes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_two_probabilities_are_complements(contract in contract()) {
        let value = MertonDigital::new(&contract).unwrap().value();
        prop_assert!((value.prob_yes + value.prob_no - 1.0).abs() <= 8.0 * f64::EPSILON);
        prop_assert!((0.0..=1.0).contains(&value.prob_yes) && (0.0..=1.0).contains(&value.prob_no));
    }

    #[test]
    fn a_higher_strike_is_less_likely_exceeded(contract in contract(), higher in 1.0001..2.0_f64) {
        let lower = moved(&contract, |_| ());
        let raised = moved(&contract, |contract| contract.strike *= higher);
        prop_assert!(raised <= lower * (1.0 + 8.0 * f64::EPSILON));
    }

    #[test]
    fn greeks_come_with_the_same_value(contract in contract()) {
        let digital = MertonDigital::new(&contract).unwrap();
        let (value, greeks) = digital.value_and_greeks();
        // The Greeks may take one more pair of terms, which is below what either leaves out.
        prop_assert!((value.prob_yes - digital.value().prob_yes).abs() <= 4.0 * f64::EPSILON * value.prob_yes);
        // Without volatility there are none on an atom alone, as which the probability jumps.
        if greeks.is_none() {
            let beside = |part| moved(&contract, |contract| contract.strike *= 1.0 + part);
            prop_assert!(contract.sigma == 0.0 && beside(-1e-12) > beside(1e-12) + 1e-9);
        }
    }

    /// The median parameterisation is the raw one with the convexity given back as a trend.
    #[test]
    fn the_median_parameterisation(contract in contract()) {
        let contract = Parameters { sigma: contract.sigma + 0.05, ..contract };
        let (sigma, drift) = (contract.sigma, Drift::Raw { b: 0.5 * contract.sigma * contract.sigma });
        let median = MertonDigital::new(&Parameters { drift: Drift::Median, ..contract }).unwrap();
        let raw = MertonDigital::new(&Parameters { drift, ..contract }).unwrap();
        let ((median, by_median), (raw, by_raw)) = (median.value_and_greeks(), raw.value_and_greeks());
        let (by_median, by_raw) = (by_median.unwrap(), by_raw.unwrap());
        prop_assert!((median.prob_yes - raw.prob_yes).abs() <= 1e-12);
        let total = by_raw.dp_dsigma + sigma * by_raw.dp_db;
        prop_assert!((by_median.dp_dsigma - total).abs() <= 1e-9);
    }

    #[test]
    fn greeks_are_slopes(contract in contract()) {
        let contract = Parameters { sigma: contract.sigma + 0.1, days: contract.days + 2.0, ..contract };
        let (_, greeks) = MertonDigital::new(&contract).unwrap().value_and_greeks();
        let greeks = greeks.unwrap();
        let h = 1e-5;
        let spot = contract.spot;
        let slope = (moved(&contract, |c| c.spot *= 1.0 + h) - moved(&contract, |c| c.spot *= 1.0 - h)) / (2.0 * h);
        prop_assert!((greeks.dp_ds * spot - slope).abs() <= 1e-5 * (1.0 + slope.abs()));
        let slope = (moved(&contract, |c| c.sigma += h) - moved(&contract, |c| c.sigma -= h)) / (2.0 * h);
        prop_assert!((greeks.dp_dsigma - slope).abs() <= 1e-4 * (1.0 + slope.abs()));
        let step = 365.0 * h * 0.1;
        let slope = (moved(&contract, |c| c.days += step) - moved(&contract, |c| c.days -= step)) / (0.2 * h);
        prop_assert!((greeks.dp_dt - slope).abs() <= 1e-3 * (1.0 + slope.abs()));
    }

    #[test]
    fn implied_volatilities_give_the_quote_back(contract in contract(), prob in 0.001..0.999_f64) {
        let Parameters { spot, strike, days, drift, jumps, .. } = contract;
        let quote = Quote { prob, spot, strike, days, drift, jumps };
        for root in implied_volatility(&quote).unwrap().roots.as_slice() {
            let again = moved(&contract, |contract| contract.sigma = root.sigma);
            prop_assert!((again - prob).abs() <= 1e-10, "{} at {}", again, root.sigma);
        }
    }

    #[test]
    fn a_value_has_the_same_bits_with_greeks_and_without(contract in contract()) {
        let digital = MertonDigital::new(&contract).unwrap();
        let (alone, beside) = (digital.value(), digital.value_and_greeks().0);
        for (a, b) in [
            (alone.prob_yes, beside.prob_yes),
            (alone.prob_no, beside.prob_no),
            (alone.price, beside.price),
        ] {
            prop_assert_eq!(a.to_bits(), b.to_bits(), "{:?} and {:?}", alone, beside);
        }
    }

    #[test]
    fn the_implied_forward_gives_the_quote_back(contract in contract(), prob in 0.001..0.999_f64) {
        let Parameters { spot, strike, days, drift, sigma, jumps, .. } = contract;
        let quote = Quote { prob, spot, strike, days, drift, jumps };
        let forward = implied_forward(&quote, sigma).unwrap();
        let at = |spot| moved(&contract, |contract| (contract.spot, contract.drift) = (spot, Drift::Median));
        if !(1e-49..1e49).contains(&forward) {
            // Too far out to be a spot.
        } else if sigma > 0.0 {
            prop_assert!((at(forward) - prob).abs() <= 1e-10);
        } else {
            prop_assert!(at(forward * (1.0 - 1e-9)) <= prob && at(forward * (1.0 + 1e-9)) >= prob);
        }
    }

    #[test]
    fn any_input_is_priced_or_named(numbers in prop::array::uniform9(any_number()), kind in any::<u8>()) {
        let [spot, strike, days, b, sigma, lambda, mean, sd, rate] = numbers;
        let drift = drift(kind, b);
        let jumps = match Jumps::new(lambda, mean, sd) {
            Ok(jumps) => jumps,
            Err(invalid) => {
                assert_named(&invalid);
                Jumps::NONE
            }
        };
        match MertonDigital::new(&Parameters { spot, strike, days, drift, sigma, jumps, rate }) {
            Ok(digital) => {
                let (value, greeks) = digital.value_and_greeks();
                prop_assert!((value.prob_yes + value.prob_no - 1.0).abs() <= 1e-12, "{:?}", value);
                prop_assert!(value.price.is_finite());
                if let Some(greeks) = greeks {
                    prop_assert!(listed(&greeks).iter().all(|greek| greek.is_finite()), "{:?}", greeks);
                }
            }
            Err(invalid) => assert_named(&invalid),
        }
    }

    #[test]
    fn any_quote_is_inverted_or_named(
        numbers in prop::array::uniform8(any_number()),
        prob in prop_oneof![any_number(), 0.0..1.0_f64],
        kind in any::<u8>(),
    ) {
        let [spot, strike, days, b, sigma, lambda, mean, sd] = numbers;
        let jumps = Jumps::new(lambda, mean, sd).unwrap_or(Jumps::NONE);
        let quote = Quote { prob, spot, strike, days, drift: drift(kind, b), jumps };
        match implied_volatility(&quote) {
            Ok(implied) => {
                let roots = implied.roots.as_slice();
                prop_assert!(roots.iter().all(|root| root.sigma > 0.0 && root.sigma.is_finite()), "{:?}", roots);
                prop_assert!(roots.is_sorted_by(|a, b| a.sigma < b.sigma), "{:?}", roots);
            }
            Err(invalid) => assert_named(&invalid),
        }
        match implied_forward(&quote, sigma) {
            Ok(forward) => prop_assert!(forward > 0.0 && forward.is_finite()),
            Err(invalid) => assert_named(&invalid),
        }
    }
}

/// A digital without volatility between its jumps.
fn still(strike: f64, jumps: Jumps) -> Parameters {
    Parameters { spot: 1e8, strike, days: 14.0, drift: Drift::Raw { b: 0.0 }, sigma: 0.0, jumps, rate: 0.0 }
}

#[test]
fn greeks_without_volatility_are_their_limits() {
    // Checked against differences of 330 bits at sigma = 1e-12.
    let digital = still(1.1e8, Jumps::new(12.0, 0.02, 0.04).unwrap());
    let (value, greeks) = MertonDigital::new(&digital).unwrap().value_and_greeks();
    assert!((value.prob_yes - 0.02333821717379108).abs() <= 1e-15);
    let expected = [
        8.427853777988354e-09,
        2.777703118241469e-15,
        0.0,
        0.00263176714772207,
        1.2582808427290277,
        1.3790102259970574,
        0.8233671505016189,
        0.03232601449091423,
    ];
    for (got, expected) in greeks.unwrap().to_array().into_iter().zip(expected) {
        assert!((got - expected).abs() <= 1e-13 * expected.abs(), "{got:e}, not {expected:e}");
    }
}

#[test]
fn there_are_no_greeks_only_where_an_atom_lies_on_the_strike() {
    let greeks = |parameters: &Parameters| MertonDigital::new(parameters).unwrap().value_and_greeks().1;
    let spread = Jumps::new(12.0, 0.02, 0.04).unwrap();
    assert_eq!(greeks(&still(1e8, spread)), None);
    assert_eq!(greeks(&still(1e8, Jumps::new(0.0, 0.0, 0.0).unwrap())), None);
    assert_eq!(greeks(&still(1e8, Jumps::new(12.0, 0.02, 0.0).unwrap())), None);
    // Three jumps of a known size pass the strike, and no number of them ends on it.
    let known = Jumps::new(12.0, libm::log(1.1) / 2.0, 0.0).unwrap();
    let between = greeks(&still(1.15e8, known)).unwrap();
    let [ds, dds, dsigma, dlambda, dmu, dsig, dt, db] = between.to_array();
    assert_eq!([ds, dds, dsigma, dmu, dsig, db], [0.0; 6]);
    assert!(dlambda > 0.0 && dt > 0.0);
    // Two of them end on 1.1 of the spot.
    assert_eq!(greeks(&still(1.1e8, known)), None);
    // At expiry all but time stands still.
    let over = greeks(&Parameters { days: 0.0, sigma: 0.3, ..still(1.1e8, spread) }).unwrap();
    assert!(over.dp_dt > 0.0 && over.dp_db == 0.0 && over.dp_dlambda == 0.0);
}

proptest! {
    #[test]
    fn greeks_without_volatility_are_those_of_hardly_any(parameters in contract()) {
        let still = Parameters { sigma: 0.0, ..parameters };
        let moving = Parameters { sigma: 1e-9, ..parameters };
        let (_, at_rest) = MertonDigital::new(&still).unwrap().value_and_greeks();
        let (_, near) = MertonDigital::new(&moving).unwrap().value_and_greeks();
        if let (Some(at_rest), Some(near)) = (at_rest, near) {
            // The vega itself is of the volatility's size.
            for (a, b) in at_rest.to_array().into_iter().zip(near.to_array()) {
                prop_assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{} and {}", a, b);
            }
        }
    }
}

/// A quote whose probability has a dip of 3e-5 between two volatilities.
fn dipping(prob: f64, strike: f64) -> Quote {
    Quote {
        prob,
        spot: 1e8,
        strike,
        days: 97.7521052439074,
        drift: Drift::Raw { b: 0.0 },
        jumps: Jumps::new(3.6239986139495324, -0.7966598904162193, 0.0).unwrap(),
    }
}

fn implied(quote: &Quote) -> Vec<f64> {
    implied_volatility(quote).unwrap().roots.as_slice().iter().map(|root| root.sigma).collect()
}

#[test]
fn a_shallow_dip_hides_no_root() {
    // The model's own sum, written out elsewhere, gives the quote there to 1e-16.
    let roots = implied(&dipping(0.16399277497417908, 100033805.97038804));
    assert_eq!(roots.len(), 4, "{roots:?}");
    for (got, expected) in roots.iter().zip([0.003884702, 0.915774038, 1.024799127, 1.144179508]) {
        assert!((got / expected - 1.0).abs() < 1e-6, "{roots:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_root_is_missed_that_a_fine_grid_shows(
        log_moneyness in 0.0001..0.001_f64, mean in -0.81..-0.78_f64, lambda in 3.5..3.75_f64, part in 0.05..0.95_f64,
    ) {
        const POINTS: usize = 4000;
        let quote = Quote {
            jumps: Jumps::new(lambda, mean, 0.0).unwrap(),
            ..dipping(0.5, 1e8 * libm::exp(log_moneyness))
        };
        let Quote { spot, strike, days, drift, jumps, .. } = quote;
        let probability = |sigma| {
            let parameters = Parameters { spot, strike, days, drift, sigma, jumps, rate: 0.0 };
            MertonDigital::new(&parameters).unwrap().value().prob_yes
        };
        let grid: Vec<f64> = (0..=POINTS).map(|k| probability(0.3 * libm::pow(10.0, k as f64 / POINTS as f64))).collect();
        // A dip and a bump, where there are both: the quote lies between them.
        let turns: Vec<f64> = grid
            .windows(3)
            .filter(|near| (near[1] - near[0]) * (near[2] - near[1]) < 0.0)
            .map(|near| near[1])
            .collect();
        let [Some(from), Some(to)] = [turns.first(), turns.get(1)] else { return Ok(()) };
        let prob = from + part * (to - from);
        let crossings = grid.windows(2).filter(|near| (near[0] > prob) != (near[1] > prob)).count();
        let found = implied(&Quote { prob, ..quote });
        let within = found.iter().filter(|sigma| (0.3..=3.0).contains(*sigma)).count();
        prop_assert!(within >= crossings, "{} of {}: {:?}", within, crossings, found);
    }
}
