//! The sum over the number of jumps.

use wide::f64x2;

use crate::math::lanes::Lanes;
use crate::math::normal::{Distribution, distribution};
use crate::math::{exp, max, min};

/// What a sum may leave out, relative to the smaller of its two probabilities.
const LEFT_OUT: f64 = 1e-16;
/// How many standard deviations away an atom is taken to be: all of it is on one side.
const BEYOND: f64 = 1e3;
/// From here on `e^-a` nears the least positive number, and the weights start relative to their mode.
const FROM_MODE: f64 = 700.0;
/// What is as good as 0, as a rest of the series and as a weight relative to the mode's.
const NOTHING: f64 = 1e-300;

/// The law of `ln(S_T / K)` given `n` jumps: normal, mean `mean + n step`, variance
/// `variance + n step_variance`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixture {
    pub(crate) expected_jumps: f64,
    pub(crate) mean: f64,
    pub(crate) step: f64,
    pub(crate) variance: f64,
    pub(crate) step_variance: f64,
}

/// Sums over the Poisson weights `w_n`; `d_n` and `s_n` are the standardised moneyness and the standard
/// deviation given `n` jumps.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    /// `sum w Phi(d)`.
    pub(crate) yes: f64,
    /// `sum w Phi(-d)`.
    pub(crate) no: f64,
    /// `sum w_n (Phi(d_(n+1)) - Phi(d_n))`.
    pub(crate) one_more: f64,
    /// `sum w phi(d) / s`.
    pub(crate) density: f64,
    /// `sum w phi(d) d / s^2`.
    pub(crate) slope: f64,
    /// `sum w phi(d) n / s`.
    pub(crate) n_density: f64,
    /// `sum w phi(d) n d / s^2`.
    pub(crate) n_slope: f64,
}

impl Mixture {
    /// Returns the two probabilities; the other sums are left at 0.
    pub(crate) fn probabilities(&self) -> Sums {
        self.sum::<false>()
    }

    /// Returns all the sums.
    pub(crate) fn sums(&self) -> Sums {
        self.sum::<true>()
    }

    /// Sums the series until what is left out is at most 1e-16 of the smaller probability.
    ///
    /// After term `N`, with `N + 2 > a`, the weights fall at least as fast as a geometric series of ratio
    /// `a / (N + 2)`, which bounds the rest by `w_(N+1) / (1 - a / (N + 2))`. A rule on the size of the last
    /// *term* would stop at once wherever the strike is out of reach without a jump.
    fn sum<const GREEKS: bool>(&self) -> Sums {
        let (first, mut weight) = start(self.expected_jumps);
        let mut total = Totals::default();
        let mut before = Term::default();
        let mut allowed = LEFT_OUT;
        let mut here = self.place(f64x2::new([first, first + 1.0]));
        loop {
            // Two terms at a time. Placing the next two first lets their divisions and square roots
            // overlap with the work on these.
            let next = self.place(here.n + f64x2::splat(2.0));
            let [to_second, to_next] = here.ratio.to_array();
            let second = weight * to_second;
            let w = f64x2::new([weight, second]);
            weight = second * to_next;

            let at = distribution(here.d);
            total.yes += w * at.cdf;
            total.no += w * at.sf;
            total.weights += w;
            if GREEKS {
                let term = Term { w, d: here.d, at };
                total.differentiate(&here, &term, &before);
                before = term;
            }

            // The last difference of neighbours needs one more term than the probabilities, which have it too: they are the
            // same bits whether or not the Greeks are asked for.
            let left = second;
            let falling = 1.0 - next.ratio.to_array()[0];
            if left <= allowed * falling {
                // Enough for probabilities near 1/2; a small one asks for more terms.
                allowed = max(LEFT_OUT * min(both(total.yes), both(total.no)), NOTHING);
                if left <= allowed * falling {
                    break;
                }
            }
            here = next;
        }
        // What rounding does to all the weights alike goes with their sum.
        total.sums(1.0 / both(total.weights))
    }

    /// Places two terms.
    #[inline(always)]
    fn place(&self, n: f64x2) -> Place {
        let mean = f64x2::splat(self.mean) + n * f64x2::splat(self.step);
        let variance = f64x2::splat(self.variance) + n * f64x2::splat(self.step_variance);
        let mut inverse_sd = f64x2::splat(1.0) / variance.sqrt();
        let mut d = mean * inverse_sd;
        if self.variance == 0.0 {
            // Without variance the law is an atom, without a density; on the strike it pays nothing.
            let atom = mean.if_above(0.0, f64x2::splat(BEYOND), f64x2::splat(-BEYOND));
            d = variance.if_above(0.0, d, atom);
            inverse_sd = variance.if_above(0.0, inverse_sd, f64x2::splat(0.0));
        }
        let ratio = f64x2::splat(self.expected_jumps) / (n + f64x2::splat(1.0));
        Place { n, ratio, inverse_sd, d }
    }
}

/// Returns the first term to sum and its weight: `e^-a`, or for a great `a`, where that is 0, a weight
/// relative to the mode's and so far below the mode that nothing is before it.
fn start(a: f64) -> (f64, f64) {
    if a <= FROM_MODE {
        return (0.0, exp(-a));
    }
    let mut n = a.floor();
    let mut weight = 1.0;
    while n > 0.0 && weight > NOTHING {
        weight *= n / a;
        n -= 1.0;
    }
    (n, weight)
}

/// Where the strike lies in the normal laws given `n` jumps, for two neighbouring `n`.
#[derive(Clone, Copy)]
struct Place {
    n: f64x2,
    /// The weight of each one's successor over its own.
    ratio: f64x2,
    inverse_sd: f64x2,
    d: f64x2,
}

/// Two neighbouring terms.
#[derive(Clone, Copy)]
struct Term {
    w: f64x2,
    d: f64x2,
    at: Distribution<f64x2>,
}

impl Default for Term {
    fn default() -> Self {
        let zero = f64x2::splat(0.0);
        Self { w: zero, d: zero, at: Distribution { cdf: zero, sf: zero, pdf: zero } }
    }
}

/// The sums so far, of the even and of the odd terms.
#[derive(Default)]
struct Totals {
    weights: f64x2,
    yes: f64x2,
    no: f64x2,
    one_more: f64x2,
    density: f64x2,
    slope: f64x2,
    n_density: f64x2,
    n_slope: f64x2,
}

impl Totals {
    #[inline(always)]
    fn differentiate(&mut self, place: &Place, term: &Term, before: &Term) {
        let density = term.w * term.at.pdf * place.inverse_sd;
        let slope = density * place.d * place.inverse_sd;
        self.density += density;
        self.slope += slope;
        self.n_density += place.n * density;
        self.n_slope += place.n * slope;
        let up = (shifted(before.d, term.d) + term.d).if_above(
            0.0,
            shifted(before.at.sf, term.at.sf) - term.at.sf,
            term.at.cdf - shifted(before.at.cdf, term.at.cdf),
        );
        // Neighbours in the upper half differ by their small upper tails.
        self.one_more += shifted(before.w, term.w) * up;
    }

    fn sums(&self, by: f64) -> Sums {
        let scaled = |x| by * both(x);
        Sums {
            yes: scaled(self.yes),
            no: scaled(self.no),
            one_more: scaled(self.one_more),
            density: scaled(self.density),
            slope: scaled(self.slope),
            n_density: scaled(self.n_density),
            n_slope: scaled(self.n_slope),
        }
    }
}

/// Returns each lane's predecessor, when `before` precedes `x`.
#[inline(always)]
fn shifted(before: f64x2, x: f64x2) -> f64x2 {
    f64x2::new([before.to_array()[1], x.to_array()[0]])
}

#[inline(always)]
fn both(x: f64x2) -> f64 {
    let [even, odd] = x.to_array();
    even + odd
}
