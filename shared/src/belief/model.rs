//! The parameters of the filter that walks forward.

use serde::{Deserialize, Serialize};

use super::kalman::Gaussian;
use super::prints::{Batch, Sight, YEAR_HOURS};
use super::surface;
use super::switching::{Prediction, jump_probability};
use super::{logit, sigmoid};
use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};
use crate::math::{exp, ln, ln_1p, max, min};

/// `pi / 8` of the evidence framework (Neural Computation 4, 1992, 720): the mean of `S(x)` for normal `x` is about
/// `S(mean / sqrt(1 + variance pi / 8))`.
const MACKAY: f64 = core::f64::consts::PI / 8.0;
/// The size of a print whose noise is [`Model::noise`]: the middle of the recorded prints, contracts.
const LN_TYPICAL_SIZE: f64 = core::f64::consts::LN_10;
/// The variance of the log-odds before the first print: from 12 c to 88 c one standard deviation around the middle.
const FIRST_VARIANCE: f64 = 4.0;
/// The belief before the first print: even odds, widely spread.
pub(crate) const BEFORE_FIRST: Gaussian = Gaussian { mean: 0.0, variance: FIRST_VARIANCE };
/// The least `p (1 - p)` that prices are taken to have: `0.01 x 0.99`, at the first and the last cent.
pub(crate) const LEAST_PQ: f64 = 0.0099;
/// How many leaps come with each jump. A leap is news so great that what was believed before counts for no more than it
/// would before the first print.
const LEAPS: f64 = 0.1;

/// How many parameters a [`Model`] has.
pub(crate) const PARAMETERS: usize = 9;

/// How contracts of one series move and print: the explanations of [`super::switching`], with a volatility that
/// follows [`surface::belief_volatility`], a part of it that comes with each trade, and noise that falls with a print's
/// size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The belief volatility as a multiple of the surface's.
    pub volatility: f64,
    /// The standard deviation of the move that comes with each batch of prints, dollars.
    pub print_volatility: f64,
    /// The variance of a print of ten contracts around the fair price, square dollars.
    pub noise: f64,
    /// What a stray print's variance has in addition, square dollars.
    pub stray_noise: f64,
    /// The probability that a print is stray.
    pub stray_probability: f64,
    /// How often the log-odds jump, per hour.
    pub jump_intensity: f64,
    /// The standard deviation of a jump in log-odds.
    pub jump_sd: f64,
    /// The power of its size by which a print's noise falls.
    pub size_exponent: f64,
    /// How far from the fair price a taker trades, dollars; of prints whose side is known.
    pub half_spread: f64,
}

impl Model {
    /// Returns what is assumed before any print was seen: the surface's own volatility, a cent's rounding as noise, one
    /// print in ten stray by some cents, a jump a day.
    pub const fn prior() -> Self {
        Self {
            volatility: 1.0,
            print_volatility: 0.002,
            noise: 2e-5,
            stray_noise: 2.5e-3,
            stray_probability: 0.1,
            jump_intensity: 1.0 / 24.0,
            jump_sd: 0.3,
            size_exponent: 0.5,
            half_spread: 0.01,
        }
    }

    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming the parameter that is out of its range: a probability outside 0 to 1, a negative
    /// intensity, half-spread, deviation or variance, or one that must be positive and is zero.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        positive("volatility", self.volatility)?;
        non_negative("print_volatility", self.print_volatility)?;
        positive("noise", self.noise)?;
        non_negative("stray_noise", self.stray_noise)?;
        non_negative("stray_probability", self.stray_probability)?;
        non_negative("1 - stray_probability", 1.0 - self.stray_probability)?;
        non_negative("jump_intensity", self.jump_intensity)?;
        non_negative("jump_sd", self.jump_sd)?;
        finite("size_exponent", self.size_exponent)?;
        non_negative("half_spread", self.half_spread)?;
        Ok(())
    }

    /// Returns the parameters on scales without bounds.
    pub(crate) fn to_vector(self) -> [f64; PARAMETERS] {
        [
            ln(self.volatility),
            ln(self.print_volatility),
            ln(self.noise),
            ln(self.stray_noise),
            logit(self.stray_probability),
            ln(self.jump_intensity),
            ln(self.jump_sd),
            self.size_exponent,
            ln(self.half_spread),
        ]
    }

    /// Returns the parameters that [`Model::to_vector`] gives as `v`.
    pub(crate) fn from_vector(v: [f64; PARAMETERS]) -> Self {
        Self {
            volatility: exp(v[0]),
            print_volatility: exp(v[1]),
            noise: exp(v[2]),
            stray_noise: exp(v[3]),
            stray_probability: sigmoid(v[4]),
            jump_intensity: exp(v[5]),
            jump_sd: exp(v[6]),
            size_exponent: v[7],
            half_spread: exp(v[8]),
        }
    }

    /// Returns the belief volatility per square root of a year at the log-odds `mean`, `left` hours before settlement.
    #[inline]
    pub(crate) fn belief_volatility(&self, mean: f64, left: f64) -> f64 {
        self.volatility_at(sigmoid(mean), left)
    }

    #[inline]
    fn volatility_at(&self, p: f64, left: f64) -> f64 {
        // Beyond the first and the last cent there is no price to move to.
        self.volatility * surface::about(min(max(p, 0.01), 0.99), left / YEAR_HOURS)
    }

    /// Returns the state just before `batch`, which is not the contract's first, and what it was predicted with.
    ///
    /// The drift is the martingale's: [`fair`] is what it was.
    #[inline]
    pub(crate) fn ahead(&self, state: Gaussian, batch: &Batch) -> (Gaussian, f64) {
        let p = sigmoid(state.mean);
        let sigma_b = self.volatility_at(p, batch.left);
        let pq = max(p * (1.0 - p), LEAST_PQ);
        let with_trade = self.print_volatility / pq;
        let variance =
            state.variance + sigma_b * sigma_b * batch.hours / YEAR_HOURS + with_trade * with_trade;
        (spread_to(state, variance), sigma_b)
    }

    /// Returns what is said of `print`; `jumps` is what may have happened just before it.
    #[inline]
    pub(crate) fn predict(&self, state: Gaussian, print: &Sight, jumps: &Jumps) -> Prediction {
        let per_dollar = 1.0 / pq(state.mean);
        let by_size = exp(-self.size_exponent * (print.ln_size - LN_TYPICAL_SIZE));
        let stray = self.stray_probability;
        let sound = 1.0 - stray;
        let astray = ln_1p(((self.noise + self.stray_noise) * by_size).sqrt() * per_dollar);
        Prediction {
            weights: [
                (1.0 - jumps.jumped - jumps.leapt) * sound,
                stray,
                jumps.jumped * sound,
                jumps.leapt * sound,
            ],
            state,
            jump: jumps.jump,
            leap: jumps.leap,
            unseen: jumps.unseen,
            offset: print.side * self.half_spread * per_dollar,
            noise: self.noise * by_size * per_dollar * per_dollar,
            stray_noise: astray * astray,
        }
    }

    /// Returns how the log-odds may have jumped away from `state` in `hours`.
    #[inline]
    pub(crate) fn jumps(&self, state: Gaussian, hours: f64) -> Jumps {
        let expected = self.jump_intensity * hours;
        let jumped = jump_probability(self.jump_intensity, hours);
        let leapt = jump_probability(LEAPS * self.jump_intensity, hours);
        // Of jumps that happened at least once.
        let count = if jumped > 0.0 { expected / jumped } else { 1.0 };
        let away = |variance: f64| {
            let to = spread_to(state, state.variance + variance);
            Gaussian { mean: to.mean - state.mean, variance }
        };
        let jumped_only = jumped * (1.0 - leapt);
        let jump_variance = count * self.jump_sd * self.jump_sd;
        Jumps {
            jumped: jumped_only,
            leapt,
            jump: away(jump_variance),
            leap: away(FIRST_VARIANCE),
            unseen: away(jumped_only * jump_variance + leapt * FIRST_VARIANCE),
        }
    }
}

/// What may have happened to the log-odds between two prints, besides diffusion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jumps {
    /// The probability of jumps but no leap, and of a leap.
    jumped: f64,
    leapt: f64,
    /// The mean and the variance of the jumps together, and of a leap.
    jump: Gaussian,
    leap: Gaussian,
    /// Of all of it, whether it happened or not.
    unseen: Gaussian,
}

impl Jumps {
    /// Nothing can have happened before the first print.
    pub(crate) const NONE: Self = {
        let nothing = Gaussian { mean: 0.0, variance: 0.0 };
        Self { jumped: 0.0, leapt: 0.0, jump: nothing, leap: nothing, unseen: nothing }
    };
}

/// Returns `p (1 - p)` at these log-odds, not below its value at the first and the last cent.
#[inline]
fn pq(log_odds: f64) -> f64 {
    let p = sigmoid(log_odds);
    max(p * (1.0 - p), LEAST_PQ)
}

/// Returns `state` with the greater `variance` and the same [`fair`] price, as the price is a martingale.
#[inline]
pub(super) fn spread_to(state: Gaussian, variance: f64) -> Gaussian {
    let wider = (1.0 + MACKAY * variance) / (1.0 + MACKAY * state.variance);
    Gaussian { mean: state.mean * wider.sqrt(), variance }
}

/// Returns the fair price of a state, the mean of `S(x)`, to the accuracy of [`MACKAY`].
#[inline]
pub(crate) fn fair(state: Gaussian) -> f64 {
    sigmoid(state.mean / (1.0 + MACKAY * state.variance).sqrt())
}
