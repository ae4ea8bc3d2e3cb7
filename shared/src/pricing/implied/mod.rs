//! What a quoted probability implies: the volatility, and the forward.

mod bracket;
mod closed;
mod forward;
mod scan;

pub use forward::implied_forward;

use super::bounds::{above_zero, any_sign};
use super::digital::{DAYS_PER_YEAR, Drift, Jumps, MAX_EXPECTED_JUMPS};
use crate::Invalid;
use crate::math::normal;

/// The least and the greatest volatility looked for when there are jumps, per square root of a year.
pub const SCANNED: [f64; 2] = [1e-4, 20.0];

/// A quoted probability that a count exceeds a strike, and what is assumed of the count except its
/// volatility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote {
    /// `prob`: the probability, between 0 and 1.
    pub prob: f64,
    /// `S`: the count now, or its forward median under [`Drift::Median`].
    pub spot: f64,
    /// `K`: the count to exceed.
    pub strike: f64,
    /// `T_days`: days to expiry, 365 to the year.
    pub days: f64,
    /// The drift of `ln S`, with its trend `b`.
    pub drift: Drift,
    /// The jumps.
    pub jumps: Jumps,
}

/// How the probability changes with the volatility.
// As wide as the number beside it in a root: copying padding costs a fifth of a closed-form solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum Vega {
    /// More volatility, less probability.
    Negative = -1,
    /// The probability is at a peak or in a trough.
    Zero = 0,
    /// More volatility, more probability.
    Positive = 1,
}

/// A volatility at which the model gives the quoted probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// The volatility, per square root of a year.
    pub sigma: f64,
    /// The sign of the vega there.
    pub vega: Vega,
}

/// All the volatilities a quote implies, ascending.
#[derive(Debug, Clone, PartialEq)]
pub enum Roots {
    /// No volatility gives the quote.
    None,
    /// One does.
    Unique(Root),
    /// Two do.
    Two([Root; 2]),
    /// Three or more do.
    Many(Vec<Root>),
}

impl Roots {
    /// Returns the roots, ascending.
    pub fn as_slice(&self) -> &[Root] {
        match self {
            Self::None => &[],
            Self::Unique(root) => core::slice::from_ref(root),
            Self::Two(roots) => roots,
            Self::Many(roots) => roots,
        }
    }

    /// Returns how many there are, in a word: `none`, `unique`, `two` or `many`.
    pub const fn status(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unique(_) => "unique",
            Self::Two(_) => "two",
            Self::Many(_) => "many",
        }
    }

    /// Adds a root above all the others.
    fn push(&mut self, root: Root) {
        *self = match core::mem::replace(self, Self::None) {
            Self::None => Self::Unique(root),
            Self::Unique(first) => Self::Two([first, root]),
            Self::Two([first, second]) => Self::Many(vec![first, second, root]),
            Self::Many(mut roots) => {
                roots.push(root);
                Self::Many(roots)
            }
        };
    }
}

/// The greatest probability that some volatility gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The volatility that gives it, per square root of a year.
    pub sigma: f64,
    /// The probability.
    pub prob: f64,
}

/// What a quote says of the volatility.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpliedVolatility {
    /// The volatilities that give the quoted probability: all positive ones without jumps, with jumps those
    /// in [`SCANNED`].
    pub roots: Roots,
    top: Top,
}

/// Where the peak is, or what it takes to find it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Top {
    /// Without jumps: in closed form.
    Closed(closed::Curve),
    /// With jumps: found among the volatilities scanned.
    Scanned(Peak),
}

impl ImpliedVolatility {
    /// Returns the greatest probability that a volatility gives, with jumps among those in [`SCANNED`].
    ///
    /// There is none without jumps when the strike is not above the forward (probability and volatility then
    /// only trade off, up to the limit of no volatility) or under [`Drift::Median`].
    pub fn peak(&self) -> Option<Peak> {
        match self.top {
            Top::Closed(curve) => curve.peak(),
            Top::Scanned(peak) => Some(peak),
        }
    }
}

/// Returns every volatility at which the Merton digital has the quoted probability.
///
/// Without jumps the equation is quadratic in the volatility and solved in closed form, in tens of
/// nanoseconds and without allocation; with jumps the volatilities in [`SCANNED`] are searched, in tens of
/// microseconds.
///
/// A quote on an out-of-the-money digital usually has two roots, as `-sigma^2/2` pulls the median down:
/// the lower one is the usual reading. The probability is not a reading of the volatility alone:
/// [`implied_forward`] always has one answer.
///
/// # Errors
///
/// Names the field (`prob`, `S`, `K`, `T_days`, `b`, `lambda`, `muJ`) that is out of its range: `prob` not
/// strictly between 0 and 1, the others as for [`MertonDigital::new`](super::digital::MertonDigital::new),
/// `T_days` also if it is 0. Names `prob` if it is 1/2 with a median on the strike and no jumps: every
/// volatility gives that.
#[inline]
pub fn implied_volatility(quote: &Quote) -> Result<ImpliedVolatility, Invalid> {
    let (years, d) = checked(quote)?;
    let spot = above_zero("S", quote.spot)?;
    any_sign("b", quote.drift.trend())?;
    if quote.jumps.lambda == 0.0 {
        let curve = closed::Curve::new(spot, quote.strike, years, quote.drift);
        if curve.is_always(d) {
            return Err(Invalid::new("prob", "at the median every volatility gives 1/2"));
        }
        return Ok(ImpliedVolatility { roots: curve.roots(d), top: Top::Closed(curve) });
    }
    scan::solve(quote, quote.jumps.lambda * years)
}

/// Checks what both implied quantities need, and returns the years to expiry and the probability's quantile.
#[inline]
fn checked(quote: &Quote) -> Result<(f64, f64), Invalid> {
    let Some(d) = normal::quantile_unrefined(quote.prob) else {
        return Err(Invalid::new("prob", format!("must be between 0 and 1, exclusive, got {}", quote.prob)));
    };
    above_zero("K", quote.strike)?;
    let years = above_zero("T_days", quote.days)? / DAYS_PER_YEAR;
    let expected_jumps = quote.jumps.lambda * years;
    if expected_jumps > MAX_EXPECTED_JUMPS {
        let reason = format!("must not mean more than 1e6 jumps before expiry, got {expected_jumps:e}");
        return Err(Invalid::new("lambda", reason));
    }
    Ok((years, d))
}
