//! The model's parameters, checked.

use crate::Invalid;
use crate::math::{exp, exp_m1, ln_ratio};
use crate::pricing::bounds::{GREATEST, above_zero, any_sign, from_zero};

/// Days in the year that rates, volatilities and jump intensities are quoted for.
pub const DAYS_PER_YEAR: f64 = 365.0;

/// The most jumps that may be expected before expiry. With more, jumps are a diffusion: their variance
/// `lambda (muJ^2 + sigJ^2)` belongs in `sigma^2`.
pub const MAX_EXPECTED_JUMPS: f64 = 1e6;

/// What the drift of `ln S` is, per year.
///
/// Listener counts can't be traded, so the trend `b` is a physical one: it comes from a nowcast, not from
/// an interest rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drift {
    /// `b - sigma^2/2 - lambda kappa` with `kappa = E[e^J] - 1`: the mean of `S_T` is `S e^(bT)`, jumps
    /// included.
    Compensated {
        /// The trend of the mean, per year.
        b: f64,
    },
    /// `b - sigma^2/2`: the mean of the part without jumps is `S e^(bT)`.
    Raw {
        /// The trend of the mean of the part without jumps, per year.
        b: f64,
    },
    /// None: the spot is the forward median of the part without jumps. What volatility does is then only
    /// to widen the distribution, so that the volatility a price implies is unique when there are no jumps.
    Median,
}

impl Drift {
    /// Returns [`Self::Median`] for fields of which `b` and `comp` may have been given too.
    ///
    /// # Errors
    ///
    /// Names `b` or `comp` if there is a trend or a compensation: the spot is the forward median already.
    pub fn median(b: f64, compensated: bool) -> Result<Self, Invalid> {
        for (name, given) in [("b", b != 0.0), ("comp", compensated)] {
            if given {
                return Err(Invalid::new(
                    name,
                    "must be 0 or left out with median: S is the forward median itself",
                ));
            }
        }
        Ok(Self::Median)
    }

    /// Returns the trend `b`; without one, 0.
    pub(crate) fn trend(self) -> f64 {
        match self {
            Self::Compensated { b } | Self::Raw { b } => b,
            Self::Median => 0.0,
        }
    }
}

/// Jumps of `ln S`: a Poisson process of normally distributed sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jumps {
    pub(crate) lambda: f64,
    pub(crate) mean: f64,
    pub(crate) sd: f64,
}

impl Jumps {
    /// No jumps.
    pub const NONE: Self = Self { lambda: 0.0, mean: 0.0, sd: 0.0 };

    /// Returns jumps that come `lambda` times a year and change `ln S` by a normal amount of mean `mean`
    /// and standard deviation `sd`.
    ///
    /// # Errors
    ///
    /// Names `lambda`, `muJ` or `sigJ` if it isn't finite, if its size is neither 0 nor from 1e-50 to 1e50, or
    /// if `lambda` or `sigJ` is negative.
    pub fn new(lambda: f64, mean: f64, sd: f64) -> Result<Self, Invalid> {
        Ok(Self {
            lambda: from_zero("lambda", lambda)?,
            mean: any_sign("muJ", mean)?,
            sd: from_zero("sigJ", sd)?,
        })
    }
}

/// A contract that pays $1 if a count exceeds a strike, and what is assumed of the count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// `S`: the count now, or its forward median under [`Drift::Median`].
    pub spot: f64,
    /// `K`: the count to exceed.
    pub strike: f64,
    /// `T_days`: days to expiry, 365 to the year.
    pub days: f64,
    /// The drift of `ln S`, with its trend `b`.
    pub drift: Drift,
    /// The volatility of the part without jumps, per square root of a year.
    pub sigma: f64,
    /// The jumps.
    pub jumps: Jumps,
    /// `r`: the continuously compounded yearly rate that discounts the $1, and nothing else.
    pub rate: f64,
}

/// A cash-or-nothing digital under Merton's jump diffusion (J. Financial Economics 3, 1976):
///
/// ```text
/// ln(S_T / S) = (drift) T + sigma W_T + J_1 + ... + J_N,    N ~ Poisson(lambda T),  J ~ N(muJ, sigJ^2)
/// ```
///
/// It pays $1 if `S_T > K`; on the strike exactly it pays nothing. `sigma = 0` and `T = 0` are valid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MertonDigital {
    pub(super) spot: f64,
    pub(super) years: f64,
    pub(super) sigma: f64,
    pub(super) jumps: Jumps,
    pub(super) discount: f64,
    /// The drift of `ln S` before `-sigma^2/2`, and `ln(S / K)` moved by it to expiry.
    pub(super) growth: f64,
    pub(super) log_forward: f64,
    /// How much of `-sigma^2/2` is in the drift: all (1) or nothing (0).
    pub(super) convexity: f64,
    /// `kappa` and `lambda T (1 + kappa)` if the drift compensates jumps, else 0.
    pub(super) kappa: f64,
    pub(super) compensator: f64,
    pub(super) expected_jumps: f64,
}

impl MertonDigital {
    /// Returns the digital with these parameters.
    ///
    /// # Errors
    ///
    /// Names the field (`S`, `K`, `T_days`, `b`, `sigma`, `lambda`, `muJ`, `sigJ`, `r`) that isn't finite, has
    /// the wrong sign, or has a size that is neither 0 nor from 1e-50 to 1e50. Names `lambda` if more than
    /// [`MAX_EXPECTED_JUMPS`] are expected, `muJ` if the mean of `e^J` to compensate is beyond 1e50, and `r`
    /// if the discount factor isn't finite.
    pub fn new(parameters: &Parameters) -> Result<Self, Invalid> {
        let &Parameters { spot, strike, days, drift, sigma, jumps, rate } = parameters;
        let spot = above_zero("S", spot)?;
        let strike = above_zero("K", strike)?;
        let years = from_zero("T_days", days)? / DAYS_PER_YEAR;
        let b = any_sign("b", drift.trend())?;
        let sigma = from_zero("sigma", sigma)?;
        let rate = any_sign("r", rate)?;
        let discount = if rate == 0.0 { 1.0 } else { exp(-rate * years) };
        if !discount.is_finite() {
            return Err(Invalid::new("r", format!("must leave a finite discount factor, got {rate}")));
        }
        let expected_jumps = jumps.lambda * years;
        if expected_jumps > MAX_EXPECTED_JUMPS {
            let reason = format!("must not mean more than 1e6 jumps before expiry, got {expected_jumps:e}");
            return Err(Invalid::new("lambda", reason));
        }
        let (kappa, compensator) = match drift {
            Drift::Compensated { .. } if jumps.lambda > 0.0 => compensation(jumps, expected_jumps)?,
            _ => (0.0, 0.0),
        };
        let growth = b - jumps.lambda * kappa;
        Ok(Self {
            spot,
            years,
            sigma,
            jumps,
            discount,
            growth,
            log_forward: ln_ratio(spot, strike) + growth * years,
            convexity: if drift == Drift::Median { 0.0 } else { 1.0 },
            kappa,
            compensator,
            expected_jumps,
        })
    }

    /// Returns the same digital at another volatility, which must be in range.
    pub(crate) fn with_sigma(&self, sigma: f64) -> Self {
        Self { sigma, ..*self }
    }

    /// Returns the same digital at another `ln(forward / K)`, the forward being that before jumps.
    pub(crate) fn with_log_forward(&self, log_forward: f64) -> Self {
        Self { log_forward, ..*self }
    }
}

/// Returns `kappa = E[e^J] - 1` and `lambda T (1 + kappa)`.
fn compensation(jumps: Jumps, expected_jumps: f64) -> Result<(f64, f64), Invalid> {
    let log_mean = jumps.mean + 0.5 * jumps.sd * jumps.sd;
    let kappa = exp_m1(log_mean);
    if kappa > GREATEST {
        let reason = format!("with sigJ must leave a mean of e^J of at most 1e50, got e^{log_mean}");
        return Err(Invalid::new("muJ", reason));
    }
    Ok((kappa, expected_jumps * (1.0 + kappa)))
}
