//! The curves of the what-if page's charts.

use super::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario, event_parameter as common};
use crate::Invalid;
use crate::math::exp;
use crate::pricing::winner::Workspace;

/// The densities of all artists' listeners at settlement over one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Listeners, ascending.
    pub listeners: Vec<f64>,
    /// For each artist, the density of the logarithm of the listeners, at each point of the grid.
    pub artists: Vec<Vec<f64>>,
}

/// Returns the densities on `points` points that span what the artists can plausibly reach.
///
/// The density of `ln M_T` at `ln K` is `S dP(M_T > K)/dS`: the digital's delta, so that chart and price are one
/// computation. With no time left there is none, and the curves are empty.
///
/// # Errors
///
/// As [`Scenario::evaluate`].
pub fn density(scenario: &Scenario, points: usize) -> Result<Density, Invalid> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for artist in scenario.artists() {
        let (centre, spread) = scenario.log_moments(artist)?;
        low = crate::math::min(low, centre - 3.5 * spread - 0.01);
        high = crate::math::max(high, centre + 3.5 * spread + 0.01);
    }
    let last = points.max(2) - 1;
    let listeners: Vec<f64> =
        (0..=last).map(|i| exp(low + (high - low) * (i as f64 / last as f64))).collect();
    let mut artists = Vec::with_capacity(scenario.artists().len());
    for artist in scenario.artists() {
        let mut curve = Vec::with_capacity(listeners.len());
        for &strike in &listeners {
            let (_, greeks) = scenario.digital(artist, strike, true)?.value_and_greeks();
            curve.extend(greeks.map(|greeks| greeks.dp_ds * scenario.median(artist)));
        }
        artists.push(curve);
    }
    Ok(Density { listeners, artists })
}

/// Returns, for strikes from `low` to `high`, the probability that one artist exceeds the strike: strike, with jumps,
/// without.
///
/// # Errors
///
/// Names `artists` if there is no such artist, or a strike that is no count.
pub fn strike_curve(
    scenario: &Scenario,
    artist: usize,
    (low, high): (f64, f64),
    points: usize,
) -> Result<Vec<(f64, f64, f64)>, Invalid> {
    let artist =
        scenario.artists().get(artist).ok_or_else(|| Invalid::new("artists", "there is no such artist"))?;
    let last = points.max(2) - 1;
    (0..=last)
        .map(|i| {
            let strike = low + (high - low) * (i as f64 / last as f64);
            let merton = scenario.digital(artist, strike, true)?.value().prob_yes;
            let plain = scenario.digital(artist, strike, false)?.value().prob_yes;
            Ok((strike, merton, plain))
        })
        .collect()
}

/// What one parameter's change of ordinary size does to an artist's probability to win.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// The parameter's name for people.
    pub label: &'static str,
    /// The parameter's values below and above.
    pub values: (f64, f64),
    /// The artist's probability with each of them.
    pub fair: (f64, f64),
}

/// The slower charts, as a list of small jobs: each reprices the event a few times, so that a page can do some, let
/// the browser breathe, and go on.
#[derive(Debug, Clone)]
pub struct Reprices {
    scenario: Scenario,
    artist: usize,
    days: Vec<f64>,
    next: usize,
    /// Days left, and each artist's probability then, were nothing to change: from now to settlement.
    pub through_time: Vec<(f64, Vec<f64>)>,
    /// What each parameter does to the chosen artist, in the order of the sliders.
    pub tornado: Vec<Sensitivity>,
}

impl Reprices {
    /// Returns the jobs for one scenario and the artist whose tornado is wanted.
    pub fn new(scenario: Scenario, artist: usize, steps: usize) -> Self {
        let days = scenario.value(common::DAYS);
        let steps = if days > 0.0 { steps.max(1) } else { 0 };
        let at = |i: usize| days * (1.0 - i as f64 / steps as f64);
        let days = (0..=steps).map(|i| if steps == 0 { 0.0 } else { at(i) }).collect();
        Self { scenario, artist, days, next: 0, through_time: Vec::new(), tornado: Vec::new() }
    }

    /// Does the next job; returns whether there are more.
    ///
    /// # Errors
    ///
    /// As [`Scenario::evaluate`]; the jobs that are left can still be done.
    pub fn step(&mut self, workspace: &mut Workspace) -> Result<bool, Invalid> {
        let job = self.next;
        self.next += 1;
        let jobs = self.days.len() + EVENT_PARAMETERS.len() + ARTIST_PARAMETERS.len() - 1;
        if let Some(&days) = self.days.get(job) {
            let fair = self.scenario.with(common::DAYS, days).fair(workspace);
            // On the last day two artists may have the same count: the curve ends a step earlier.
            if let Ok(fair) = fair {
                self.through_time.push((days, fair));
            }
        } else if job < jobs {
            self.tornado.extend(self.sensitivity(job - self.days.len(), workspace)?);
        }
        Ok(self.next < jobs)
    }

    fn sensitivity(&self, place: usize, workspace: &mut Workspace) -> Result<Option<Sensitivity>, Invalid> {
        let Some(own) = self.scenario.artists().get(self.artist) else { return Ok(None) };
        // The artist's strike moves only its own digital: it has no part in who wins.
        let (parameter, value) = match place.checked_sub(EVENT_PARAMETERS.len()) {
            None => (&EVENT_PARAMETERS[place], self.scenario.value(place)),
            Some(place) => (&ARTIST_PARAMETERS[place], own.value(place)),
        };
        let shock = if parameter.relative { parameter.shock * value } else { parameter.shock };
        let values = (parameter.nearest(value - shock), parameter.nearest(value + shock));
        let mut fair_at = |value: f64| -> Result<f64, Invalid> {
            let changed = match place.checked_sub(EVENT_PARAMETERS.len()) {
                None => self.scenario.with(place, value),
                Some(place) => self.scenario.with_artist(self.artist, place, value),
            };
            Ok(changed.fair(workspace)?.get(self.artist).copied().unwrap_or(f64::NAN))
        };
        let fair = (fair_at(values.0)?, fair_at(values.1)?);
        Ok(Some(Sensitivity { label: parameter.label, values, fair }))
    }
}
