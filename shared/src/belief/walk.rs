//! The belief in many contracts, walked forward through time.

use core::ops::ControlFlow;

use super::surface::belief_volatility;
use super::{Calibration, Point, Track, price_logit, sigmoid};
use crate::market::{EventTape, Tape};
use crate::units::Timestamp;

/// Microseconds in a year of 365 days.
const YEAR: f64 = 365.0 * 86_400e6;
/// The least time to settlement, in microseconds: news comes once a day.
const LEAST_LEFT: i64 = 86_400_000_000;

/// Returns what the filter believed of every contract of `events` at each of its prints: a list of tracks per event,
/// one a contract, in the tapes' own order; `None` if `progress` broke off.
///
/// Whatever is said of a print was known before it or, where [`Point`] says so, with it: the filter's parameters are
/// refitted at fixed instants on the prints before, of all contracts together, and frozen in between. `progress` is
/// told the fraction done, from 0 to 1, and may break off.
pub fn walk_forward(
    events: &[EventTape],
    calibration: Calibration,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Option<Vec<Vec<Track>>> {
    let mut walk = WalkForward::new(events, calibration);
    while let Some(done) = walk.step() {
        if progress(done).is_break() {
            return None;
        }
    }
    Some(walk.finish())
}

/// [`walk_forward`] in short steps, for who has other things to do in between.
#[derive(Debug)]
pub struct WalkForward<'a> {
    tapes: Vec<(usize, &'a Tape)>,
    settles: Vec<Option<Timestamp>>,
    tracks: Vec<Vec<Track>>,
    next: usize,
}

impl<'a> WalkForward<'a> {
    /// Starts at the first print. An event settles at the end of the month its ticker names.
    pub fn new(events: &'a [EventTape], _calibration: Calibration) -> Self {
        let settles = |event: &EventTape| Some(event.event().month_end()?.checked_add_days(1)?.midnight());
        Self {
            tapes: (0..)
                .zip(events)
                .flat_map(|(e, event)| event.contracts().iter().map(move |t| (e, t)))
                .collect(),
            settles: events.iter().map(settles).collect(),
            tracks: events.iter().map(|_| Vec::new()).collect(),
            next: 0,
        }
    }

    /// Says when the event at place `event` settles, where it is known better than by its ticker.
    #[must_use]
    pub fn settling(mut self, event: usize, at: Timestamp) -> Self {
        if let Some(settles) = self.settles.get_mut(event) {
            *settles = Some(at);
        }
        self
    }

    /// Does some milliseconds' worth of work and returns the fraction done; `None` when there is nothing left to do.
    pub fn step(&mut self) -> Option<f64> {
        let &(event, tape) = self.tapes.get(self.next)?;
        let track = filter(tape, self.settles[event]);
        self.tracks[event].push(track);
        self.next += 1;
        Some(self.next as f64 / self.tapes.len() as f64)
    }

    /// Returns the tracks, doing all that is left to do.
    pub fn finish(mut self) -> Vec<Vec<Track>> {
        while self.step().is_some() {}
        self.tracks
    }
}

/// A local level with the volatility of the surface: what stands in for the filter.
fn filter(tape: &Tape, settles: Option<Timestamp>) -> Track {
    let mut points = Vec::with_capacity(tape.trades().len());
    let (mut mean, mut variance, mut last) = (0.0, 4.0, tape.span().0);
    for batch in tape.batches() {
        let at = batch[0].at;
        let left = settles.map_or(30 * LEAST_LEFT, |end| end.micros_since(at).max(LEAST_LEFT));
        let p = crate::math::min(crate::math::max(sigmoid(mean), 0.01), 0.99);
        let sigma_b = belief_volatility(p, left as f64 / YEAR);
        variance += sigma_b * sigma_b * at.micros_since(last) as f64 / YEAR;
        last = at;
        let (fair_before, sd_before) = (sigmoid(mean), variance.sqrt());
        let noise = 1e-4 / (p * (1.0 - p) * p * (1.0 - p));
        let first = points.len();
        for trade in batch {
            let innovation = price_logit(trade.price) - mean;
            let total = variance + noise;
            let z = innovation / total.sqrt();
            mean += variance / total * innovation;
            variance *= noise / total;
            points.push(Point {
                fair_before,
                sd_before,
                fair_after: 0.0,
                sd_after: 0.0,
                weights: [1.0, 0.0, 0.0],
                z,
                pit: crate::math::normal::cdf(z),
                sigma_b,
            });
        }
        for point in &mut points[first..] {
            (point.fair_after, point.sd_after) = (sigmoid(mean), variance.sqrt());
        }
    }
    Track { ticker: tape.ticker().clone(), points }
}
