//! A half-spread about the fair value, leaning against the position.

use super::amount::{Nano, nano};
use super::numbers::Numbers;
use super::waterfall::{Stage, Trace};
use super::{Regime, View};

/// The most that a half-spread is multiplied by.
const MOST: f64 = 1e3;

/// Returns what the dynamic half-spread is of the plain one, before its bounds.
#[inline]
pub(crate) fn dynamic_factor(sigma_b: f64, sigma_scale: f64) -> f64 {
    // Beyond the greatest bound there is for a half-spread it makes no difference; 0 / 0 is none.
    crate::math::min(sigma_b / crate::math::max(sigma_scale, f64::MIN_POSITIVE), MOST)
}

/// Returns the prices wanted of bid and ask, before any rounding.
///
/// `bid = fair - skew - half`, `ask = fair - skew + half` with `skew = skew_cents * position` and, where it is dynamic,
/// `half = clamp(half_spread * sigma_b / sigma_scale, min, max)`; a print that surprises doubles what results, and
/// a [`Widening`](super::Widening) multiplies that.
#[inline]
pub(super) fn wanted(numbers: &Numbers, view: &View<'_>, trace: Trace<'_>) -> [Nano; 2] {
    let &View { belief, sigma_scale, position, regime, widening, .. } = view;
    let fair = nano(belief.fair);
    let skew = numbers.skew.saturating_mul(position.hundredths());
    let plain = numbers.half_spread;
    let (scaled, bounded) = if numbers.dynamic {
        let scaled = (plain as f64 * dynamic_factor(belief.sigma_b, sigma_scale) + 0.5) as Nano;
        let (least, greatest) = numbers.half_spread_bounds;
        (scaled, scaled.clamp(least, greatest))
    } else {
        (plain, plain)
    };
    let toxicity = if regime == Regime::Widened { bounded } else { 0 };
    let half = bounded + toxicity;
    let catalyst = widening.map_or(0, |widening| widening.added_exactly(half));
    if let Some(waterfalls) = trace {
        for (waterfall, outward) in waterfalls.iter_mut().zip([-1, 1]) {
            waterfall.add(Stage::Fair, fair);
            waterfall.add(Stage::Inventory, -skew);
            waterfall.add(Stage::HalfSpread, outward * plain);
            waterfall.add(Stage::Dynamic, outward * (scaled - plain));
            waterfall.add(Stage::Bounds, outward * (bounded - scaled));
            waterfall.add(Stage::Toxicity, outward * toxicity);
            waterfall.add(Stage::Catalyst, outward * catalyst);
        }
    }
    let centre = fair.saturating_sub(skew);
    let half = half + catalyst;
    [centre.saturating_sub(half), centre.saturating_add(half)]
}
