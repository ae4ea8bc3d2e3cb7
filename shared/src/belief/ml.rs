//! Direct maximum likelihood, pooled across contracts.
//!
//! Two forecasts of each print are scored: that of the next print, by the probability of its tick, and that of the mean
//! price a while ahead, by a Gaussian whose variance is the contract's own mean square. The likelihood of the next print
//! alone can't tell bounce between bid and ask from moves: it fits both, and leaves the fair value in the bounce.

use super::forward::closed;
use super::model::{Model, PARAMETERS};
use super::prints::Prints;
use super::run::Runner;
use crate::math::ln;
use crate::math::simplex::minimise;
use crate::units::Timestamp;

/// The standard deviations of the priors around [`Model::prior`], on the scales of `Model::to_vector`: a factor of two
/// for the surface's multiple, which theory gives, and three for what it doesn't.
const WIDTHS: [f64; PARAMETERS] = [0.5, 0.7, 0.7, 0.7, 0.5, 0.7, 0.4, 0.25, 0.7];
/// The mean square below which a forward mean is not told from its rounding: half a cent.
const ROUNDING: f64 = 2.5e-5;
/// The sizes of the simplices that look for the best, one after the other, and how often each may score: the second
/// starts where the first has shrunk, which gets it out of where that got stuck.
const SEARCHES: [(f64, usize); 2] = [(0.3, 250), (0.15, 150)];

/// A contract to learn from.
pub(crate) struct Lesson<'a> {
    pub(crate) prints: &'a Prints,
    pub(crate) forward_means: &'a [f64],
}

/// Returns the model that explains the prints before `until` best, given the `prior`, looked for from `start` on.
pub(crate) fn fit(lessons: &[Lesson<'_>], until: Timestamp, start: &Model, prior: &Model) -> Model {
    let prior = prior.to_vector();
    let mut objective = |v: &[f64; PARAMETERS]| {
        let model = Model::from_vector(*v);
        let far = v.iter().zip(prior).zip(WIDTHS).map(|((x, centre), width)| (x - centre) / width);
        let penalty: f64 = far.map(|far| 0.5 * far * far).sum();
        penalty - lessons.iter().map(|lesson| score(lesson, until, &model)).sum::<f64>()
    };
    let mut best = start.to_vector();
    for (size, evaluations) in SEARCHES {
        (best, _) = minimise(&mut objective, best, size, evaluations);
    }
    Model::from_vector(best)
}

/// Returns the logarithmic score of a contract's forecasts before `until`.
fn score(lesson: &Lesson<'_>, until: Timestamp, model: &Model) -> f64 {
    let mut runner = Runner::new(model);
    let mut next_print = 0.0;
    let (mut squares, mut count) = (0.0, 0.0);
    for (batch, forward) in lesson.prints.batches.iter().zip(lesson.forward_means) {
        if batch.at >= until {
            break;
        }
        let score = runner.score(model, batch);
        // The first print is predicted by nothing.
        if batch.first > 0 {
            next_print += score;
        }
        if !forward.is_nan() && closed(batch.at, until) {
            let miss = forward - runner.fair();
            squares += miss * miss;
            count += 1.0;
        }
    }
    let ahead = if count > 0.0 { -0.5 * count * ln(squares / count + ROUNDING) } else { 0.0 };
    next_print + ahead
}
