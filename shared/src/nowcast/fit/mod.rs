//! Fitting the model to what is known: one set of parameters for all artists, from the errors of its forecasts.
//!
//! The errors are those of 1, 7, 14 and 21 days ahead, not of a day alone, their densities multiplied as if they
//! were independent (a composite likelihood: Varin, Reid and Firth, Statistica Sinica 21, 2011): a model that is
//! only roughly right is thereby fitted where it is used. The dynamics are fitted by least squares, which needs no
//! distribution; the volatility and the tails then by the likelihood; last, each horizon's width and tails from
//! the errors of recent years. Artists share all parameters and differ in their scale, which the filter tracks:
//! a handful of artists is too few for more.

mod errors_by_horizon;
mod kept;
mod prior;
mod shape;

pub use errors_by_horizon::ErrorShapes;
pub use kept::{Fits, Kept};

use serde::{Deserialize, Serialize};

use self::shape::fit_shape;
use super::model::{Dynamics, ECHO_KNOWN, Filter, Model, Reach, SLOPES, Shape, Track, Volatility};
use crate::pieces::Pace;
use crate::search::minimise_smooth;
use crate::{Invalid, math};

/// The horizons of the composite likelihood, in days.
const HORIZONS: [usize; 4] = [1, 7, 14, 21];
const _: () =
    assert!(HORIZONS[3] <= ECHO_KNOWN, "later errors would know more of the echo than forecasts do");

/// Errors of more than a day ahead are used every so many days, and count as many times.
const STRIDE: usize = 3;

/// An artist's errors count once the filter has seen so many surprises.
pub(crate) const MINIMUM_SEEN: u32 = 20;

/// The fewest counts of one artist that anything can be said from.
const FEWEST_COUNTS: usize = 8;

/// The standard deviation of the normal prior on a slope, in log-growth a day per unit of velocity: with a trend
/// that keeps 94 % a day, half a unit for weeks on end would add a tenth of a percent a day. A ridge, so that
/// slopes the data don't ask for stay near zero.
const SLOPE_PRIOR: f64 = 1e-4;

/// The parameters of [`Dynamics`]: first those of a single history, then the slopes.
const OWN: usize = 6;
const DYNAMICS: usize = OWN + SLOPES;
const VOLATILITY: usize = 3;

/// A fitted model, and where the next fit starts from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    model: Model,
    error_shapes: ErrorShapes,
    dynamics_at: [f64; DYNAMICS],
    volatility_at: [f64; VOLATILITY],
    shapes: [Shape; HORIZONS.len()],
    seen: f64,
}

/// How much work a fit does.
struct Effort {
    rounds: usize,
    iterations: usize,
    shape_iterations: usize,
}

impl Fit {
    /// Fits the model to `tracks`; a fit `since` makes it start there, with less work.
    ///
    /// A piece of the work is one pass over the tracks, or over one horizon's errors.
    ///
    /// # Errors
    ///
    /// When there is too little history.
    pub(crate) async fn new(pace: &Pace, tracks: &[Track], since: Option<&Self>) -> Result<Self, Invalid> {
        let counts = |track: &Track| (0..track.len()).filter(|&t| track.is_counted(t)).count();
        if tracks.iter().map(counts).max().unwrap_or(0) < FEWEST_COUNTS {
            let reason = format!("too short to fit: one artist needs {FEWEST_COUNTS} counts");
            return Err(Invalid::new("history", reason));
        }
        let effort = match since {
            None => Effort { rounds: 3, iterations: 25, shape_iterations: 25 },
            Some(_) => Effort { rounds: 1, iterations: 2, shape_iterations: 5 },
        };
        let (mut dynamics_at, mut volatility_at) = since
            .map_or((prior::DYNAMICS_MEAN, prior::VOLATILITY_MEAN), |f| (f.dynamics_at, f.volatility_at));
        let start = HORIZONS.map(|h| ErrorShapes::PRIOR.at(h));
        let velocity_persistence = velocity_persistence(tracks);
        let mut shapes = since.map_or(start, |f| f.shapes);
        let weights = weights(tracks);

        // First the dynamics, by least squares over all days alike. Weighted by their volatility, or by a
        // heavy-tailed density, quiet weeks would decide what growth does in the loud ones that move an outcome.
        let loss = |at: &[f64; DYNAMICS]| {
            let model = Model {
                dynamics: dynamics(at),
                volatility: Volatility::slow(velocity_persistence),
                surprise: Shape::START,
            };
            prior::of_dynamics(at) - quasi_log_likelihood(&model, tracks, &weights)
        };
        // The slopes on velocity hardly depend on the rest: the two take turns.
        for part in [0..OWN, OWN..DYNAMICS] {
            let mut whole = dynamics_at;
            let mut own = |at: &[f64]| {
                whole[part.clone()].copy_from_slice(at);
                loss(&whole)
            };
            minimise_smooth(pace, &mut own, &mut dynamics_at[part.clone()], effort.iterations, 0.05).await;
        }
        pace.reach(0.4);
        // Then the volatility and the shape of the errors, in turns, given the dynamics.
        for round in 1..=effort.rounds {
            let model = |at: &[f64], shapes: &[Shape; HORIZONS.len()]| Model {
                dynamics: dynamics(&dynamics_at),
                volatility: volatility(at, velocity_persistence),
                surprise: surprise_of(shapes),
            };
            let mut loss = |at: &[f64]| {
                prior::of_volatility(at)
                    - composite_log_likelihood(&model(at, &shapes), tracks, &weights, &shapes)
            };
            minimise_smooth(pace, &mut loss, &mut volatility_at, effort.iterations, 0.05).await;
            let fitted = model(&volatility_at, &shapes);
            refit_shapes(pace, &fitted, tracks, &weights, &mut shapes, effort.shape_iterations).await;
            pace.reach(0.4 + 0.5 * round as f64 / effort.rounds as f64);
        }
        let model = Model {
            dynamics: dynamics(&dynamics_at),
            volatility: volatility(&volatility_at, velocity_persistence),
            surprise: surprise_of(&shapes),
        };
        let error_shapes = since.map_or(ErrorShapes::PRIOR, |f| f.error_shapes);
        let (error_shapes, seen) =
            ErrorShapes::fit(pace, &model, tracks, error_shapes, effort.shape_iterations).await;
        Ok(Self { model, error_shapes, dynamics_at, volatility_at, shapes, seen })
    }

    /// Returns the model with the fitted parameters.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Returns how much of what the fit says rests on other artists, not on those it was fitted to: from 1 (all) to 0,
    /// as the part of a day's errors that the bands are drawn from.
    pub fn prior_share(&self) -> f64 {
        prior::SHAPE_ERRORS / (prior::SHAPE_ERRORS + self.seen)
    }

    /// Returns the shape of the forecast errors by horizon.
    pub fn error_shapes(&self) -> &ErrorShapes {
        &self.error_shapes
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + math::exp(-x))
}

fn dynamics(at: &[f64]) -> Dynamics {
    Dynamics {
        // A trend without end would have no stationary variance.
        persistence: 0.999 * logistic(at[0]),
        gain: logistic(at[1]),
        fading: logistic(at[2]),
        fading_gain: at[3],
        echo: logistic(at[4]),
        burst_echo: logistic(at[5]),
        slopes: [SLOPE_PRIOR * at[6], SLOPE_PRIOR * at[7], SLOPE_PRIOR * at[8]],
    }
}

fn volatility(at: &[f64], velocity_persistence: f64) -> Volatility {
    let (reaction, persistence) = (logistic(at[0]), logistic(at[1]));
    Volatility { reaction, persistence, velocity: math::exp(at[2]), velocity_persistence }
}

/// Returns the regression of velocity's distance from its trailing mean on that of the day before, over all tracks.
fn velocity_persistence(tracks: &[Track]) -> f64 {
    let (mut square, mut product) = (0.0, 0.0);
    for track in tracks {
        for t in 1..track.len() {
            let (before, now) = (track.velocity_surprise(t - 1), track.velocity_surprise(t));
            square += before * before;
            product += before * now;
        }
    }
    if square > 0.0 { (product / square).clamp(0.0, 1.0) } else { 0.0 }
}

/// Returns the shape of a day's surprise in units of its narrow part, which is what the scale tracks.
fn surprise_of(shapes: &[Shape; HORIZONS.len()]) -> Shape {
    Shape { core: 1.0, tail_weight: shapes[0].tail_weight, tail: shapes[0].tail / shapes[0].core }
}

/// Runs the filter along `track` and gives forecast errors to `visit(j, t, error, variance)`: of the horizon
/// `horizons[j]` and made on day `t`, where `wanted(j, t)`, with the variance the model gave it.
fn errors(
    model: &Model,
    track: &Track,
    reaches: &[Reach],
    horizons: &[usize],
    wanted: &dyn Fn(usize, usize) -> bool,
    visit: &mut dyn FnMut(usize, usize, f64, f64),
) {
    let mut filter = Filter::default();
    for t in 0..track.len() {
        filter.step(model, track, t);
        let Some(state) = filter.state().filter(|s| s.seen > MINIMUM_SEEN && track.is_counted(t)) else {
            continue;
        };
        for (j, (reach, &horizon)) in reaches.iter().zip(horizons).enumerate() {
            if wanted(j, t) && track.is_counted(t + horizon) {
                let variance = reach.variance(state, track);
                let error = track.log_level(t + horizon) - reach.mean(state, track);
                visit(j, t, error, variance);
            }
        }
    }
}

/// An artist's days count in full while they are few, then all together as so many: artists differ in what they do (of
/// one a burst leaves after four weeks, of another it stays) by more than many days of one of them would tell.
const FULL_DAYS: f64 = 10.0;

/// Returns how many times a day of each artist counts; the days of all count as many as there are.
fn weights(tracks: &[Track]) -> Vec<f64> {
    let days = |track: &Track| track.len() as f64;
    let (all, counted) = tracks.iter().fold((0.0, 0.0), |(all, counted), track| {
        (all + days(track), counted + days(track) / (FULL_DAYS + days(track)))
    });
    tracks.iter().map(|track| all / counted / (FULL_DAYS + days(track))).collect()
}

/// A mean square error below this, in squared log units, is no better than none.
const LEAST_SQUARE: f64 = 1e-9;

/// Whether a horizon's error made on day `t` is used, and how many times it counts.
fn counts_for(j: usize, t: usize) -> (bool, f64) {
    if j == 0 { (true, 1.0) } else { (t.is_multiple_of(STRIDE), STRIDE as f64) }
}

/// The log-likelihood of the errors as if they were normal, each artist's and horizon's with the variance that fits them
/// best: least squares, in which an artist counts by its days and not by how much it moves.
fn quasi_log_likelihood(model: &Model, tracks: &[Track], weights: &[f64]) -> f64 {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut sum = 0.0;
    for (track, weight) in tracks.iter().zip(weights) {
        let (mut squares, mut counts) = ([0.0; HORIZONS.len()], [0.0; HORIZONS.len()]);
        errors(model, track, &reaches, &HORIZONS, &|j, t| counts_for(j, t).0, &mut |j, t, error, _| {
            let times = counts_for(j, t).1;
            squares[j] += times * error * error;
            counts[j] += times;
        });
        for (square, count) in squares.iter().zip(counts) {
            if count > 0.0 {
                sum -= 0.5 * weight * count * math::ln(square / count + LEAST_SQUARE);
            }
        }
    }
    sum
}

fn composite_log_likelihood(
    model: &Model,
    tracks: &[Track],
    weights: &[f64],
    shapes: &[Shape; HORIZONS.len()],
) -> f64 {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut sum = 0.0;
    for (track, weight) in tracks.iter().zip(weights) {
        errors(
            model,
            track,
            &reaches,
            &HORIZONS,
            &|j, t| counts_for(j, t).0,
            &mut |j, t, error, variance| {
                let density = shapes[j].ln_density(error / libm::sqrt(variance));
                sum += counts_for(j, t).1 * weight * (density - 0.5 * math::ln(variance));
            },
        );
    }
    sum
}

async fn refit_shapes(
    pace: &Pace,
    model: &Model,
    tracks: &[Track],
    weights: &[f64],
    shapes: &mut [Shape; HORIZONS.len()],
    iterations: usize,
) {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut samples: [Vec<(f64, f64)>; HORIZONS.len()] = Default::default();
    for (track, weight) in tracks.iter().zip(weights) {
        errors(
            model,
            track,
            &reaches,
            &HORIZONS,
            &|j, t| counts_for(j, t).0,
            &mut |j, _, error, variance| {
                samples[j].push((error / libm::sqrt(variance), *weight));
            },
        );
        pace.rest().await;
    }
    for ((shape, sample), horizon) in shapes.iter_mut().zip(&samples).zip(HORIZONS) {
        *shape = fit_shape(sample, *shape, &ErrorShapes::PRIOR.at(horizon), iterations);
        pace.rest().await;
    }
}
