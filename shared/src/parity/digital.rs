//! The normal distribution, the digital with its Greeks, and implied quantities.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::math::{exp, normal};
use crate::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use crate::pricing::implied::{Quote, implied_forward, implied_volatility};

/// The strike of every contract on the grid.
const STRIKE: f64 = 1e8;

/// Returns the digests of some two million numbers.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    Ok(vec![
        functions(),
        digitals("digital/atoms", &[0.0], &JUMPS)?,
        digitals("digital/low volatility", &[0.002, 0.02, 0.05, 0.1], &JUMPS)?,
        digitals("digital/high volatility", &[0.25, 0.35, 0.5, 0.97, 2.0, 20.0], &JUMPS)?,
        digitals("digital/many jumps", &[0.0, 0.2, 0.97], &MANY_JUMPS)?,
        implied("implied/no jumps", &[[0.0, 0.0, 0.0]], 1)?,
        implied("implied/jumps", &JUMPS[1..], 97)?,
    ])
}

/// Intensity, mean and standard deviation of the jumps.
const JUMPS: [[f64; 3]; 8] = [
    [0.0, 0.0, 0.0],
    [12.0, 0.02, 0.04],
    [12.0, -0.02, 0.0],
    [0.5, 0.3, 0.15],
    [2.0, 0.15, 0.1],
    [24.0, 0.0, 0.05],
    [100.0, -0.005, 0.02],
    [365.0, 0.001, 0.01],
];

/// Up to and beyond the number of jumps where `e^(-lambda T)` is 0.
const MANY_JUMPS: [[f64; 3]; 3] = [[4e3, 1e-3, 2e-3], [1e4, -5e-4, 1e-3], [1e5, 0.0, 5e-4]];

const DRIFTS: [Drift; 3] = [Drift::Raw { b: 0.1 }, Drift::Compensated { b: -0.05 }, Drift::Median];

fn functions() -> ParityBlock {
    let mut digest = Digest::new();
    for i in -40_000..=40_000 {
        let x = f64::from(i) * 1e-3 + 1e-9 * f64::from(i % 7);
        let tails = normal::tails(x);
        digest.add(&[tails.cdf, tails.sf, normal::pdf(x), exp(18.0 * x)]);
    }
    for i in 1..20_000 {
        let p = f64::from(i) / 20_000.0;
        let tail = exp(-0.035 * f64::from(i));
        digest.add(&[p, 1.0 - p, tail].map(|p| normal::quantile(p).unwrap_or(f64::NAN)));
    }
    digest.block("normal")
}

fn digitals(name: &'static str, sigmas: &[f64], jumps: &[[f64; 3]]) -> Result<ParityBlock, Invalid> {
    let mut digest = Digest::new();
    for &[lambda, mean, sd] in jumps {
        let jumps = Jumps::new(lambda, mean, sd)?;
        for drift in DRIFTS {
            for &sigma in sigmas {
                for days in [0.0, 1.0 / 1440.0, 1.0, 7.0, 15.9, 28.0, 365.0] {
                    for step in -40..=40 {
                        let spot = STRIKE * exp(0.0125 * f64::from(step));
                        digital(
                            &mut digest,
                            &Parameters { spot, strike: STRIKE, days, drift, sigma, jumps, rate: 0.05 },
                        )?;
                    }
                }
            }
        }
    }
    Ok(digest.block(name))
}

fn digital(digest: &mut Digest, parameters: &Parameters) -> Result<(), Invalid> {
    let (value, greeks) = MertonDigital::new(parameters)?.value_and_greeks();
    digest.add(&[value.prob_yes, value.prob_no, value.price]);
    if let Some(greeks) = greeks {
        digest.add(&greeks.to_array());
    }
    Ok(())
}

/// Every `stride`-th quote of the grid.
fn implied(name: &'static str, jumps: &[[f64; 3]], stride: usize) -> Result<ParityBlock, Invalid> {
    let mut digest = Digest::new();
    let mut count = 0_usize;
    for &[lambda, mean, sd] in jumps {
        let jumps = Jumps::new(lambda, mean, sd)?;
        for drift in DRIFTS {
            for days in [1.0, 16.0, 90.0] {
                for step in -20..=20 {
                    for cents in 1..100 {
                        count += 1;
                        // At the median with even odds, every volatility fits.
                        if !count.is_multiple_of(stride) || (step == 0 && cents == 50) {
                            continue;
                        }
                        let quote = Quote {
                            prob: f64::from(cents) / 100.0,
                            spot: STRIKE * exp(0.025 * f64::from(step)),
                            strike: STRIKE,
                            days,
                            drift,
                            jumps,
                        };
                        let implied = implied_volatility(&quote)?;
                        for root in implied.roots.as_slice() {
                            digest.add(&[root.sigma]);
                        }
                        if let Some(peak) = implied.peak() {
                            digest.add(&[peak.sigma, peak.prob]);
                        }
                        digest.add(&[implied_forward(&quote, 0.35)?]);
                    }
                }
            }
        }
    }
    Ok(digest.block(name))
}
