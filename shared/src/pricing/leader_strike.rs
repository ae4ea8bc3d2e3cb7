//! A contender priced against the leader alone: the first system's approximation.
//!
//! It asks whether a contender will exceed the count the leader has *now*, and of the leader, whether it will
//! exceed the runner-up's. That ignores how the leader moves and everyone else, so the probabilities of an
//! event needn't sum to 1: they have been off by 0.29 for a single contender and by a factor of 2.3 in the sum.
//! It is here to reproduce and to compare; the price of a contract is the winner among many.
//!
//! Against the leader as it moves, the pair alone is exact (Margrabe, J. Finance 33, 1978): that is the
//! better of the two wherever only two contenders matter.

use super::bounds::{above_zero, any_sign, from_zero};
use super::digital::{DAYS_PER_YEAR, Drift, Jumps, MertonDigital, Parameters, Value};
use crate::Invalid;
use crate::math::ln_ratio;
use crate::math::normal::{Tails, tails};

/// One contender for the highest count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contender {
    /// `S`: the count now.
    pub spot: f64,
    /// `b`: the trend of the mean count, per year.
    pub b: f64,
    /// `sigma`: the volatility, per square root of a year.
    pub sigma: f64,
}

/// A contender's chances against the leader, or the leader's against the runner-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgainstLeader {
    /// The index of the one it is measured against.
    pub rival: usize,
    /// The leader-strike approximation: against the rival's count as it is now.
    pub fixed_strike: Value,
    /// Against the rival as it moves, both moving independently.
    pub pairwise: Tails,
}

/// Returns the chances of the contender with this index at expiry, `days` from now.
///
/// # Errors
///
/// Names `outcomes` if there are fewer than two or the index is beyond them, `T_days` if it is out of range, and
/// `outcomes[i].S`, `.b` or `.sigma` of the contender or its rival likewise; the ranges are those of
/// [`MertonDigital::new`].
pub fn against_leader(contenders: &[Contender], index: usize, days: f64) -> Result<AgainstLeader, Invalid> {
    for (i, contender) in contenders.iter().enumerate() {
        above_zero("S", contender.spot).map_err(|invalid| of_outcome(invalid, i))?;
    }
    let (Some(contender), Some(rival)) = (contenders.get(index), rival(contenders, index)) else {
        let reason = format!("must hold outcome {index} and another, holds {}", contenders.len());
        return Err(Invalid::new("outcomes", reason));
    };
    let strike = contenders[rival].spot;
    let fixed_strike = MertonDigital::new(&Parameters {
        spot: contender.spot,
        strike,
        days,
        drift: Drift::Raw { b: contender.b },
        sigma: contender.sigma,
        jumps: Jumps::NONE,
        rate: 0.0,
    })
    .map_err(|invalid| of_outcome(invalid, index))?
    .value();
    let pairwise =
        pairwise(contender, &contenders[rival], 0.0, days).map_err(|invalid| of_outcome(invalid, rival))?;
    Ok(AgainstLeader { rival, fixed_strike, pairwise })
}

/// Returns the probabilities that `a` ends above `b` (`cdf`) and that it doesn't (`sf`), when the logarithms of
/// their counts are normal with correlation `correlation`.
///
/// `ln(A_T / B_T)` is normal with mean `ln(A/B) + (b_a - b_b - (sigma_a^2 - sigma_b^2)/2) T` and variance
/// `(sigma_a^2 + sigma_b^2 - 2 rho sigma_a sigma_b) T`. Without variance `a` has to be above to win.
///
/// # Errors
///
/// Names `S`, `b`, `sigma`, `T_days` or `correlation` if it is out of its range: the last from -1 to 1, the
/// others as for [`MertonDigital::new`].
pub fn pairwise(a: &Contender, b: &Contender, correlation: f64, days: f64) -> Result<Tails, Invalid> {
    for contender in [a, b] {
        above_zero("S", contender.spot)?;
        any_sign("b", contender.b)?;
        from_zero("sigma", contender.sigma)?;
    }
    let years = from_zero("T_days", days)? / DAYS_PER_YEAR;
    if !(-1.0..=1.0).contains(&correlation) {
        return Err(Invalid::new("correlation", format!("must be from -1 to 1, got {correlation}")));
    }
    let drift = a.b - b.b - 0.5 * (a.sigma - b.sigma) * (a.sigma + b.sigma);
    let mean = ln_ratio(a.spot, b.spot) + drift * years;
    // The same variance as above, as a sum that can't be negative.
    let difference = a.sigma - b.sigma;
    let variance = (difference * difference + 2.0 * (1.0 - correlation) * a.sigma * b.sigma) * years;
    Ok(if variance > 0.0 {
        tails(mean / variance.sqrt())
    } else if mean > 0.0 {
        Tails { cdf: 1.0, sf: 0.0 }
    } else {
        Tails { cdf: 0.0, sf: 1.0 }
    })
}

/// Says whose field it is, if it is a contender's.
fn of_outcome(invalid: Invalid, index: usize) -> Invalid {
    match invalid.field.as_ref() {
        "S" | "b" | "sigma" => invalid.within(format_args!("outcomes[{index}]")),
        _ => invalid,
    }
}

/// Returns the index of the highest count among the others: the leader, or for the leader the runner-up.
fn rival(contenders: &[Contender], index: usize) -> Option<usize> {
    let mut best: Option<usize> = None;
    for i in (0..contenders.len()).filter(|&i| i != index) {
        if best.is_none_or(|best| contenders[i].spot > contenders[best].spot) {
            best = Some(i);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [Contender; 3] = [
        Contender { spot: 112e6, b: 0.0, sigma: 0.6 },
        Contender { spot: 133e6, b: 0.0, sigma: 0.3 },
        Contender { spot: 117e6, b: 0.0, sigma: 0.9 },
    ];

    #[test]
    fn the_leaders_rival_is_the_runner_up() {
        let rivals = [0, 1, 2].map(|i| against_leader(&THREE, i, 16.0).unwrap().rival);
        assert_eq!(rivals, [1, 2, 1]);
    }

    #[test]
    fn a_pair_that_moves_as_one_is_decided_by_its_drift() {
        let [a, b] = [120e6, 119e6].map(|spot| Contender { spot, b: 0.0, sigma: 0.3 });
        assert_eq!(pairwise(&a, &b, 1.0, 16.0).unwrap(), Tails { cdf: 1.0, sf: 0.0 });
        assert_eq!(pairwise(&b, &a, 1.0, 16.0).unwrap(), Tails { cdf: 0.0, sf: 1.0 });
    }

    #[test]
    fn bad_inputs_are_named_with_their_outcome() {
        let field = |contenders: &[Contender], index, days| {
            against_leader(contenders, index, days).unwrap_err().field.into_owned()
        };
        assert_eq!(field(&THREE[..1], 0, 16.0), "outcomes");
        assert_eq!(field(&THREE, 3, 16.0), "outcomes");
        assert_eq!(field(&THREE, 0, -1.0), "T_days");
        let mut bad = THREE;
        bad[2].spot = 0.0;
        assert_eq!(field(&bad, 0, 16.0), "outcomes[2].S");
        bad = THREE;
        bad[1].sigma = -0.1;
        assert_eq!(field(&bad, 0, 16.0), "outcomes[1].sigma");
        assert_eq!(field(&bad, 1, 16.0), "outcomes[1].sigma");
    }
}
