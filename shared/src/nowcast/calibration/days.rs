//! The days that tell something of velocity: what each brought against what was expected of it.

use super::likelihood::Row;
use crate::nowcast::model::{Dynamics, Track};

/// How many of the last days are asked.
const WINDOW: usize = 730;
/// How many days the expectation needs to begin with: a window of listeners, and a week.
const BEGIN: usize = 35;
/// Velocities that differ by less tell nothing: ten percent of the days lie below the first end, and above the second.
const APART: f64 = 0.02;

/// Returns the days whose growth was counted from one day to the next and whose velocity was known.
///
/// What the dynamics expect is subtracted from the growth. Velocity and the constant pass through the same filter, so that
/// what they add is asked against their own unexpected part; the window's echo is that of the growth that was counted,
/// whatever it came from, and only the growth has it.
pub(super) fn of(dynamics: &Dynamics, track: &Track) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut filters = [Filter::default(); 3];
    let begin = track.len().saturating_sub(WINDOW).max(BEGIN);
    // An artist without any posts has a volatility all the same.
    let silent = !(begin..track.len()).any(|d| track.has_velocity(d - 1));
    for d in 1..track.len() {
        let (velocity, posts) = (track.velocity(d - 1).0, silent || track.has_velocity(d - 1));
        let mut left = dynamics.echo() * track.echo_between(d - 1, d);
        let mut burst = 0.0;
        for (_, own) in track.leaving(d - 1, d) {
            burst += dynamics.burst_echo() * own;
        }
        left += burst;
        let [growth, by_velocity, constant] = [
            filters[0].step(dynamics, track.growth(d) + left, burst),
            filters[1].step(dynamics, velocity, 0.0),
            filters[2].step(dynamics, 1.0, 0.0),
        ];
        if d >= begin && posts && track.grew_in_a_day(d) {
            rows.push(Row { growth, by_velocity, constant, velocity, impact: track.impact(d) });
        }
    }
    rows
}

/// Returns two velocities, a low and a high one of those there are; `None` where they hardly differ.
pub(super) fn ends(rows: &[Row]) -> Option<(f64, f64)> {
    let mut velocities: Vec<f64> = rows.iter().map(|row| row.velocity).collect();
    velocities.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| velocities.get(velocities.len().saturating_sub(1) * percent / 100).copied();
    let (low, high) = (at(10)?, at(90)?);
    (high - low > APART).then_some((low, high))
}

/// Growth that lasts and growth that fades, as the model has them.
#[derive(Debug, Clone, Copy, Default)]
struct Filter {
    growth: f64,
    fading: f64,
}

impl Filter {
    /// Takes in a day's growth; returns what was not expected of it. A `burst` that leaves is a surprise of its own.
    fn step(&mut self, dynamics: &Dynamics, growth: f64, burst: f64) -> f64 {
        self.growth *= dynamics.persistence();
        self.fading *= dynamics.fading();
        let surprise = growth - self.growth - self.fading;
        self.growth += dynamics.gain() * (surprise - burst);
        self.fading += dynamics.fading_gain() * (surprise - burst);
        surprise
    }
}
