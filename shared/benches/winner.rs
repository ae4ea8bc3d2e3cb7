//! How long the winner-take-all engine takes, beside plain Monte Carlo.
//!
//! `cargo bench -p shared --bench winner [-- --json] [FILTER…]` prints a line for each case.

#![expect(clippy::disallowed_methods, reason = "nothing measured here has to have the same bits everywhere")]

use std::hint::black_box;

use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};

mod support;

/// Levels that come down slowly, spreads within a factor of two, loadings of both signs.
fn outcomes(count: usize, jumps: bool, factor: bool) -> Vec<Outcome> {
    (0..count)
        .map(|i| {
            let a = -0.01 * i as f64;
            let beta = if factor { 0.02 * ((i * 7 % 5) as f64 - 2.0) } else { 0.0 };
            let s = 0.04 + 0.01 * (i % 5) as f64;
            if jumps {
                let years: f64 = 16.0 / 365.0;
                let sigma = s / years.sqrt();
                Outcome::Merton {
                    a,
                    years,
                    sigma,
                    lambda: 12.0 + (i % 3) as f64,
                    mu_j: 0.01,
                    sig_j: 0.05,
                    beta,
                }
            } else {
                Outcome::Normal { a, s, beta }
            }
        })
        .collect()
}

/// Counts winners of simulated races of normals: 10,000 paths of 15 steps for each outcome, as the first version of
/// this system did.
fn monte_carlo(levels: &[(f64, f64)], state: &mut u64) -> Vec<f64> {
    const PATHS: usize = 10_000;
    const STEPS: usize = 15;
    let mut wins = vec![0.0; levels.len()];
    let mut uniform = || {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        ((*state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    for _ in 0..PATHS {
        let (mut winner, mut greatest) = (0, f64::NEG_INFINITY);
        for (i, &(a, s)) in levels.iter().enumerate() {
            let mut x = a;
            for _ in 0..STEPS {
                let radius = (-2.0 * shared::math::ln(uniform())).sqrt();
                x += s / (STEPS as f64).sqrt() * radius * (std::f64::consts::TAU * uniform()).cos();
            }
            if x > greatest {
                (winner, greatest) = (i, x);
            }
        }
        wins[winner] += 1.0 / PATHS as f64;
    }
    wins
}

fn main() -> Result<(), shared::Invalid> {
    let harness = support::Harness::from_arguments();
    let mut workspace = Workspace::new();
    let wide: Vec<_> = (0..30_i32)
        .map(|i| Outcome::Normal {
            a: -0.01 * f64::from(i),
            s: 0.001 * 1000_f64.powf(f64::from(i * 11 % 30) / 29.0),
            beta: 0.0,
        })
        .collect();
    for (name, outcomes) in [
        ("winner: 10 normals", outcomes(10, false, false)),
        ("winner: 30 normals", outcomes(30, false, false)),
        ("winner: 30 normals, spreads from 0.001 to 1", wide),
        ("winner: 30 with jumps", outcomes(30, true, false)),
        ("winner: 30 with one factor", outcomes(30, false, true)),
        ("winner: 30 with jumps and one factor", outcomes(30, true, true)),
    ] {
        let contract = WinnerTakeAll::new(&outcomes, Unlisted::Excluded)?;
        harness.measure(name, 1, || {
            let _ = black_box(black_box(&contract).probabilities(&mut workspace));
        });
    }
    let contract = WinnerTakeAll::new(&outcomes(30, false, false), Unlisted::Excluded)?;
    harness.measure("winner: 30 normals, with sensitivities", 1, || {
        let _ = black_box(black_box(&contract).sensitivities(&mut workspace));
    });
    let levels: Vec<_> = (0..5).map(|i| (-0.01 * f64::from(i), 0.04 + 0.01 * f64::from(i % 5))).collect();
    let mut state = 1;
    harness.measure("winner: Monte Carlo of 5, 10000 paths, 15 steps", 1, || {
        black_box(monte_carlo(black_box(&levels), &mut state));
    });
    Ok(())
}
