//! How much each source counts in the blend, learned from events that have settled.

use crate::math::{exp, ln, max};

/// How many sources there are: belief, nowcast, market, calibrated.
pub const SOURCES: usize = 4;

/// How far a weight may be from an equal one before any event: its standard deviation, as large as the weight.
const DEVIATION: f64 = 0.25;

/// What is left at least to outcomes that aren't listed, and what is thought possible of one that is.
const LEAST_OTHER: f64 = 0.01;
const LEAST: f64 = 1e-4;

/// How often each weight is improved in turn: it takes some dozens until none moves.
const ROUNDS: usize = 200;

/// What the sources say of an event's outcomes at an instant: one list of probabilities each, all of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Sources(pub [Vec<f64>; SOURCES]);

/// Weights of the sources, by what has settled.
///
/// Before any event they are equal, and pull back there; then they are the likeliest ones at or above 0. Each event counts
/// once, by the mean of the times at which it is looked at.
#[derive(Debug, Clone)]
pub struct Pool {
    weights: [f64; SOURCES],
    events: Vec<Vec<Look>>,
}

/// By outcome, the last being all others: logarithms by source, and what it paid.
#[derive(Debug, Clone)]
struct Look {
    logarithms: Vec<[f64; SOURCES]>,
    paid: Vec<f64>,
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

impl Pool {
    /// Returns the one that has learned nothing.
    pub const fn new() -> Self {
        Self { weights: [1.0 / SOURCES as f64; SOURCES], events: Vec::new() }
    }

    /// Returns the weights, in the order of the sources.
    pub const fn weights(&self) -> [f64; SOURCES] {
        self.weights
    }

    /// Learns from an event that has settled: what was said of its outcomes at one or more times, and what each paid, in
    /// dollars.
    pub fn learn(&mut self, times: &[(Sources, Vec<f64>)]) {
        let look = |(said, paid): &(Sources, Vec<f64>)| {
            let other = max(1.0 - paid.iter().sum::<f64>(), 0.0);
            Look { logarithms: said.logarithms(), paid: paid.iter().copied().chain([other]).collect() }
        };
        if !times.is_empty() {
            self.events.push(times.iter().map(look).collect());
            self.improve();
        }
    }

    /// Returns what all say together of each outcome; with what is left to others it adds up to 1.
    pub fn blend(&self, said: &Sources) -> Vec<f64> {
        let mut shares = shares(&said.logarithms(), &self.weights);
        shares.pop();
        shares
    }

    /// Finds the likeliest weights: what is asked for is convex, so that one after the other gets there.
    fn improve(&mut self) {
        for _ in 0..ROUNDS {
            for source in 0..SOURCES {
                let precision = 1.0 / (DEVIATION * DEVIATION);
                let (mut slope, mut bend) =
                    (precision * (self.weights[source] - 1.0 / SOURCES as f64), precision);
                for (event, look) in
                    self.events.iter().flat_map(|event| event.iter().map(move |look| (event, look)))
                {
                    let shares = shares(&look.logarithms, &self.weights);
                    let own = || look.logarithms.iter().map(|by_source| by_source[source]);
                    let mean: f64 = own().zip(&shares).map(|(own, share)| own * share).sum();
                    let came: f64 = own().zip(&look.paid).map(|(own, paid)| own * paid).sum();
                    let square: f64 =
                        own().zip(&shares).map(|(own, share)| (own - mean) * (own - mean) * share).sum();
                    slope += (mean - came) / event.len() as f64;
                    bend += square / event.len() as f64;
                }
                self.weights[source] = max(self.weights[source] - slope / bend, 0.0);
            }
        }
    }
}

impl Sources {
    fn logarithms(&self) -> Vec<[f64; SOURCES]> {
        let outcomes = self.0.iter().map(Vec::len).min().unwrap_or(0);
        let of = |outcome: usize| {
            core::array::from_fn(|source| ln(max(self.0[source].get(outcome).copied().unwrap_or(0.0), LEAST)))
        };
        let listed: [f64; SOURCES] =
            core::array::from_fn(|source| self.0[source].iter().take(outcomes).sum());
        let other = listed.map(|listed| ln(max(1.0 - listed, LEAST_OTHER)));
        (0..outcomes).map(of).chain([other]).collect()
    }
}

/// Returns each outcome's share, the last being all others'.
fn shares(logarithms: &[[f64; SOURCES]], weights: &[f64; SOURCES]) -> Vec<f64> {
    let weighed =
        |own: &[f64; SOURCES]| own.iter().zip(weights).map(|(own, weight)| own * weight).sum::<f64>();
    let all: Vec<f64> = logarithms.iter().map(weighed).collect();
    let most = all.iter().fold(f64::NEG_INFINITY, |most, own| max(most, *own));
    let mut shares: Vec<f64> = all.into_iter().map(|own| exp(own - most)).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}
