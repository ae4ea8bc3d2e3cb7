//! The sum over the number of jumps.

use crate::math::normal::{BLOCK, Block};
use crate::math::{exp, max, min};

/// What a sum may leave out, relative to the smaller of its two probabilities.
const LEFT_OUT: f64 = 1e-16;
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

/// A run of terms: the weight of each, and where its normal law has the strike.
struct Terms {
    weight: [f64; BLOCK],
    d: [f64; BLOCK],
    inverse_sd: [f64; BLOCK],
}

impl Mixture {
    /// Returns the two probabilities; the other sums are left at 0.
    pub(crate) fn probabilities(&self) -> Sums {
        self.sum::<false>()
    }

    /// Returns all the sums. Every variance must be above 0.
    pub(crate) fn sums(&self) -> Sums {
        self.sum::<true>()
    }

    /// Sums the series until what is left out is at most 1e-16 of the smaller probability.
    ///
    /// After term `N`, with `N + 2 > a`, the weights fall at least as fast as a geometric series of ratio
    /// `a / (N + 2)`, which bounds the rest by `w_(N+1) / (1 - a / (N + 2))`. A rule on the size of the last
    /// *term* would stop at once wherever the strike is out of reach without a jump.
    fn sum<const GREEKS: bool>(&self) -> Sums {
        let a = self.expected_jumps;
        let (mut n, mut weight) = start(a);
        let relative = a > FROM_MODE;
        let mut total = Sums::default();
        let mut weights = 0.0;
        let mut previous = None;
        let mut terms = Terms { weight: [0.0; BLOCK], d: [0.0; BLOCK], inverse_sd: [0.0; BLOCK] };
        let mut normal = Block::EMPTY;
        let mut allowed = LEFT_OUT;
        loop {
            let first = n;
            let mut count = 0;
            let mut left;
            loop {
                terms.weight[count] = weight;
                weights += weight;
                count += 1;
                n += 1.0;
                let last_weight = weight;
                weight *= a / n;
                let ratio = a / (n + 1.0);
                // The last difference of neighbours needs one more term than the probabilities.
                let next = if GREEKS { last_weight } else { weight };
                left = if ratio < 1.0 { next / (1.0 - ratio) } else { f64::INFINITY };
                if count == BLOCK || left <= allowed {
                    break;
                }
            }
            self.place(&mut terms, first, count);
            normal.evaluate(&terms.d, count);
            total.add::<GREEKS>(&terms, &normal, first, count, &mut previous);
            allowed = max(LEFT_OUT * min(total.yes, total.no), NOTHING);
            if left <= allowed {
                break;
            }
        }
        if relative { total.scaled(1.0 / weights) } else { total }
    }

    /// Fills in where the strike lies for terms `first` to `first + count - 1`.
    #[inline(always)]
    fn place(&self, terms: &mut Terms, first: f64, count: usize) {
        for i in 0..count.min(BLOCK) {
            let n = first + i as f64;
            let mean = self.mean + n * self.step;
            let inverse_sd = 1.0 / (self.variance + n * self.step_variance).sqrt();
            terms.inverse_sd[i] = inverse_sd;
            terms.d[i] = mean * inverse_sd;
        }
        // Without variance the term is an atom; on the strike it pays nothing.
        if self.variance == 0.0 {
            for i in 0..count.min(BLOCK) {
                let n = first + i as f64;
                if self.variance + n * self.step_variance == 0.0 {
                    terms.d[i] =
                        if self.mean + n * self.step > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
                }
            }
        }
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

impl Sums {
    #[inline(always)]
    fn add<const GREEKS: bool>(
        &mut self,
        terms: &Terms,
        normal: &Block,
        first: f64,
        count: usize,
        previous: &mut Option<(f64, f64, f64, f64)>,
    ) {
        for i in 0..count.min(BLOCK) {
            let w = terms.weight[i];
            self.yes += w * normal.cdf[i];
            self.no += w * normal.sf[i];
            if GREEKS {
                let (d, h) = (terms.d[i], terms.inverse_sd[i]);
                let density = w * normal.pdf[i] * h;
                let slope = density * d * h;
                self.density += density;
                self.slope += slope;
                let n = first + i as f64;
                self.n_density += n * density;
                self.n_slope += n * slope;
                if let Some((w0, d0, cdf0, sf0)) = *previous {
                    // Neighbours in the upper half differ by their small upper tails.
                    let more = if d0 + d > 0.0 { sf0 - normal.sf[i] } else { normal.cdf[i] - cdf0 };
                    self.one_more += w0 * more;
                }
                *previous = Some((w, d, normal.cdf[i], normal.sf[i]));
            }
        }
    }

    fn scaled(self, by: f64) -> Self {
        Self {
            yes: self.yes * by,
            no: self.no * by,
            one_more: self.one_more * by,
            density: self.density * by,
            slope: self.slope * by,
            n_density: self.n_density * by,
            n_slope: self.n_slope * by,
        }
    }
}
