//! Winners among many.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};

/// Returns the digests of probabilities, error estimates and sensitivities, by the kind of contract and how many
/// outcomes it has.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let grid: [(&str, usize, bool, bool, f64); 8] = [
        ("winner/normal/2", 2, false, false, 1.0),
        ("winner/normal/10", 10, false, false, 1.0),
        ("winner/normal/30", 30, false, false, 1.0),
        ("winner/wide/10", 10, false, false, 0.5),
        ("winner/factor/10", 10, false, true, 1.0),
        ("winner/jumps/10", 10, true, false, 1.0),
        ("winner/jumps-factor/5", 5, true, true, 1.0),
        ("winner/known/5", 5, false, true, 0.0),
    ];
    let mut workspace = Workspace::new();
    let mut blocks = Vec::with_capacity(grid.len());
    for (name, count, jumps, factor, narrowing) in grid {
        let mut digest = Digest::new();
        for variant in 0..4 {
            let outcomes = outcomes(count, jumps, factor, narrowing, f64::from(variant));
            let other = if variant == 3 { Unlisted::Mass(0.0625) } else { Unlisted::Excluded };
            let contract = WinnerTakeAll::new(&outcomes, other)?;
            let found = contract.sensitivities(&mut workspace)?;
            let probabilities = found.probabilities();
            digest.add(probabilities.listed());
            digest.add(&[probabilities.error_estimate()]);
            for i in 0..found.size() {
                digest.add(found.level(i).unwrap_or(&[]));
                digest.add(found.scale(i).unwrap_or(&[]));
            }
        }
        blocks.push(digest.block(name));
    }
    Ok(blocks)
}

/// Levels in steps of varying size, spreads that shrink by `narrowing` from one outcome to the next (or that start
/// with a known level, if it is zero).
fn outcomes(count: usize, jumps: bool, factor: bool, narrowing: f64, variant: f64) -> Vec<Outcome> {
    let mut s = 0.03 + 0.02 * variant;
    (0..count)
        .map(|i| {
            let place = i as f64;
            let a = 18.5 - 0.0625 * place * (1.0 + 0.25 * variant) + 0.01 * ((i * i) % 7) as f64;
            let beta = if factor { 0.02 * ((i * 5) % 4) as f64 } else { 0.25 };
            let own = if narrowing == 0.0 && i == 0 { 0.0 } else { s + 0.005 * (i % 3) as f64 };
            s *= if narrowing == 0.0 { 1.0 } else { narrowing };
            if jumps {
                Outcome::Merton {
                    a,
                    years: (2.0 + 7.0 * variant) / 365.0,
                    sigma: 4.0 * own,
                    lambda: 6.0 + place,
                    mu_j: 0.01 * (variant - 1.0),
                    sig_j: 0.04,
                    beta,
                }
            } else {
                Outcome::Normal { a, s: own, beta }
            }
        })
        .collect()
}
