//! The mission's rules: a half-spread about the fair value, leaning against the position.

use super::amount::{Nano, nano};
use super::decision::{Ladders, Stage};
use super::rules::Rules;
use super::{Belief, Position, Regime};

/// The belief volatility at which the dynamic half-spread is the plain one, per square root of a year.
///
/// It is the mission's and far below what belief volatility is: about `1.6 / sqrt(years to settlement)` near even
/// odds, 7.6 sixteen days before settlement. So the dynamic half-spread is nearly always at its greatest.
const USUAL_SIGMA_B: f64 = 0.8;
/// The bounds of what belief volatility multiplies the half-spread by.
const FACTORS: (f64, f64) = (0.3, 4.0);

/// Returns what the dynamic half-spread is of the plain one: `clip(sigma_b / 0.8, 0.3, 4)`.
#[inline]
pub(super) fn dynamic_factor(sigma_b: f64) -> f64 {
    crate::math::min(crate::math::max(sigma_b / USUAL_SIGMA_B, FACTORS.0), FACTORS.1)
}

/// Writes the ways of bid and ask from the fair value to the distance wanted, before any rounding.
///
/// `bid = fair - skew - half`, `ask = fair - skew + half` with `skew = skew_cents * position` and, where it is dynamic,
/// `half = clamp(half_spread * clip(sigma_b / 0.8, 0.3, 4), min, max)`; a print that surprises doubles what results.
#[inline]
pub(super) fn ladders(
    rules: &Rules,
    belief: &Belief,
    position: Position,
    regime: Regime,
    ladders: Ladders<'_>,
) {
    let fair = nano(belief.fair);
    let skew = rules.skew.saturating_mul(position.hundredths());
    let plain = rules.half_spread;
    let (scaled, bounded) = if rules.dynamic {
        let scaled = (plain as f64 * dynamic_factor(belief.sigma_b) + 0.5) as Nano;
        let (least, greatest) = rules.half_spread_bounds;
        (scaled, scaled.clamp(least, greatest))
    } else {
        (plain, plain)
    };
    let toxicity = if regime == Regime::Widened { bounded } else { 0 };
    for (ladder, outward) in ladders.into_iter().zip([-1, 1]) {
        ladder.clear();
        ladder.add(Stage::Fair, fair);
        ladder.add(Stage::Inventory, -skew);
        ladder.add(Stage::HalfSpread, outward * plain);
        ladder.add(Stage::Dynamic, outward * (scaled - plain));
        ladder.add(Stage::Bounds, outward * (bounded - scaled));
        ladder.add(Stage::Toxicity, outward * toxicity);
    }
}
