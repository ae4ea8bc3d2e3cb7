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
mod shape;

pub use errors_by_horizon::ErrorShapes;
pub use kept::Fits;

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
pub(crate) const MINIMUM_SEEN: u32 = 60;

/// The standard deviation of the normal prior on a slope, in log-growth a day per unit of velocity: with a trend
/// that keeps 94 % a day, half a unit for weeks on end would add a tenth of a percent a day. A ridge, so that
/// slopes the data don't ask for stay near zero.
const SLOPE_PRIOR: f64 = 1e-4;

/// The normal prior on the logarithm of [`Volatility`]'s velocity: a factor of about 1.05, give or take.
const VELOCITY_PRIOR: (f64, f64) = (-3.0, 1.5);

const DYNAMICS: usize = 3 + SLOPES;
const VOLATILITY: usize = 3;

/// A fitted model, and where the next fit starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    model: Model,
    error_shapes: ErrorShapes,
    dynamics_at: [f64; DYNAMICS],
    volatility_at: [f64; VOLATILITY],
    shapes: [Shape; HORIZONS.len()],
}

/// How much work a fit does.
struct Effort {
    rounds: usize,
    iterations: usize,
    shape_iterations: usize,
}

impl Fit {
    /// Where a first fit starts: a trend that halves in about a fortnight.
    const START: ([f64; DYNAMICS], [f64; VOLATILITY]) =
        ([3.0, -1.1, -0.8, 0.0, 0.0, 0.0], [-2.2, 3.5, VELOCITY_PRIOR.0]);

    /// Fits the model to `tracks`; a fit `since` makes it start there, with less work.
    ///
    /// A piece of the work is one pass over the tracks, or over one horizon's errors.
    ///
    /// # Errors
    ///
    /// When there is too little history.
    pub(crate) async fn new(pace: &Pace, tracks: &[Track], since: Option<&Self>) -> Result<Self, Invalid> {
        let effort = match since {
            None => Effort { rounds: 3, iterations: 25, shape_iterations: 25 },
            Some(_) => Effort { rounds: 1, iterations: 2, shape_iterations: 5 },
        };
        let (mut dynamics_at, mut volatility_at) =
            since.map_or(Self::START, |f| (f.dynamics_at, f.volatility_at));
        let start = [Shape::START; HORIZONS.len()];
        let velocity_persistence = velocity_persistence(tracks);
        let mut shapes = since.map_or(start, |f| f.shapes);

        // First the dynamics, by least squares over all days alike. Weighted by their volatility, or by a
        // heavy-tailed density, quiet weeks would decide what growth does in the loud ones that move an outcome.
        let mut loss = |at: &[f64]| {
            let model = Model {
                dynamics: dynamics(at),
                volatility: Volatility::slow(velocity_persistence),
                surprise: Shape::START,
            };
            let ridge = at[3..].iter().map(|b| 0.5 * b * b).sum::<f64>();
            ridge - quasi_log_likelihood(&model, tracks)
        };
        minimise_smooth(pace, &mut loss, &mut dynamics_at, effort.iterations, 0.05).await;
        pace.reach(0.4);
        // Then the volatility and the shape of the errors, in turns, given the dynamics.
        for round in 1..=effort.rounds {
            let model = |at: &[f64], shapes: &[Shape; HORIZONS.len()]| Model {
                dynamics: dynamics(&dynamics_at),
                volatility: volatility(at, velocity_persistence),
                surprise: surprise_of(shapes),
            };
            let mut loss = |at: &[f64]| {
                let prior = (at[2] - VELOCITY_PRIOR.0) / VELOCITY_PRIOR.1;
                0.5 * prior * prior - composite_log_likelihood(&model(at, &shapes), tracks, &shapes)
            };
            minimise_smooth(pace, &mut loss, &mut volatility_at, effort.iterations, 0.05).await;
            let fitted = model(&volatility_at, &shapes);
            refit_shapes(pace, &fitted, tracks, &mut shapes, effort.shape_iterations).await;
            pace.reach(0.4 + 0.5 * round as f64 / effort.rounds as f64);
        }
        let model = Model {
            dynamics: dynamics(&dynamics_at),
            volatility: volatility(&volatility_at, velocity_persistence),
            surprise: surprise_of(&shapes),
        };
        let error_shapes = since.map_or(ErrorShapes::START, |f| f.error_shapes);
        let error_shapes =
            ErrorShapes::fit(pace, &model, tracks, error_shapes, effort.shape_iterations).await?;
        Ok(Self { model, error_shapes, dynamics_at, volatility_at, shapes })
    }

    /// Returns the model with the fitted parameters.
    pub fn model(&self) -> &Model {
        &self.model
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
        echo: logistic(at[2]),
        slopes: [SLOPE_PRIOR * at[3], SLOPE_PRIOR * at[4], SLOPE_PRIOR * at[5]],
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
                let variance = reach.variance(state, track.velocity(t));
                let error = track.log_level(t + horizon) - reach.mean(state, track);
                visit(j, t, error, variance);
            }
        }
    }
}

/// Whether a horizon's error made on day `t` is used, and how many times it counts.
fn counts_for(j: usize, t: usize) -> (bool, f64) {
    if j == 0 { (true, 1.0) } else { (t.is_multiple_of(STRIDE), STRIDE as f64) }
}

/// The log-likelihood of the errors as if they were normal, each horizon's with the variance that fits them best:
/// least squares, with each horizon weighted by its own precision.
fn quasi_log_likelihood(model: &Model, tracks: &[Track]) -> f64 {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut sum = 0.0;
    let mut squares = [0.0; HORIZONS.len()];
    let mut counts = [0.0; HORIZONS.len()];
    for track in tracks {
        errors(model, track, &reaches, &HORIZONS, &|j, t| counts_for(j, t).0, &mut |j, t, error, _| {
            let times = counts_for(j, t).1;
            squares[j] += times * error * error;
            counts[j] += times;
        });
    }
    for (square, count) in squares.iter().zip(counts) {
        if count > 0.0 {
            sum -= 0.5 * count * math::ln(square / count);
        }
    }
    sum
}

fn composite_log_likelihood(model: &Model, tracks: &[Track], shapes: &[Shape; HORIZONS.len()]) -> f64 {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut sum = 0.0;
    for track in tracks {
        errors(
            model,
            track,
            &reaches,
            &HORIZONS,
            &|j, t| counts_for(j, t).0,
            &mut |j, t, error, variance| {
                let density = shapes[j].ln_density(error / libm::sqrt(variance));
                sum += counts_for(j, t).1 * (density - 0.5 * math::ln(variance));
            },
        );
    }
    sum
}

async fn refit_shapes(
    pace: &Pace,
    model: &Model,
    tracks: &[Track],
    shapes: &mut [Shape; HORIZONS.len()],
    iterations: usize,
) {
    let reaches = HORIZONS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
    let mut samples: [Vec<(f64, f64)>; HORIZONS.len()] = Default::default();
    for track in tracks {
        errors(
            model,
            track,
            &reaches,
            &HORIZONS,
            &|j, t| counts_for(j, t).0,
            &mut |j, _, error, variance| {
                samples[j].push((error / libm::sqrt(variance), 1.0));
            },
        );
        pace.rest().await;
    }
    for (shape, sample) in shapes.iter_mut().zip(&samples) {
        *shape = fit_shape(sample, *shape, iterations);
        pace.rest().await;
    }
}
