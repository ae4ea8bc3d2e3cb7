//! Direct maximum likelihood, pooled across contracts: of each print, the probability of its tick.

use super::model::{Model, PARAMETERS};
use super::prints::Prints;
use super::run::Runner;
use crate::pieces::Pace;
use crate::search::minimise_any;

/// The standard deviations of the priors around [`Model::prior`], on the scales of `Model::to_vector`: a factor of two
/// for the surface's multiple, which theory gives, and three for what it doesn't.
const WIDTHS: [f64; PARAMETERS] = [0.5, 0.7, 0.7, 0.7, 0.5, 0.7, 0.4, 0.25, 0.7];
/// The sizes of the simplices that look for the best, one after the other, and how often each may score: the second
/// starts where the first has shrunk, which gets it out of where that got stuck.
const SEARCHES: [(f64, usize); 2] = [(0.3, 250), (0.15, 150)];

/// Returns the model that explains the prints best, given the `prior`, looked for from `start` on. Each pass over the
/// prints is a piece of the work.
pub(crate) async fn fit(pace: &Pace, contracts: &[&Prints], start: &Model, prior: &Model) -> Model {
    let prior = prior.to_vector();
    let mut objective = |v: &[f64; PARAMETERS]| {
        let model = Model::from_vector(*v);
        let far = v.iter().zip(prior).zip(WIDTHS).map(|((x, centre), width)| (x - centre) / width);
        let penalty: f64 = far.map(|far| 0.5 * far * far).sum();
        penalty - contracts.iter().map(|prints| score(prints, &model)).sum::<f64>()
    };
    let mut best = start.to_vector();
    for (size, evaluations) in SEARCHES {
        (best, _) = minimise_any(pace, &mut objective, best, size, evaluations).await;
    }
    Model::from_vector(best)
}

/// Returns the logarithmic score of the predictions of a contract's prints.
fn score(prints: &Prints, model: &Model) -> f64 {
    let mut runner = Runner::new();
    let mut sum = 0.0;
    for batch in &prints.batches {
        let score = runner.score(model, batch);
        // The first print is predicted by nothing.
        if batch.first > 0 {
            sum += score;
        }
    }
    sum
}
