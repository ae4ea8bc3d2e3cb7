//! The forward a quote implies.

use super::{Quote, bracket, checked};
use crate::Invalid;
use crate::math::{exp, max};
use crate::pricing::bounds::from_zero;
use crate::pricing::digital::{Drift, MertonDigital, Parameters};

/// Returns the median of the part without jumps, at expiry and in listeners, at which the digital has the
/// quoted probability with volatility `sigma`.
///
/// There is always exactly one, as the probability rises with it: `K e^(quantile(prob) sigma sqrt(T))`
/// without jumps. So it is the first thing to ask of a quote; the quote's own spot and drift play no part.
/// Where the law has an atom (`sigma = 0`) and no median gives the probability exactly, it is the one where the
/// probability jumps across it.
///
/// # Errors
///
/// Names the field (`prob`, `K`, `T_days`, `sigma`, `lambda`, `muJ`, `sigJ`) that is out of its range, as for
/// [`implied_volatility`](super::implied_volatility), or `sigma` if the median is too great for a number.
pub fn implied_forward(quote: &Quote, sigma: f64) -> Result<f64, Invalid> {
    let (years, d) = checked(quote)?;
    let sigma = from_zero("sigma", sigma)?;
    let log_moneyness = if quote.jumps.lambda == 0.0 {
        d * sigma * years.sqrt()
    } else {
        with_jumps(quote, years, sigma, d)?
    };
    let median = quote.strike * exp(log_moneyness);
    if median.is_finite() && median > 0.0 {
        Ok(median)
    } else {
        Err(Invalid::new("sigma", format!("puts the median at e^{log_moneyness} times the strike")))
    }
}

/// Returns the log-moneyness at which the mixture has the quoted probability.
fn with_jumps(quote: &Quote, years: f64, sigma: f64, d: f64) -> Result<f64, Invalid> {
    let &Quote { prob, strike, days, jumps, .. } = quote;
    let digital = MertonDigital::new(&Parameters {
        spot: strike,
        strike,
        days,
        drift: Drift::Median,
        sigma,
        jumps,
        rate: 0.0,
    })?;
    let excess = |log_forward| digital.with_log_forward(log_forward).value().excess(prob);
    // From the normal law with the mixture's mean and variance outwards, until the quote is between: the
    // probability reaches 0 and 1.
    let a = jumps.lambda * years;
    let sd = (sigma * sigma * years + a * (jumps.mean * jumps.mean + jumps.sd * jumps.sd)).sqrt();
    let middle = d * sd - a * jumps.mean;
    let mut reach = max(sd, f64::MIN_POSITIVE);
    let (mut low, mut high) = (middle - reach, middle + reach);
    let (mut below, mut above) = (excess(low), excess(high));
    while below > 0.0 {
        reach *= 2.0;
        low = middle - reach;
        below = excess(low);
    }
    while above < 0.0 {
        reach *= 2.0;
        high = middle + reach;
        above = excess(high);
    }
    Ok(if below == 0.0 {
        low
    } else if above == 0.0 {
        high
    } else {
        bracket::root(low, below, high, above, excess)
    })
}
