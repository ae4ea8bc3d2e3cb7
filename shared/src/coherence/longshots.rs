//! How much of an excess longshots are to give, learned from events that have settled.

use super::{tilt, weight};
use crate::math::{exp, max};

/// The exponents that may be: the middles of steps of a tenth, up to 8.
const EXPONENTS: usize = 80;
const STEP: f64 = 0.1;

/// What settled events say of the exponent of [`weight`].
///
/// Before any, it is believed as the law says that has a mean of 1 and no other knowledge: the exponential one. Then each
/// event counts once, by how likely it held who won in the mean of the times at which it is looked at: what was believed a
/// week apart in one month says nearly the same.
///
/// ```
/// use shared::coherence::Longshots;
///
/// let mut longshots = Longshots::prior();
/// assert!((longshots.exponent() - 1.0).abs() < 0.005);
/// // The favourite won: more of what was too much was the others'.
/// longshots.learn(&[(vec![0.9, 0.2, 0.1], 0)]);
/// assert!(longshots.exponent() > 1.0);
/// ```
#[derive(Debug, Clone)]
pub struct Longshots {
    /// The logarithm of how believable each exponent is, but for a constant.
    believable: [f64; EXPONENTS],
}

impl Longshots {
    /// Returns what is believed before any event.
    pub fn prior() -> Self {
        Self { believable: core::array::from_fn(|place| -exponent(place)) }
    }

    /// Learns from an event that has settled: what was believed of its outcomes at one or more times, and the place of the
    /// one that won. A time at which it was not among them says nothing.
    pub fn learn(&mut self, times: &[(Vec<f64>, usize)]) {
        let count = times.len() as f64;
        for (fairs, won) in times.iter().filter(|(fairs, won)| *won < fairs.len()) {
            // Beliefs that add up to less are not tilted.
            if fairs.iter().sum::<f64>() <= 1.0 {
                continue;
            }
            let mut found = fairs.clone();
            for (place, believable) in self.believable.iter_mut().enumerate() {
                let weights: Vec<f64> = fairs.iter().map(|fair| weight(*fair, exponent(place))).collect();
                tilt(fairs, &weights, 1.0, &mut found);
                let winner = found.get(*won).copied().unwrap_or(0.0);
                *believable += crate::math::ln(max(winner, LEAST)) / count;
            }
        }
    }

    /// Returns the mean of what is believed of the exponent.
    pub fn exponent(&self) -> f64 {
        let most = self.believable.iter().fold(f64::NEG_INFINITY, |most, own| max(most, *own));
        let (mut sum, mut all) = (0.0, 0.0);
        for (place, believable) in self.believable.iter().enumerate() {
            let weight = exp(believable - most);
            sum += weight * exponent(place);
            all += weight;
        }
        sum / all
    }
}

/// What is thought possible of any outcome: one surprise doesn't decide for ever.
const LEAST: f64 = 1e-4;

fn exponent(place: usize) -> f64 {
    STEP * (place as f64 + 0.5)
}
