//! How far a state reaches: the mean and variance of the level some days ahead, as factors on a state.

use super::filter::State;
use super::parameters::{Dynamics, LAGS, Volatility};
use super::track::Track;
use crate::nowcast::forecast::MAX_HORIZON;

/// The variance of the share of a burst that leaves: it may be anything from none to all.
const BURST_ECHO_VARIANCE: f64 = 1.0 / 12.0;

/// What a horizon makes of a state, computed once for all days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reach {
    horizon: usize,
    /// The level's response to the growth: `sum_{i=1}^h persistence^i`.
    growth: f64,
    /// Its response to the fading growth.
    fading: f64,
    /// The sums over the days of the squared response to a day's noise, weighted by the slow and by the decaying
    /// fast scale; each times the velocity's decay to the power of 0, 1 and 2.
    slow: [f64; 3],
    fast: [f64; 3],
    /// The level's response to the noise of the first day ahead.
    first: f64,
    /// The level's response to the velocity of the last days, the latest first.
    velocity: [f64; LAGS],
    echo: f64,
    burst_echo: f64,
    /// The level's response to the noise of each day ahead, the last first.
    responses: [f64; MAX_HORIZON],
    velocity_noise: f64,
}

impl Reach {
    /// Returns the factors for `horizon` days ahead.
    pub(crate) fn new(dynamics: &Dynamics, volatility: &Volatility, horizon: usize) -> Self {
        let mut reach = Self {
            horizon,
            growth: 0.0,
            fading: 0.0,
            slow: [0.0; 3],
            fast: [0.0; 3],
            first: 0.0,
            velocity: [0.0; LAGS],
            echo: dynamics.echo,
            burst_echo: dynamics.burst_echo,
            responses: [0.0; MAX_HORIZON],
            velocity_noise: volatility.velocity,
        };
        // Going back from the horizon: `left` days after the noise, its response is 1 + gain sum persistence^i.
        let mut response = 1.0;
        let (mut persisting, mut fading) = (1.0, 1.0);
        let mut accumulated = 0.0;
        for left in 0..horizon {
            let ahead = horizon - left;
            let scale = power(volatility.persistence, ahead - 1);
            let loud = power(volatility.velocity_persistence, ahead - 1);
            let mut weight = response * response;
            for (slow, fast) in reach.slow.iter_mut().zip(&mut reach.fast) {
                *slow += weight * (1.0 - scale);
                *fast += weight * scale;
                weight *= loud;
            }
            reach.first = response;
            if let Some(at) = reach.responses.get_mut(left) {
                *at = response;
            }
            // An impulse to the growth `ahead` days from now has added this to the level by the horizon. Velocity
            // that is not known yet is expected to decay from the last that is.
            accumulated += persisting;
            for lag in 1..=LAGS {
                let (back, decay) = match lag.checked_sub(ahead) {
                    Some(back) => (back, 1.0),
                    None => (0, power(volatility.velocity_persistence, ahead - lag)),
                };
                reach.velocity[back] += dynamics.slope(lag) * decay * accumulated;
            }
            persisting *= dynamics.persistence;
            fading *= dynamics.fading;
            reach.growth += persisting;
            reach.fading += fading;
            response += dynamics.gain * persisting + dynamics.fading_gain * fading;
        }
        reach
    }

    /// Returns the level's response to the noise of the first day ahead.
    pub(crate) fn first(&self) -> f64 {
        self.first
    }

    /// Returns the part of the expected change in level that is the growth's.
    #[inline]
    pub(crate) fn trend(&self, state: &State) -> f64 {
        self.growth * state.growth + self.fading * state.fading
    }

    /// Returns the part of the expected change in level that is the velocity's.
    #[inline]
    pub(crate) fn drive(&self, state: &State, track: &Track) -> f64 {
        let mut sum = 0.0;
        for (back, response) in self.velocity.iter().enumerate() {
            if let Some(t) = state.day.checked_sub(back) {
                sum += response * track.velocity_surprise(t);
            }
        }
        sum
    }

    /// Returns the expected level; the horizon must lie within [`super::track::ECHO_KNOWN`] of the track's end.
    #[inline]
    pub(crate) fn mean(&self, state: &State, track: &Track) -> f64 {
        state.level + self.trend(state) + self.drive(state, track) - self.echo(state, track, self.horizon)
    }

    /// Returns who leaves until the horizon, in log units: those of calm days up to `known` days from now, and of bursts
    /// with what follows them.
    #[inline]
    pub(crate) fn echo(&self, state: &State, track: &Track, known: usize) -> f64 {
        let calm = self.echo * track.echo_between(state.day, state.day + known);
        calm + self.burst_echo * self.bursts(state, track)
    }

    /// Returns what the level would lose until the horizon if all bursts left, in log units.
    fn bursts(&self, state: &State, track: &Track) -> f64 {
        let end = state.day + self.horizon;
        let leave = track.leaving(state.day, end);
        leave.map(|(day, burst)| burst * self.responses.get(end - day).copied().unwrap_or(0.0)).sum()
    }

    /// Returns the variance of the level, in squared log units.
    ///
    /// `F P F'` for what the state leaves open, and the squared responses times each day's noise variance: its
    /// fast part decays to the slow one, and velocity, given with its trailing mean, to that mean.
    #[inline]
    pub(crate) fn variance(&self, state: &State, track: &Track) -> f64 {
        let velocity = track.velocity(state.day);
        let bursts = self.bursts(state, track);
        let (now, mean) = velocity;
        let usual = 1.0 + self.velocity_noise * mean;
        let extra = self.velocity_noise * (now - mean);
        let noise = |k: usize| self.slow[k] * state.slow + self.fast[k] * state.fast;
        let sum = usual * usual * noise(0) + 2.0 * usual * extra * noise(1) + extra * extra * noise(2);
        let (growth, fading, open) = (self.growth, self.fading, &state.spread);
        sum + bursts * bursts * BURST_ECHO_VARIANCE
            + open.level
            + 2.0
                * (growth * open.level_growth
                    + fading * open.level_fading
                    + growth * fading * open.growth_fading)
            + growth * growth * open.growth
            + fading * fading * open.fading
    }
}

/// Returns `base^exponent` by multiplication.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::filter::Spread;
    use super::super::parameters::SLOPES;
    use super::*;
    use crate::corpus;
    use crate::nowcast::series::{History, Observation};
    use crate::units::Date;

    #[test]
    fn growth_that_is_an_ar1_has_the_variance_of_its_sum() {
        let Some(text) = corpus::read("golden/ar1_cumulative_variance.csv") else { return };
        let count = Observation { listeners: Some(1e6), ..Observation::MISSING };
        let history = History::new("somebody", Date::MIN, vec![count]).expect("a history");
        let track = Track::new(&history.as_of(history.first()));
        let mut rows = 0;
        for row in corpus::rows(&text) {
            let [phi, h, multiple, ratio] = row[..] else { panic!("four columns: {row:?}") };
            let (phi, h) = (corpus::number(phi), h.parse().expect("a horizon"));
            // With a gain of one the growth is the change in level itself, so its stationary variance is that of a day:
            // `sigma_r^2 (h + 2 sum_{k<h} (h - k) persistence^k)`.
            let dynamics = Dynamics {
                persistence: phi,
                gain: 1.0,
                fading: 0.0,
                fading_gain: 0.0,
                echo: 0.0,
                burst_echo: 0.0,
                slopes: [0.0; SLOPES],
            };
            let [day, ..] = dynamics.stationary();
            let state = State {
                level: 0.0,
                growth: 0.0,
                fading: 0.0,
                spread: Spread { growth: day, ..Spread::default() },
                fast: 1.0,
                slow: 1.0,
                seen: 0,
                day: 0,
            };
            let reach = Reach::new(&dynamics, &Volatility::slow(0.0), h);
            let variance = reach.variance(&state, &track) / day;
            let expected = corpus::number(multiple);
            assert!((variance / expected - 1.0).abs() < 1e-12, "phi {phi}, h {h}: {variance}");
            let against_root = (variance / h as f64).sqrt();
            let expected = corpus::number(ratio);
            assert!((against_root / expected - 1.0).abs() < 1e-12, "phi {phi}, h {h}: {against_root}");
            rows += 1;
        }
        assert_eq!(rows, 24);
    }
}
