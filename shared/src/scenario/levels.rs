//! Levels that give wanted probabilities to win.

use crate::Invalid;
use crate::math::{ln, max, min};
use crate::pricing::winner::{MOST_OUTCOMES, Outcome, Unlisted, WinnerTakeAll, Workspace};

/// An outcome that is to win less often than this stays where it is: its level would be moved by rounding alone.
const LEAST: f64 = 1e-7;
/// As near as the probabilities are brought: what the winner's integral is good for.
const NEAR: f64 = 1e-11;
/// The most rounds: a level far off comes a standard deviation nearer in each, and the last few double its digits.
const ROUNDS: usize = 60;

/// Moves the levels of `outcomes` until each wins with the probability that is `wanted` of it; the one that is `fixed`
/// stays, as only differences count. `spreads` are standard deviations of the levels: no round moves one further.
///
/// Newton's method on the logarithms of the probabilities, which are concave in their own level. The derivatives
/// `dp_i/da_j` are negative but for the diagonal and add up to zero along a row, so that elimination needs no pivots once
/// one level is fixed. Returns how far the furthest of them is off: not near, where no levels give what is wanted.
///
/// # Errors
///
/// As [`WinnerTakeAll::probabilities`].
pub(super) fn reach(
    outcomes: &mut [Outcome],
    unlisted: Unlisted,
    wanted: &[f64],
    fixed: usize,
    spreads: &[f64],
    workspace: &mut Workspace,
) -> Result<f64, Invalid> {
    let mut off = f64::INFINITY;
    let moved: Vec<usize> = (0..wanted.len()).filter(|&i| i != fixed && wanted[i] >= LEAST).collect();
    for _ in 0..ROUNDS {
        let winner = WinnerTakeAll::new(outcomes, unlisted)?;
        let found = winner.sensitivities(workspace)?;
        let won = found.probabilities().listed();
        off = 0.0;
        // The equations, each with its right side behind it.
        let mut equations = [[0.0; MOST_OUTCOMES + 1]; MOST_OUTCOMES];
        for (equation, &i) in equations.iter_mut().zip(&moved) {
            let Some(slopes) = found.level(i) else { continue };
            for (slope, &j) in equation.iter_mut().zip(&moved) {
                *slope = slopes[j];
            }
            let own = max(won[i], 1e-15);
            equation[moved.len()] = own * ln(wanted[i] / own);
            off = max(off, (won[i] - wanted[i]).abs());
        }
        if off <= NEAR {
            break;
        }
        let steps = solve(&mut equations, moved.len());
        for (&i, step) in moved.iter().zip(steps) {
            *level(&mut outcomes[i]) += max(min(step, spreads[i]), -spreads[i]);
        }
    }
    Ok(off)
}

/// Solves `count` linear equations, each with its right side behind it, without pivots.
fn solve(equations: &mut [[f64; MOST_OUTCOMES + 1]; MOST_OUTCOMES], count: usize) -> [f64; MOST_OUTCOMES] {
    for k in 0..count {
        let first = equations[k];
        // An outcome that never wins has no slope: whatever it takes, it is moved as far as one round may.
        let pivot = max(first[k], 1e-20);
        for row in &mut equations[k + 1..count] {
            let factor = row[k] / pivot;
            for (entry, above) in row[k..=count].iter_mut().zip(&first[k..=count]) {
                *entry -= factor * above;
            }
        }
    }
    let mut solution = [0.0; MOST_OUTCOMES];
    for k in (0..count).rev() {
        let known: f64 = (k + 1..count).map(|j| equations[k][j] * solution[j]).sum();
        solution[k] = (equations[k][count] - known) / max(equations[k][k], 1e-20);
    }
    solution
}

/// Returns an outcome's level: the median of the logarithm if no jump comes.
pub(super) fn level(outcome: &mut Outcome) -> &mut f64 {
    match outcome {
        Outcome::Normal { a, .. } | Outcome::Merton { a, .. } => a,
    }
}
