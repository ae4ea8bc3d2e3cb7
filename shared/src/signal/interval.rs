//! How well a fair value is known.

use crate::Invalid;
use crate::math::{exp, ln, max, min};
use crate::pricing::winner::Workspace;
use crate::scenario::{Evaluation, Scenario, artist_parameter as own};

/// A normal is within so many standard deviations with 95 % probability.
const DEVIATIONS: f64 = 1.96;

/// A probability is moved no nearer to 0 or 1 than this before its odds are taken.
const LEAST: f64 = 1e-9;

/// Returns between which values each artist's probability to win lies, at 95 %, as far as the parameters are known.
///
/// `found` is what the scenario comes to. `errors` are how many errors of forecasts as far as settlement the artist's history holds that don't overlap; none for an
/// artist without a history, whose parameters are nobody's estimates. Of so many errors, the mean has a standard error of
/// `sd / sqrt(n)` and the logarithm of the spread one of `1 / sqrt(2 n)`: each artist's median and spread are moved by one
/// of these, and the squares of what that does to the log-odds add up.
///
/// It says nothing of what the model leaves out.
///
/// # Errors
///
/// As for [`Scenario::fair`].
pub(super) fn interval(
    scenario: &Scenario,
    found: &Evaluation,
    errors: &[Option<f64>],
    workspace: &mut Workspace,
) -> Result<Vec<(f64, f64)>, Invalid> {
    let odds: Vec<f64> = found.rows.iter().map(|row| log_odds(row.fair)).collect();
    let mut squares = vec![0.0; odds.len()];
    let artists = scenario.artists().iter().zip(&found.rows).zip(errors).enumerate();
    for (place, ((artist, row), errors)) in artists {
        let Some(errors) = errors.map(|errors| max(errors, 1.0)) else { continue };
        let spot = artist.value(own::SPOT) * exp(row.log_deviation / errors.sqrt());
        let spread = exp(1.0 / (2.0 * errors).sqrt());
        let base = min(artist.value(own::SIGMA_BASE) * spread, 1.0);
        let jump = min(artist.value(own::SIG_J) * spread, 0.5);
        let higher = scenario.with_artist(place, own::SPOT, spot);
        let wider = scenario.with_artist(place, own::SIGMA_BASE, base).with_artist(place, own::SIG_J, jump);
        for moved in [higher, wider] {
            let moved = moved.fair(workspace)?;
            for ((square, odds), fair) in squares.iter_mut().zip(&odds).zip(moved) {
                let change = log_odds(fair) - odds;
                *square += change * change;
            }
        }
    }
    let end = |odds: f64| 1.0 / (1.0 + exp(-odds));
    let within = odds.iter().zip(&squares).map(|(odds, square)| {
        let reach = DEVIATIONS * square.sqrt();
        (end(odds - reach), end(odds + reach))
    });
    Ok(within.collect())
}

fn log_odds(probability: f64) -> f64 {
    let inside = max(min(probability, 1.0 - LEAST), LEAST);
    ln(inside / (1.0 - inside))
}
