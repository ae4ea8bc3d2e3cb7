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
        prop_assert_eq!(greeks.is_some(), contract.sigma > 0.0);
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
