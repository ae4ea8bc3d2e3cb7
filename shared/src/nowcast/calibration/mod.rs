//! What TikTok velocity does to an artist's listeners, as far as its own history tells: to the volatility of a day, to its
//! growth and to how often it jumps; each with a standard error.
//!
//! The nowcast has a drift and a factor on the volatility by velocity in it, fitted to all artists at once where they make
//! good forecasts. That factor takes up only what the scale that follows the noise leaves over, and neither has an error.
//! Here one artist's days are asked by themselves, each against what the fitted dynamics, window included, expected of it:
//!
//! ```text
//! growth_d = expected_d + alpha + beta v_{d-1} + s_d e_d + jump_d
//! s_d      = (sigma + gamma v_{d-1}) impact_d
//! jump_d   ~ N(0, size^2) with probability lambda + lambda' v_{d-1}, else 0
//! ```
//!
//! with `v` the velocity of `Track`: the logarithm of a day's new posts over its own 95th percentile of a year, at most 1.
//! It is the greatest likelihood's, with weak priors on the jumps alone. A standard error is the larger of the one by the
//! curvature and the one that holds where the model doesn't and days are not independent.

mod days;
mod likelihood;

use self::likelihood::{Found, HIGH, LOW, maximise};
use super::fit::Fit;
use super::model::Track;
use super::series::AsOf;
use crate::math::{exp, max};
use crate::pieces::{Pace, Pieces};
use crate::pricing::digital::DAYS_PER_YEAR;

/// The fewest days that anything is said from.
const FEWEST: usize = 90;

/// A number that was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    /// As the data say it.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// How many days it rests on.
    pub days: u32,
}

impl Estimate {
    /// Returns the value that is used: zero where two standard errors reach zero, and beyond that
    /// `value (1 - (2 error / value)^2)`, the non-negative garrote (Breiman, Technometrics 37, 1995), which lies within two
    /// standard errors of the value and nears it as the data grow sure.
    pub fn shrunk(&self) -> f64 {
        let doubt = 2.0 * self.error / self.value;
        let left = 1.0 - doubt * doubt;
        // Without a value, and without an error, there is no telling.
        if left > 0.0 && self.error > 0.0 { self.value * left } else { 0.0 }
    }

    /// Returns the mean of what several artists say, each weighted by how sure it is and by how far they differ (`DerSimonian`
    /// and Laird, Controlled Clinical Trials 7, 1986); `None` of nobody.
    pub fn pooled(all: &[Self]) -> Option<Self> {
        let usable =
            || all.iter().filter(|one| one.error > 0.0 && one.error.is_finite() && one.value.is_finite());
        let weighted = |between: f64| {
            let (mut weights, mut sum) = (0.0, 0.0);
            for one in usable() {
                let weight = 1.0 / (one.error * one.error + between);
                weights += weight;
                sum += weight * one.value;
            }
            (weights, sum / weights)
        };
        let (weights, mean) = weighted(0.0);
        if weights <= 0.0 {
            return None;
        }
        let (mut squares, mut apart, mut count) = (0.0, 0.0, 0.0);
        for one in usable() {
            let weight = 1.0 / (one.error * one.error);
            squares += weight * weight;
            apart += weight * (one.value - mean) * (one.value - mean);
            count += 1.0;
        }
        let scale = weights - squares / weights;
        let between = if scale > 0.0 { max((apart - (count - 1.0)) / scale, 0.0) } else { 0.0 };
        let (weights, value) = weighted(between);
        let days = usable().map(|one| one.days).sum();
        Some(Self { value, error: (1.0 / weights).sqrt(), days })
    }
}

/// What velocity does to an artist's listeners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Velocity {
    /// `gamma`: what a unit adds to a day's volatility, per square root of a year.
    pub gamma: Estimate,
    /// The same as a share of the volatility at the usual velocity.
    pub gamma_share: Estimate,
    /// `beta`: what a unit adds to the growth of the next day, as a rate a year.
    pub beta: Estimate,
    /// What a unit adds to the jumps, a year.
    pub jumps: Estimate,
}

/// What an artist's days of the last two years say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The volatility of a day at the usual velocity, without events and jumps, per square root of a year.
    pub sigma: Estimate,
    /// Jumps a year at the usual velocity.
    pub lambda: Estimate,
    /// What velocity does; nothing is said where there are no posts, or as good as always as many.
    pub velocity: Option<Velocity>,
}

/// What there is to say of an artist's velocity and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Calibrated {
    /// The velocity of the last day known, and its trailing mean of a year.
    pub now: (f64, f64),
    /// What the artist's days say; `None` of too few.
    pub found: Option<Calibration>,
}

/// Returns what each artist's days say, given the `fit` that says what was expected of them.
pub fn calibrate(fit: &Fit, views: &[AsOf<'_>]) -> Vec<Calibrated> {
    let (fit, tracks): (Fit, Vec<Track>) = (*fit, views.iter().map(Track::new).collect());
    Pieces::new(move |pace| async move {
        let mut all = Vec::with_capacity(tracks.len());
        for track in &tracks {
            all.push(calibrate_at(&pace, &fit, track).await);
        }
        all
    })
    .finish()
}

/// Returns the velocity of each of the days known, from the first: 0 is quiet, 1 the artist's own peak.
pub fn velocities(view: &AsOf<'_>) -> Vec<f64> {
    let track = Track::new(view);
    (0..track.len()).map(|t| track.velocity(t).0).collect()
}

/// Says of one artist what [`calibrate`] does, at a pace.
pub(crate) async fn calibrate_at(pace: &Pace, fit: &Fit, track: &Track) -> Calibrated {
    let Some(last) = track.len().checked_sub(1) else { return Calibrated::default() };
    let now = track.velocity(last);
    let mut rows = days::of(&fit.model().dynamics, track);
    if rows.len() < FEWEST {
        return Calibrated { now, found: None };
    }
    let ends = days::ends(&rows);
    if ends.is_none() {
        // What doesn't vary can't be told from the constant.
        rows.iter_mut().for_each(|row| row.by_velocity = 0.0);
    }
    let usual = rows.iter().map(|row| row.velocity).sum::<f64>() / rows.len() as f64;
    let found = maximise(pace, &rows, ends).await;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Calibrated { now, found: found.map(|found| told(&found, ends, usual, count)) }
}

/// Turns the parameters, of a day and at two velocities, into what they mean a year and a unit.
fn told(found: &Found, ends: Option<(f64, f64)>, usual: f64, days: u32) -> Calibration {
    let year = DAYS_PER_YEAR;
    let estimate = |value: f64, slopes: &[(usize, f64)]| Estimate { value, error: found.error(slopes), days };
    // Of volatility and jumps alike: what they are at the two velocities is the exponential of the parameters.
    let line = |first: usize, unit: f64| {
        let (low, high) = (unit * exp(found.at[first + LOW]), unit * exp(found.at[first + HIGH]));
        let Some((from, to)) = ends else {
            return (estimate(low, &[(first + LOW, low)]), None);
        };
        let share = (usual - from) / (to - from);
        let level = low + share * (high - low);
        let level_slopes = [(first + LOW, (1.0 - share) * low), (first + HIGH, share * high)];
        let slope = (high - low) / (to - from);
        let slope_slopes = [(first + LOW, -low / (to - from)), (first + HIGH, high / (to - from))];
        let mut ratio_slopes = slope_slopes;
        for (ratio, level_slope) in ratio_slopes.iter_mut().zip(&level_slopes) {
            ratio.1 = (ratio.1 - slope / level * level_slope.1) / level;
        }
        let by_velocity = (estimate(slope, &slope_slopes), estimate(slope / level, &ratio_slopes));
        (estimate(level, &level_slopes), Some(by_velocity))
    };
    let (sigma, gamma) = line(likelihood::SIGMA, year.sqrt());
    let (lambda, jumps) = line(likelihood::JUMPS, year);
    let velocity = gamma.zip(jumps).map(|((gamma, gamma_share), (jumps, _))| Velocity {
        gamma,
        gamma_share,
        beta: estimate(year * found.at[likelihood::BETA], &[(likelihood::BETA, year)]),
        jumps,
    });
    Calibration { sigma, lambda, velocity }
}

#[cfg(test)]
mod tests;
