//! The filter of trade prints: noise and offset as wide as the tick is in log-odds.

use super::kalman::{Diffusion, Gaussian};
use super::sigmoid;
use super::switching::{Prediction, jump_probability};
use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};
use crate::market::Side;
use crate::math::max;

/// How a contract's log-odds move and how its prints show them. Rates and volatility are in the caller's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// What moves the log-odds between jumps.
    pub diffusion: Diffusion,
    /// How often they jump, per unit of time.
    pub jump_intensity: f64,
    /// The mean and the variance of a jump.
    pub jump: Gaussian,
    /// The probability that a print is stray.
    pub stray_probability: f64,
    /// The variance of a print around the fair price, square dollars.
    pub noise: f64,
    /// What a stray print's variance has in addition, square dollars.
    pub stray_noise: f64,
    /// How far from the fair price a taker trades, dollars.
    pub half_spread: f64,
    /// The least value of `p (1 - p)`, below which a cent is taken to be no wider in log-odds.
    pub least_pq: f64,
}

/// `0.01 x 0.99`: at the first and the last cent.
pub const LEAST_PQ: f64 = 0.0099;

impl Parameters {
    /// Returns these parameters if they make sense.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming the parameter that is out of its range: a probability outside 0 to 1, a negative
    /// intensity, half-spread or variance, or one that must be positive and is zero (`noise`, `least_pq`).
    pub fn checked(self) -> Result<Self, Invalid> {
        non_negative("jump_intensity", self.jump_intensity)?;
        finite("jump.mean", self.jump.mean)?;
        non_negative("jump.variance", self.jump.variance)?;
        non_negative("stray_probability", self.stray_probability)?;
        non_negative("1 - stray_probability", 1.0 - self.stray_probability)?;
        positive("noise", self.noise)?;
        non_negative("stray_noise", self.stray_noise)?;
        non_negative("half_spread", self.half_spread)?;
        positive("least_pq", self.least_pq)?;
        Ok(self)
    }

    /// Returns what is said of a print `interval` after `state`, whose taker took `side` where that is known; `None`
    /// as the interval where there was no print before, and no jump can have been.
    #[inline]
    pub fn predict(&self, state: Gaussian, interval: Option<f64>, side: Option<Side>) -> Prediction {
        let (state, jumped) = match interval {
            Some(interval) => {
                (state.after(self.diffusion.step(interval)), jump_probability(self.jump_intensity, interval))
            }
            None => (state, 0.0),
        };
        let p = sigmoid(state.mean);
        let pq = max(p * (1.0 - p), self.least_pq);
        let scale = 1.0 / (pq * pq);
        let offset = match side {
            Some(Side::Yes) => self.half_spread / pq,
            Some(Side::No) => -self.half_spread / pq,
            None => 0.0,
        };
        let stray = self.stray_probability;
        Prediction {
            weights: [(1.0 - jumped) * (1.0 - stray), (1.0 - jumped) * stray, jumped, 0.0],
            state,
            jump: self.jump,
            leap: self.jump,
            unseen: Gaussian { mean: 0.0, variance: 0.0 },
            offset,
            noise: self.noise * scale,
            stray_noise: (self.noise + self.stray_noise) * scale,
        }
    }
}
