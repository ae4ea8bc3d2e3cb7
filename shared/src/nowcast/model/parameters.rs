//! The model's parameters: what the growth does, how its noise changes, and the shape of that noise.

use serde::{Deserialize, Serialize};

/// The number of estimated slopes on TikTok velocity: one on the day before, one on the mean of the two days
/// before that, one on the mean of the four before those.
pub const SLOPES: usize = 3;

/// How far back the slopes reach, in days.
pub(crate) const LAGS: usize = 7;

/// The dynamics of the logarithm of the listeners.
///
/// With `l` the level, `g` the growth, `f` a growth that fades within days, `E` and `B` the growth of four weeks earlier,
/// of calm days and of bursts, and `u` the TikTok velocity less its trailing mean,
///
/// ```text
/// g_d = persistence g_{d-1} + sum_j slopes_j u_{d-lag(j)} + gain e_d
/// f_d = fading f_{d-1} + fading_gain e_d
/// l_d = l_{d-1} + persistence g_{d-1} + fading f_{d-1} + sum_j slopes_j u_{d-lag(j)} - echo E_d - burst_echo B_d + e_d
/// ```
///
/// This is the damped trend of Gardner et al. (Management Science 31, 1985) with a single source of
/// error (Ord, Koehler and Snyder, JASA 92, 1997): `gain` is the share of a day's surprise that lasts. It is
/// the steady state of a level and growth with separate noises, and keeps that steady state when the noise's
/// scale changes from day to day, so a loud day moves the forecast by the same share as a quiet one.
///
/// The echo is the 28-day window's: a listener who came in a burst and not again leaves 28 days later, to the day. On
/// calm days most come again, and who left is drowned in noise, so that `E` is averaged over a week. After a jump the
/// window fills: the growth of the next days, `f`, is great and soon over. (The form was found on artists of 2026.)
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dynamics {
    pub(crate) persistence: f64,
    pub(crate) gain: f64,
    pub(crate) fading: f64,
    pub(crate) fading_gain: f64,
    pub(crate) echo: f64,
    pub(crate) burst_echo: f64,
    pub(crate) slopes: [f64; SLOPES],
}

impl Dynamics {
    /// Returns the growth that persists from one day to the next, as a fraction.
    pub fn persistence(&self) -> f64 {
        self.persistence
    }

    /// Returns the share of a day's surprise that becomes growth.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// Returns the fading growth that is left from one day to the next, as a fraction.
    pub fn fading(&self) -> f64 {
        self.fading
    }

    /// Returns the share of a day's surprise that becomes fading growth.
    pub fn fading_gain(&self) -> f64 {
        self.fading_gain
    }

    /// Returns the share of a burst that leaves 28 days later, to the day.
    pub fn burst_echo(&self) -> f64 {
        self.burst_echo
    }

    /// Returns the share of a calm day's growth that leaves 28 days later.
    pub fn echo(&self) -> f64 {
        self.echo
    }

    /// Returns the slopes on velocity, in log-growth a day per unit.
    pub fn slopes(&self) -> [f64; SLOPES] {
        self.slopes
    }

    /// Returns the slope on the velocity of `lag` days before, `lag` from 1.
    pub(crate) fn slope(&self, lag: usize) -> f64 {
        match lag {
            1 => self.slopes[0],
            2..=3 => self.slopes[1] / 2.0,
            4..=LAGS => self.slopes[2] / 4.0,
            _ => 0.0,
        }
    }

    /// Returns the stationary variances of the growth and of the fading growth, and their covariance, per unit of noise
    /// variance: `gain^2 / (1 - persistence^2)` and so on.
    pub(crate) fn stationary(&self) -> [f64; 3] {
        let part = |a: f64, b: f64, x: f64, y: f64| a * b / (1.0 - x * y);
        let (gain, fading_gain) = (self.gain, self.fading_gain);
        [
            part(gain, gain, self.persistence, self.persistence),
            part(fading_gain, fading_gain, self.fading, self.fading),
            part(gain, fading_gain, self.persistence, self.fading),
        ]
    }
}

/// How the standard deviation of a day's noise changes.
///
/// ```text
/// s_d       = sigma_d (1 + velocity v_{d-1}) impact_d
/// sigma^2  <- slow + persistence (sigma^2 + reaction sigma^2 (r_d - 1) - slow)
/// ```
///
/// where `r_d` is the squared standardised surprise after the robust weight of [`Shape`], and `slow` the same
/// with a half-life of a year. `velocity = 0` and no events leave a robust GARCH(1, 1); `sigma_d velocity` is
/// the sensitivity `gamma` of the form `sigma_base + gamma v`, to which this is equal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Volatility {
    pub(crate) reaction: f64,
    pub(crate) persistence: f64,
    pub(crate) velocity: f64,
    pub(crate) velocity_persistence: f64,
}

impl Volatility {
    /// Returns the volatility of the slow scale alone.
    pub(crate) const fn slow(velocity_persistence: f64) -> Self {
        Self { reaction: 0.0, persistence: 0.0, velocity: 0.0, velocity_persistence }
    }

    /// Returns how much of a day's surprise in the variance is taken over.
    pub fn reaction(&self) -> f64 {
        self.reaction
    }

    /// Returns how much of the variance's distance from its slow level is left after a day.
    pub fn persistence(&self) -> f64 {
        self.persistence
    }

    /// Returns by what fraction a velocity of one raises the standard deviation.
    pub fn velocity(&self) -> f64 {
        self.velocity
    }

    /// Returns how much of velocity's distance from its trailing mean is left after a day, as far as forecasts go.
    pub fn velocity_persistence(&self) -> f64 {
        self.velocity_persistence
    }
}

/// The distribution of a standardised error: `(1 - tail_weight) N(0, core^2) + tail_weight N(0, tail^2)`,
/// the contaminated normal of Tukey (1960). The wide part is the jumps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub(crate) core: f64,
    pub(crate) tail_weight: f64,
    pub(crate) tail: f64,
}

impl Shape {
    /// Where an estimate starts.
    pub(crate) const START: Self = Self { core: 1.0, tail_weight: 0.1, tail: 3.0 };

    /// Returns the standard deviation of the narrow part.
    pub fn core(&self) -> f64 {
        self.core
    }

    /// Returns the probability of the wide part.
    pub fn tail_weight(&self) -> f64 {
        self.tail_weight
    }

    /// Returns the standard deviation of the wide part.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// Returns the two parts' densities at `z`, each with its weight, and both times `sqrt(2 pi)`.
    #[inline]
    pub(crate) fn parts(&self, z: f64) -> (f64, f64) {
        let (a, b) = (z / self.core, z / self.tail);
        (
            (1.0 - self.tail_weight) / self.core * crate::math::exp(-0.5 * a * a),
            self.tail_weight / self.tail * crate::math::exp(-0.5 * b * b),
        )
    }

    /// Returns the logarithm of the density at `z`, up to `ln sqrt(2 pi)`.
    #[inline]
    pub(crate) fn ln_density(&self, z: f64) -> f64 {
        let (narrow, wide) = self.parts(z);
        crate::math::ln(narrow + wide + f64::MIN_POSITIVE)
    }

    /// Returns `z^2 / core^2` weighted so that its expectation under the shape is one and a jump counts by its
    /// own width: the expected squared noise once each part is divided by its variance (an EM step's weight).
    #[inline]
    pub(crate) fn robust_square(&self, z: f64) -> f64 {
        let (narrow, wide) = self.parts(z);
        let jump = wide / (narrow + wide + f64::MIN_POSITIVE);
        z * z * ((1.0 - jump) / (self.core * self.core) + jump / (self.tail * self.tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_robust_square_has_expectation_one_and_is_bounded_by_the_tail() {
        let shape = Shape { core: 0.8, tail_weight: 0.07, tail: 5.0 };
        let step = 1e-3;
        let mean: f64 = (-60_000..=60_000)
            .map(|i| {
                let z = f64::from(i) * step;
                let (narrow, wide) = shape.parts(z);
                (narrow + wide) * crate::math::normal::FRAC_1_SQRT_2PI * shape.robust_square(z) * step
            })
            .sum();
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        assert!(shape.robust_square(20.0) < 1.001 * 400.0 / 25.0);
    }
}
