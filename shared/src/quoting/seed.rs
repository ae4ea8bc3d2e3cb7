//! A half-spread about the fair value, leaning against the position.

use super::amount::{Nano, nano};
use super::numbers::Numbers;
use super::waterfall::{Stage, Trace};
use super::{Belief, Position, Regime};

/// The belief volatility at which the dynamic half-spread is the plain one, per square root of a year.
///
/// It is far below what belief volatility is: about `1.6 / sqrt(years to settlement)` near even odds, 7.6 sixteen days
/// before settlement. So the dynamic half-spread is nearly always at its greatest.
const USUAL_SIGMA_B: f64 = 0.8;
/// The bounds of what belief volatility multiplies the half-spread by.
const FACTORS: (f64, f64) = (0.3, 4.0);

/// Returns what the dynamic half-spread is of the plain one: `clip(sigma_b / 0.8, 0.3, 4)`.
#[inline]
pub(crate) fn dynamic_factor(sigma_b: f64) -> f64 {
    crate::math::min(crate::math::max(sigma_b / USUAL_SIGMA_B, FACTORS.0), FACTORS.1)
}

/// Returns the prices wanted of bid and ask, before any rounding.
///
/// `bid = fair - skew - half`, `ask = fair - skew + half` with `skew = skew_cents * position` and, where it is dynamic,
/// `half = clamp(half_spread * clip(sigma_b / 0.8, 0.3, 4), min, max)`; a print that surprises doubles what results.
#[inline]
pub(super) fn wanted(
    numbers: &Numbers,
    belief: &Belief,
    position: Position,
    regime: Regime,
    trace: Trace<'_>,
) -> [Nano; 2] {
    let fair = nano(belief.fair);
    let skew = numbers.skew.saturating_mul(position.hundredths());
    let plain = numbers.half_spread;
    let (scaled, bounded) = if numbers.dynamic {
        let scaled = (plain as f64 * dynamic_factor(belief.sigma_b) + 0.5) as Nano;
        let (least, greatest) = numbers.half_spread_bounds;
        (scaled, scaled.clamp(least, greatest))
    } else {
        (plain, plain)
    };
    let toxicity = if regime == Regime::Widened { bounded } else { 0 };
    if let Some(waterfalls) = trace {
        for (waterfall, outward) in waterfalls.iter_mut().zip([-1, 1]) {
            waterfall.add(Stage::Fair, fair);
            waterfall.add(Stage::Inventory, -skew);
            waterfall.add(Stage::HalfSpread, outward * plain);
            waterfall.add(Stage::Dynamic, outward * (scaled - plain));
            waterfall.add(Stage::Bounds, outward * (bounded - scaled));
            waterfall.add(Stage::Toxicity, outward * toxicity);
        }
    }
    let centre = fair.saturating_sub(skew);
    let half = bounded + toxicity;
    [centre.saturating_sub(half), centre.saturating_add(half)]
}
