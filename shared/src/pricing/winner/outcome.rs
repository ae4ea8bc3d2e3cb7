//! One outcome of a winner-take-all contract: the law of its level at settlement.

use std::ops::Range;

use crate::invalid::{finite, non_negative};
use crate::{Invalid, math};

/// The law of one outcome's level at settlement, as a user states it.
///
/// Nothing is checked here: [`WinnerTakeAll::new`](super::WinnerTakeAll::new) checks a whole list and names what it
/// can't accept by its place (`outcomes[3].s`). Every outcome may load on one common factor `Z`, a standard normal
/// shared by the whole list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A normal level `a + beta Z + s eps`, with `eps` a standard normal of its own.
    Normal {
        /// The mean level: a logarithm of a count, or any other scale that all outcomes share.
        a: f64,
        /// The standard deviation of what is the outcome's own, in units of `a`. Zero means that the level is known.
        s: f64,
        /// The loading on the common factor, in units of `a`.
        beta: f64,
    },
    /// A Merton jump-diffusion level `a + beta Z + sigma W_T + J_1 + ... + J_n`, with `n` a Poisson number of mean
    /// `lambda T`. The jumps are raw: nothing is taken from the drift to make up for them, so that `a` is the median
    /// of the level without jumps (Merton 1976, with the compensator left out).
    Merton {
        /// The median level if no jump comes (and `Z` is zero).
        a: f64,
        /// The time to settlement in years, `T`.
        years: f64,
        /// The volatility of the diffusion, per square root of a year. Zero only if no jump can come either.
        sigma: f64,
        /// The mean number of jumps a year.
        lambda: f64,
        /// The mean of one jump, in units of `a`.
        mu_j: f64,
        /// The standard deviation of one jump, in units of `a`.
        sig_j: f64,
        /// The loading on the common factor, in units of `a`.
        beta: f64,
    },
}

/// The greatest magnitude of a level, a spread or a loading. Logarithms of counts stay below 50.
const GREATEST: f64 = 1e6;

/// The least spread that isn't zero: below it a level near 20 has too few digits left to resolve its own density.
const LEAST_SPREAD: f64 = 1e-9;

/// The greatest mean number of jumps before settlement.
const GREATEST_JUMPS: f64 = 100.0;

/// Poisson weights below this are left out; together the ones left out stay below 1e-17.
const LEAST_WEIGHT: f64 = 1e-19;

/// One normal part of an outcome's law, relative to the outcome's centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Component {
    pub(super) weight: f64,
    pub(super) ln_weight: f64,
    pub(super) shift: f64,
    pub(super) sd: f64,
}

/// What an outcome's level is, given the common factor.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Law {
    /// The centre itself.
    Known,
    /// A mixture of the normal components at these places of the list's components.
    Mixture(Range<usize>),
}

/// A checked outcome: its level is `centre + loading Z +` a draw from its law.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contender {
    pub(super) centre: f64,
    pub(super) loading: f64,
    pub(super) law: Law,
}

impl Outcome {
    /// Checks the numbers and appends the law's normal components to `components`.
    pub(super) fn checked(&self, components: &mut Vec<Component>) -> Result<Contender, Invalid> {
        match *self {
            Self::Normal { a, s, beta } => {
                let (centre, loading) = (within_range("a", a)?, within_range("beta", beta)?);
                non_negative("s", s)?;
                let sd = spread("s", within_range("s", s)?)?;
                let first = components.len();
                if sd == 0.0 {
                    return Ok(Contender { centre, loading, law: Law::Known });
                }
                components.push(Component { weight: 1.0, ln_weight: 0.0, shift: 0.0, sd });
                Ok(Contender { centre, loading, law: Law::Mixture(first..components.len()) })
            }
            Self::Merton { a, years, sigma, lambda, mu_j, sig_j, beta } => {
                let (centre, loading) = (within_range("a", a)?, within_range("beta", beta)?);
                for (field, value) in [("T", years), ("sigma", sigma), ("lambda", lambda), ("sigJ", sig_j)] {
                    within_range(field, non_negative(field, value)?)?;
                }
                within_range("muJ", mu_j)?;
                let jumps = lambda * years;
                if jumps > GREATEST_JUMPS {
                    let reason = format!("lambda T must not exceed {GREATEST_JUMPS}, got {jumps}");
                    return Err(Invalid::new("lambda", reason));
                }
                let sd = spread("sigma", sigma * years.sqrt())?;
                if sd == 0.0 && jumps == 0.0 {
                    return Ok(Contender { centre, loading, law: Law::Known });
                }
                if sd == 0.0 {
                    // Without diffusion the level keeps its exact value with probability e^(-lambda T): neither a
                    // known level nor a density.
                    return Err(Invalid::new(
                        "sigma",
                        "must be greater than zero where jumps may come, got 0",
                    ));
                }
                let first = components.len();
                push_poisson_mixture(jumps, sd, mu_j, sig_j, components);
                for component in &components[first..] {
                    within_range("muJ", component.shift)?;
                    within_range("sigJ", component.sd)?;
                }
                Ok(Contender { centre, loading, law: Law::Mixture(first..components.len()) })
            }
        }
    }
}

/// Appends one normal component for each number of jumps that matters: `n` jumps have the Poisson weight
/// `e^(-m) m^n / n!`, mean `n mu_j` and variance `sd^2 + n sig_j^2`.
fn push_poisson_mixture(jumps: f64, sd: f64, mu_j: f64, sig_j: f64, components: &mut Vec<Component>) {
    let first = components.len();
    let mut weight = math::exp(-jumps);
    let mut n = 0.0;
    let mut total = 0.0;
    while weight > LEAST_WEIGHT || n < jumps {
        if weight > LEAST_WEIGHT {
            total += weight;
            let variance = sd * sd + n * sig_j * sig_j;
            components.push(Component { weight, ln_weight: 0.0, shift: n * mu_j, sd: variance.sqrt() });
        }
        n += 1.0;
        weight *= jumps / n;
    }
    for component in &mut components[first..] {
        component.weight /= total;
        component.ln_weight = math::ln(component.weight);
    }
}

fn within_range(field: &'static str, value: f64) -> Result<f64, Invalid> {
    finite(field, value)?;
    if value.abs() <= GREATEST {
        Ok(value)
    } else {
        Err(Invalid::new(field, format!("must not exceed {GREATEST:e} in magnitude, got {value}")))
    }
}

fn spread(field: &'static str, sd: f64) -> Result<f64, Invalid> {
    if sd == 0.0 || sd >= LEAST_SPREAD {
        Ok(sd)
    } else {
        let reason =
            format!("must make a standard deviation of zero or at least {LEAST_SPREAD:e}, got {sd:e}");
        Err(Invalid::new(field, reason))
    }
}
