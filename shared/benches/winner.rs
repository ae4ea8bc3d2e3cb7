//! How long the winner-take-all engine takes, beside plain Monte Carlo.
//!
//! `cargo bench -p shared --bench winner` prints a line for each case: the median over batches. With `-- --json` each
//! line is `{"name": ..., "ns": ...}`.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::hint::black_box;
use std::time::Instant;

use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};

/// Returns the median nanoseconds of one call, over batches of about 20 ms.
fn median_ns(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    call();
    let calls = (0.02 / start.elapsed().as_secs_f64()).clamp(1.0, 1e6) as u32;
    let mut times: Vec<f64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

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
    let json = std::env::args().any(|argument| argument == "--json");
    let report = |name: &str, ns: f64| {
        if json {
            println!("{{\"name\":\"{name}\",\"ns\":{ns:.0}}}");
        } else {
            println!("{name:<34} {:>10.2} us", ns / 1e3);
        }
    };
    let mut workspace = Workspace::new();
    let cases = [
        ("winner/normal/10", 10, false, false),
        ("winner/normal/30", 30, false, false),
        ("winner/jumps/30", 30, true, false),
        ("winner/factor/30", 30, false, true),
        ("winner/jumps+factor/30", 30, true, true),
    ];
    for (name, count, jumps, factor) in cases {
        let contract = WinnerTakeAll::new(&outcomes(count, jumps, factor), Unlisted::Excluded)?;
        report(
            name,
            median_ns(|| {
                let _ = black_box(black_box(&contract).probabilities(&mut workspace));
            }),
        );
    }
    let wide: Vec<_> = (0..30_i32)
        .map(|i| Outcome::Normal {
            a: -0.01 * f64::from(i),
            s: 0.001 * 1000_f64.powf(f64::from(i * 11 % 30) / 29.0),
            beta: 0.0,
        })
        .collect();
    let contract = WinnerTakeAll::new(&wide, Unlisted::Excluded)?;
    report(
        "winner/spreads from 0.001 to 1/30",
        median_ns(|| {
            let _ = black_box(black_box(&contract).probabilities(&mut workspace));
        }),
    );
    let contract = WinnerTakeAll::new(&outcomes(30, false, false), Unlisted::Excluded)?;
    report(
        "winner/normal/30/sensitivities",
        median_ns(|| {
            let _ = black_box(black_box(&contract).sensitivities(&mut workspace));
        }),
    );
    let levels: Vec<_> = (0..5).map(|i| (-0.01 * f64::from(i), 0.04 + 0.01 * f64::from(i % 5))).collect();
    let mut state = 1;
    report(
        "monte-carlo/5x10000x15",
        median_ns(|| {
            black_box(monte_carlo(black_box(&levels), &mut state));
        }),
    );
    Ok(())
}
