//! A local level in log-odds, calibrated on a median of squares; for comparison only.
//!
//! Its noise is constant and its step the median of squared changes; belief volatility is of a mixture that is fitted to
//! the increments of what it filtered. More than half of the prints repeat the price, so that the median is zero and the
//! level stands still.

use serde::{Deserialize, Serialize};

use super::kalman::Gaussian;
use super::prints::{Print, Prints, Sight, YEAR_HOURS};
use super::{Belief, Point, price_logit, sigmoid};
use crate::Invalid;
use crate::invalid::{non_negative, positive};
use crate::math::{exp, max, normal};

/// The variance of the noise.
const NOISE: f64 = 0.01;
/// The least variance of a step.
const LEAST_STEP: f64 = 1e-8;

/// Returns the variance of a step: the median of the squared changes between prints, or the floor.
fn step_variance(squares: &mut [f64]) -> f64 {
    if squares.is_empty() {
        return LEAST_STEP;
    }
    let is_odd = squares.len() % 2 == 1;
    let (below, &mut middle, _) = squares.select_nth_unstable_by(squares.len() / 2, f64::total_cmp);
    let median = if is_odd {
        middle
    } else {
        let before = below.iter().fold(0.0, |most, square| max(most, *square));
        0.5 * (before + middle)
    };
    max(median, LEAST_STEP)
}

/// A mixture of increments over a regular interval: diffusion, or a jump instead of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncrementMixture {
    /// The variance of diffusion per unit of time.
    pub variance: f64,
    /// The jumps per unit of time.
    pub intensity: f64,
    /// The variance of a jump.
    pub jump_variance: f64,
}

/// What one step of expectation-maximisation found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncrementStep {
    /// The log-likelihood before the step.
    pub log_likelihood: f64,
    /// The greatest posterior probability of a jump.
    pub most_jump: f64,
    /// The sum of the posterior probabilities of a jump.
    pub expected_jumps: f64,
    /// The mixture after the step.
    pub next: IncrementMixture,
}

impl IncrementMixture {
    /// Takes one step of expectation-maximisation on increments over `interval`: equations (11) and (12) of
    /// arXiv:2510.15205 as they are printed, without drift.
    pub fn step(&self, increments: &[f64], interval: f64) -> IncrementStep {
        let (diffusion, jump) = (self.variance * interval, self.jump_variance);
        let density =
            |x: f64, variance: f64| exp(-0.5 * x * x / variance) / (core::f64::consts::TAU * variance).sqrt();
        let jumped = self.intensity * interval;
        let (mut log_likelihood, mut most_jump, mut expected) = (0.0, 0.0, 0.0);
        let (mut calm_squares, mut jump_squares) = (0.0, 0.0);
        for &x in increments {
            let (a, b) = (jumped * density(x, jump), (1.0 - jumped) * density(x, diffusion));
            let weight = a / (a + b);
            log_likelihood += crate::math::ln(a + b);
            most_jump = max(most_jump, weight);
            expected += weight;
            calm_squares += (1.0 - weight) * x * x;
            jump_squares += weight * x * x;
        }
        let count = increments.len() as f64;
        IncrementStep {
            log_likelihood,
            most_jump,
            expected_jumps: expected,
            next: Self {
                variance: calm_squares / (count - expected) / interval,
                intensity: expected / count / interval,
                jump_variance: jump_squares / expected,
            },
        }
    }
}

/// The local level along a contract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Level {
    state: Option<Gaussian>,
}

/// What it is fitted to at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct LevelParameters {
    step: f64,
    /// Per square root of a year.
    sigma_b: f64,
}

impl LevelParameters {
    /// Returns what holds before there is a print.
    pub(crate) const fn first() -> Self {
        Self { step: LEAST_STEP, sigma_b: 0.0 }
    }

    /// Returns what is wrong with it, if it can't be one.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        positive("step", self.step)?;
        non_negative("sigma_b", self.sigma_b).map(|_| ())
    }

    /// Returns the fit to the prints of an event's contracts.
    pub(crate) fn fit(contracts: &[&Prints]) -> Self {
        let mut squares = Vec::new();
        for prints in contracts {
            squares.extend(prints.prints.windows(2).map(|pair| {
                let change = price_logit(pair[1].price()) - price_logit(pair[0].price());
                change * change
            }));
        }
        let step = step_variance(&mut squares);
        // The mixture of what the level moved, on a clock of prints, is six steps of the published recipe.
        let (mut increments, mut hours) = (Vec::new(), 0.0);
        let mut of_prints = Self { step, sigma_b: 0.0 };
        for prints in contracts {
            let mut level = Level::new();
            for batch in &prints.batches {
                hours += batch.hours;
            }
            for print in &prints.prints {
                if let Some(seen) = level.take(&of_prints, price_logit(print.price())) {
                    increments.push(seen.moved);
                }
            }
        }
        if increments.is_empty() || hours == 0.0 {
            return of_prints;
        }
        let mean_square = increments.iter().map(|x| x * x).sum::<f64>() / increments.len() as f64;
        let mut mixture = IncrementMixture {
            variance: max(mean_square, LEAST_STEP),
            intensity: 0.05,
            jump_variance: max(10.0 * mean_square, 10.0 * LEAST_STEP),
        };
        for _ in 0..6 {
            let next = mixture.step(&increments, 1.0).next;
            if !(next.variance > 0.0 && next.jump_variance > 0.0 && next.intensity < 1.0) {
                break;
            }
            mixture = next;
        }
        let per_year = increments.len() as f64 / hours * YEAR_HOURS;
        of_prints.sigma_b = (mixture.variance * per_year).sqrt();
        of_prints
    }
}

/// What the level says of a print.
struct Seen {
    before: Gaussian,
    total: f64,
    innovation: f64,
    moved: f64,
}

impl Level {
    pub(crate) const fn new() -> Self {
        Self { state: None }
    }

    /// Returns where it is; `None` before the first print.
    pub(crate) const fn state(&self) -> Option<Gaussian> {
        self.state
    }

    /// Takes in a print; nothing was believed before the first.
    fn take(&mut self, with: &LevelParameters, log_odds: f64) -> Option<Seen> {
        let Some(state) = self.state else {
            self.state = Some(Gaussian { mean: log_odds, variance: NOISE });
            return None;
        };
        let before = Gaussian { mean: state.mean, variance: state.variance + with.step };
        let total = before.variance + NOISE;
        let innovation = log_odds - before.mean;
        let moved = before.variance / total * innovation;
        self.state = Some(Gaussian { mean: before.mean + moved, variance: before.variance * NOISE / total });
        Some(Seen { before, total, innovation, moved })
    }

    /// Takes in a batch, print by print, appends what was believed at its prints where that is wanted, and returns what
    /// is believed after it.
    pub(crate) fn follow(
        &mut self,
        with: &LevelParameters,
        prints: &[Print],
        mut points: Option<&mut Vec<Point>>,
    ) -> Belief {
        let before = self.state.unwrap_or(Gaussian { mean: 0.0, variance: 4.0 });
        let first = points.as_ref().map_or(0, |points| points.len());
        // As all prints as one surprise the level that was there before them.
        let z = self.state.map_or(0.0, |state| {
            let total = state.variance + with.step + NOISE;
            (Sight::of(prints).log_odds - state.mean) / total.sqrt()
        });
        for print in prints {
            let sight = Sight::of(core::slice::from_ref(print));
            let seen = self.take(with, sight.log_odds);
            let of_print = seen.as_ref().map_or(0.0, |seen| seen.innovation / seen.total.sqrt());
            let Some(points) = points.as_deref_mut() else { continue };
            let total = seen.as_ref().map_or(before.variance + NOISE, |seen| seen.total);
            let state = seen.map_or(before, |seen| seen.before);
            let below = |log_odds: f64| normal::cdf((log_odds - state.mean) / total.sqrt());
            points.push(Point {
                fair_before: sigmoid(before.mean),
                sd_before: state.variance.sqrt(),
                fair_after: 0.0,
                sd_after: 0.0,
                weights: [1.0, 0.0, 0.0],
                z,
                pit: normal::cdf(of_print),
                probability: below(sight.high) - below(sight.low),
                sigma_b: with.sigma_b,
            });
        }
        let after = self.state.unwrap_or(before);
        let (fair, sd) = (sigmoid(after.mean), after.variance.sqrt());
        if let Some(points) = points {
            let sd_before = points.get(first).map_or(0.0, |point| point.sd_before);
            for point in &mut points[first..] {
                (point.sd_before, point.fair_after, point.sd_after) = (sd_before, fair, sd);
            }
        }
        Belief { fair, sd, sigma_b: with.sigma_b, z, weights: [1.0, 0.0, 0.0] }
    }
}
