//! Without jumps: a quadratic equation.

use super::{Peak, Root, Roots, Vega};
use crate::math::{ln_ratio, normal};
use crate::pricing::digital::Drift;

/// The probability as a function of the volatility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    /// `ln(forward / strike)`, the forward being the mean, or the median under [`Drift::Median`].
    log_moneyness: f64,
    /// The inverse square root of the years to expiry.
    per_root_years: f64,
    /// How much of `-sigma^2/2` pulls the median below the forward: all (1) or nothing (0).
    // A number among numbers: with a flag in their place, copying the curve would stall on its padding.
    convexity: f64,
}

impl Curve {
    /// Takes checked inputs.
    #[inline]
    pub(super) fn new(spot: f64, strike: f64, years: f64, drift: Drift) -> Self {
        Self {
            log_moneyness: ln_ratio(spot, strike) + drift.trend() * years,
            per_root_years: 1.0 / years.sqrt(),
            convexity: if drift == Drift::Median { 0.0 } else { 1.0 },
        }
    }

    /// Returns the roots of `(m - c w^2/2) / w = d` in `w = sigma sqrt(T)`, where `d` is the quoted
    /// probability's quantile, `m` the log-moneyness and `c` 1, or 0 under the median parameterisation.
    ///
    /// That is `c w^2/2 + d w - m = 0`. For `c = 1` both roots come from
    /// `q = -d - sign(d) sqrt(d^2 + 2m)` as `q` and `-2m/q`, which don't cancel; the product of the roots is
    /// `-2m`, so that in the money (`m > 0`) one of them is positive, and out of the money both or none.
    #[inline]
    pub(super) fn roots(&self, d: f64) -> Roots {
        let m = self.log_moneyness;
        if self.convexity == 0.0 {
            let w = m / d;
            // An infinite `w` is a quote of 1/2, which only an infinite volatility gives.
            let found = w > 0.0 && w.is_finite();
            let vega = if m > 0.0 { Vega::Negative } else { Vega::Positive };
            return if found { Roots::Unique(self.root(w, vega)) } else { Roots::None };
        }
        let discriminant = d * d + 2.0 * m;
        if discriminant < 0.0 {
            return Roots::None;
        }
        let root = discriminant.sqrt();
        let q = if d > 0.0 { -d - root } else { -d + root };
        if m > 0.0 {
            let w = if q > 0.0 { q } else { -2.0 * m / q };
            return Roots::Unique(self.root(w, Vega::Negative));
        }
        if q <= 0.0 {
            return Roots::None;
        }
        if m == 0.0 {
            return Roots::Unique(self.root(q, Vega::Negative));
        }
        if root == 0.0 {
            return Roots::Unique(self.root(q, Vega::Zero));
        }
        Roots::Two([self.root(-2.0 * m / q, Vega::Positive), self.root(q, Vega::Negative)])
    }

    #[inline]
    fn root(&self, w: f64, vega: Vega) -> Root {
        Root { sigma: w * self.per_root_years, vega }
    }

    /// Whether every volatility gives the probability with quantile `d`.
    #[inline]
    pub(super) fn is_always(&self, d: f64) -> bool {
        self.convexity == 0.0 && self.log_moneyness == 0.0 && d == 0.0
    }

    /// Returns the peak out of the money: `Phi(-sqrt(-2m))` at `w = sqrt(-2m)`.
    pub(super) fn peak(&self) -> Option<Peak> {
        if self.convexity == 0.0 || self.log_moneyness >= 0.0 {
            return None;
        }
        let w = (-2.0 * self.log_moneyness).sqrt();
        Some(Peak { sigma: w * self.per_root_years, prob: normal::cdf(-w) })
    }
}
