//! Horizon by horizon, what the errors of the past say about the width and the tails of the next.

use serde::{Deserialize, Serialize};

use super::shape::fit_shape;
use super::{errors, prior};
use crate::math;
use crate::nowcast::model::{Model, Reach, Shape, Track};
use crate::pieces::Pace;

/// The horizons at which the shape of the errors is estimated, in days; none beyond the known echo.
const ANCHORS: [usize; 5] = [1, 3, 7, 14, 21];

/// The half-life of an error's weight, and how old one may be, in days: the tails of listeners change with
/// how they are counted and collected, within years.
const HALF_LIFE: f64 = 365.0;
const OLDEST: usize = 4 * 365;

/// Every so many days an origin is used: neighbours' errors overlap, and say the same.
const STRIDE: usize = 2;

/// The shape of the standardised forecast errors by horizon, pooled over artists.
///
/// The model's own variance would be right if days were independent given its volatility. They aren't quite
/// (an album's weeks are all loud), so each horizon's width and tails are estimated from the errors that
/// forecasts of that horizon made, weighted by age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorShapes {
    shapes: [Shape; ANCHORS.len()],
}

impl ErrorShapes {
    /// Returns the shapes as they are before any error was seen.
    pub(crate) const PRIOR: Self = Self { shapes: prior::SHAPES };

    /// Estimates the shapes from the forecasts that `model` makes along `tracks`, starting from `start`, and returns how
    /// many errors of a day there were.
    pub(crate) async fn fit(
        pace: &Pace,
        model: &Model,
        tracks: &[Track],
        start: Self,
        iterations: usize,
    ) -> (Self, f64) {
        let reaches = ANCHORS.map(|h| Reach::new(&model.dynamics, &model.volatility, h));
        let mut samples: [Vec<(f64, f64)>; ANCHORS.len()] = Default::default();
        let decay = -core::f64::consts::LN_2 / HALF_LIFE;
        for track in tracks {
            let age = |j: usize, t: usize| track.len().saturating_sub(t + ANCHORS[j] + 1);
            let wanted = |j, t: usize| age(j, t) < OLDEST && (j == 0 || t.is_multiple_of(STRIDE));
            errors(model, track, &reaches, &ANCHORS, &wanted, &mut |j, t, error, variance| {
                let weight = math::exp(decay * age(j, t) as f64);
                samples[j].push((error / libm::sqrt(variance), weight));
            });
            pace.rest().await;
        }
        let mut shapes = start.shapes;
        for ((shape, sample), prior) in shapes.iter_mut().zip(&samples).zip(&prior::SHAPES) {
            *shape = fit_shape(sample, *shape, prior, iterations);
            pace.rest().await;
        }
        (Self { shapes }, samples[0].len() as f64)
    }

    /// Returns the shape of the errors `horizon` days ahead, between two of the estimated horizons on a
    /// straight line in the logarithm of the horizon, beyond the last that of the last.
    pub fn at(&self, horizon: usize) -> Shape {
        let last = ANCHORS.len() - 1;
        let Some(above) = ANCHORS.iter().position(|&anchor| anchor >= horizon) else {
            return self.shapes[last];
        };
        if above == 0 || ANCHORS[above] == horizon {
            return self.shapes[above];
        }
        let log = |h: usize| math::ln(h as f64);
        let (low, high) = (ANCHORS[above - 1], ANCHORS[above]);
        let share = (log(horizon) - log(low)) / (log(high) - log(low));
        let (a, b) = (self.shapes[above - 1], self.shapes[above]);
        let between = |x: f64, y: f64| x + share * (y - x);
        Shape {
            core: between(a.core, b.core),
            tail_weight: between(a.tail_weight, b.tail_weight),
            tail: between(a.tail, b.tail),
        }
    }
}
