//! Structured variational expectation-maximisation, pooled across contracts.
//!
//! The path of the log-odds and the explanations of the prints are taken to be independent given the prints: q(path)
//! q(jumps) q(strays). Each of the four updates below maximises one and the same bound on the likelihood, so that it
//! never falls. The bound is that of a linear Gaussian model whose variances mix those of the explanations, and a few
//! sums.

use super::kalman::{Gaussian, Observation, filter, smooth};
use super::model::{LEAST_PQ, Model};
use super::prints::{Batch, Prints, YEAR_HOURS};
use super::surface::belief_volatility;
use super::switching::jump_probability;
use super::{logit, sigmoid};
use crate::Invalid;
use crate::math::{exp, exp_m1, ln, max, min};
use crate::pieces::Pace;

/// How many prints the prior is worth, in each of its parts.
const PRIOR_PRINTS: f64 = 10.0;
/// How many jumps.
const PRIOR_JUMPS: f64 = 2.0;
/// The most rounds of updates, and the gain of the bound that ends them.
const ROUNDS: usize = 60;
const GAIN: f64 = 0.05;
/// The variance of the log-odds before a contract's first print, around it.
const FIRST_VARIANCE: f64 = 4.0;
/// The least clock between two batches, so that no two are at once: a microsecond's worth.
const LEAST_CLOCK: f64 = 1e-12;

/// What is learned: the variances of diffusion (a multiple of the surface's), noise and stray noise (square dollars) and
/// jumps, the probability of a stray print, and the jumps per hour.
#[derive(Debug, Clone, Copy)]
struct Parameters {
    diffusion: f64,
    noise: f64,
    stray: f64,
    stray_probability: f64,
    intensity: f64,
    jump: f64,
}

/// A contract as this model sees it: the clocks and scales come from the price before, so that they are given.
struct Sequence {
    observed: Vec<f64>,
    /// Before each observation: hours, and the variance of the surface's diffusion.
    hours: Vec<f64>,
    clock: Vec<f64>,
    /// Square log-odds per square dollar.
    scale: Vec<f64>,
    /// q: the probabilities of a jump before each observation, and of its being stray.
    jumped: Vec<f64>,
    strayed: Vec<f64>,
}

impl Sequence {
    fn new(batches: &[Batch], start: &Parameters) -> Self {
        let mut sequence = Self {
            observed: Vec::new(),
            hours: Vec::new(),
            clock: Vec::new(),
            scale: Vec::new(),
            jumped: Vec::new(),
            strayed: Vec::new(),
        };
        let mut before = 0.5;
        for batch in batches {
            let p = min(max(before, 0.01), 0.99);
            let volatility = belief_volatility(p, batch.left / YEAR_HOURS);
            sequence.observed.push(batch.sight.log_odds);
            sequence.hours.push(batch.hours);
            sequence.clock.push(max(volatility * volatility * batch.hours / YEAR_HOURS, LEAST_CLOCK));
            let p = min(max(batch.sight.price, 0.01), 0.99);
            // The noise is as wide as the tick is half-way between the two prices.
            let pq = max(0.5 * (p * (1.0 - p) + before * (1.0 - before)), LEAST_PQ);
            sequence.scale.push(1.0 / (pq * pq));
            sequence.jumped.push(jump_probability(start.intensity, batch.hours));
            sequence.strayed.push(start.stray_probability);
            before = p;
        }
        sequence
    }
}

/// Returns the model that structured variational EM finds for the prints, and the bound after each round, which includes
/// the prior and never falls. Each round is a piece of the work.
pub(crate) async fn fit(
    pace: &Pace,
    contracts: &[&Prints],
    start: &Model,
    prior: &Model,
) -> Result<(Model, Vec<f64>), Invalid> {
    let prior = Parameters::of(prior);
    let mut parameters = Parameters::of(start);
    let mut sequences: Vec<Sequence> = contracts
        .iter()
        .filter(|prints| prints.batches.len() > 1)
        .map(|prints| Sequence::new(&prints.batches, &parameters))
        .collect();
    let mut bounds: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        let mut sums = Sums::default();
        let mut bound = parameters.prior_density(&prior);
        for sequence in &mut sequences {
            bound += sequence.update(&parameters, &mut sums)?;
        }
        let gained = bounds.last().map_or(f64::INFINITY, |last| bound - last);
        bounds.push(bound);
        parameters = sums.maximise(&sequences, &prior);
        pace.rest().await;
        if gained < GAIN {
            break;
        }
    }
    Ok((parameters.model(start), bounds))
}

/// What the last update sums over observations.
#[derive(Default)]
struct Sums {
    steps: f64,
    diffused: f64,
    jumps: f64,
    jumped: f64,
    jumps_of_none: f64,
    calm: f64,
    calm_squares: f64,
    strays: f64,
    stray_squares: f64,
}

impl Sequence {
    /// Updates the path, then the explanations; returns the bound after the first, and adds up what the parameters'
    /// update needs.
    fn update(&mut self, at: &Parameters, sums: &mut Sums) -> Result<f64, Invalid> {
        let mut bound = 0.0;
        let mut clock = 0.0;
        let mut observations = Vec::with_capacity(self.observed.len());
        for k in 0..self.observed.len() {
            let (calm, stray) = (at.noise * self.scale[k], at.stray * self.scale[k]);
            let h = self.strayed[k];
            let noise = 1.0 / ((1.0 - h) / calm + h / stray);
            bound += 0.5 * (ln(noise) - (1.0 - h) * ln(calm) - h * ln(stray));
            bound -= divergence(h, at.stray_probability);
            if k > 0 {
                let quiet = at.diffusion * self.clock[k];
                let wild = quiet + at.jump;
                let g = self.jumped[k];
                let variance = 1.0 / ((1.0 - g) / quiet + g / wild);
                bound += 0.5 * (ln(variance) - (1.0 - g) * ln(quiet) - g * ln(wild));
                bound -= divergence(g, jump_probability(at.intensity, self.hours[k]));
                clock += variance;
            }
            observations.push(Observation { at: clock, value: self.observed[k], noise });
        }
        let prior = Gaussian { mean: self.observed[0], variance: FIRST_VARIANCE };
        let filtered = filter(prior, &observations)?;
        bound += filtered.iter().map(|step| step.log_likelihood).sum::<f64>();
        let smoothed = smooth(&filtered);
        for k in 0..self.observed.len() {
            let here = smoothed[k].state;
            let miss = self.observed[k] - here.mean;
            let square = (miss * miss + here.variance) / self.scale[k];
            let odds = logit(at.stray_probability)
                + 0.5 * ln(at.noise / at.stray)
                + 0.5 * square * (1.0 / at.noise - 1.0 / at.stray);
            let h = sigmoid(odds);
            self.strayed[k] = h;
            sums.strays += h;
            sums.stray_squares += h * square;
            sums.calm += 1.0 - h;
            sums.calm_squares += (1.0 - h) * square;
            if k == 0 {
                continue;
            }
            let last = smoothed[k - 1].state;
            let moved = here.mean - last.mean;
            let square = max(
                moved * moved + here.variance + last.variance - 2.0 * smoothed[k].covariance_with_last,
                0.0,
            );
            let quiet = at.diffusion * self.clock[k];
            let wild = quiet + at.jump;
            let chance = jump_probability(at.intensity, self.hours[k]);
            let odds = logit(min(max(chance, 1e-300), 1.0 - 1e-15))
                + 0.5 * ln(quiet / wild)
                + 0.5 * square * (1.0 / quiet - 1.0 / wild);
            let g = if self.hours[k] > 0.0 { sigmoid(odds) } else { 0.0 };
            self.jumped[k] = g;
            // Given a jump, how much of the move it was: the rest diffused.
            let (share, spread) = (at.jump / wild, at.jump * quiet / wild);
            let diffused = (1.0 - share) * (1.0 - share) * square + spread;
            sums.steps += 1.0;
            sums.diffused += ((1.0 - g) * square + g * diffused) / self.clock[k];
            sums.jumps += g;
            sums.jumped += g * (share * share * square + spread);
            sums.jumps_of_none += (1.0 - g) * self.hours[k];
        }
        Ok(bound)
    }
}

/// Returns the divergence of a coin that shows heads with probability `q` from one with `p`.
fn divergence(q: f64, p: f64) -> f64 {
    let part = |q: f64, p: f64| if q > 0.0 { q * ln(q / max(p, 1e-300)) } else { 0.0 };
    part(q, p) + part(1.0 - q, 1.0 - p)
}

impl Sums {
    /// Returns the parameters that maximise the bound and the prior. A stray print is at least as far off as others.
    fn maximise(&self, sequences: &[Sequence], prior: &Parameters) -> Parameters {
        let pooled = |squares: f64, count: f64, weight: f64, centre: f64| {
            (squares + weight * centre) / (count + weight)
        };
        let noise = pooled(self.calm_squares, self.calm, PRIOR_PRINTS, prior.noise);
        let stray = pooled(self.stray_squares, self.strays, PRIOR_PRINTS, prior.stray);
        Parameters {
            diffusion: pooled(self.diffused, self.steps, PRIOR_PRINTS, prior.diffusion),
            noise: min(noise, stray),
            stray: max(noise, stray),
            stray_probability: pooled(
                self.strays,
                self.calm + self.strays,
                PRIOR_PRINTS,
                prior.stray_probability,
            ),
            intensity: self.intensity(sequences, prior),
            jump: pooled(self.jumped, self.jumps, PRIOR_JUMPS, prior.jump),
        }
    }

    /// Returns the root of `sum g hours / (e^(intensity hours) - 1) + PRIOR_JUMPS / intensity = sum (1 - g) hours +
    /// PRIOR_JUMPS / prior`, whose left side falls: the bound's slope with a gamma prior.
    fn intensity(&self, sequences: &[Sequence], prior: &Parameters) -> f64 {
        let slope = |intensity: f64| {
            let mut sum = PRIOR_JUMPS / intensity - PRIOR_JUMPS / prior.intensity - self.jumps_of_none;
            for sequence in sequences {
                for (g, hours) in sequence.jumped.iter().zip(&sequence.hours).skip(1) {
                    if *hours > 0.0 {
                        sum += g * hours / exp_m1(min(intensity * hours, 700.0));
                    }
                }
            }
            sum
        };
        let (mut low, mut high) = (-30.0, 15.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if slope(exp(middle)) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        exp(0.5 * (low + high))
    }
}

impl Parameters {
    fn of(model: &Model) -> Self {
        Self {
            diffusion: model.volatility * model.volatility,
            noise: model.noise,
            stray: model.noise + model.stray_noise,
            stray_probability: model.stray_probability,
            intensity: model.jump_intensity,
            jump: model.jump_sd * model.jump_sd,
        }
    }

    /// Returns the model with these parameters. What this model doesn't know stays as in `other`, or is nothing.
    fn model(&self, other: &Model) -> Model {
        Model {
            volatility: self.diffusion.sqrt(),
            print_volatility: LEAST_CLOCK.sqrt(),
            noise: self.noise,
            stray_noise: max(self.stray - self.noise, self.noise),
            stray_probability: self.stray_probability,
            jump_intensity: self.intensity,
            jump_sd: self.jump.sqrt(),
            size_exponent: 0.0,
            half_spread: other.half_spread,
        }
    }

    /// Returns the logarithm of the prior's density, up to a constant: each part that of as many prints or jumps as it
    /// is worth, seen at its centre.
    fn prior_density(&self, prior: &Self) -> f64 {
        let variance = |x: f64, centre: f64, worth: f64| -0.5 * worth * (ln(x) + centre / x);
        let (p, centre) = (self.stray_probability, prior.stray_probability);
        variance(self.diffusion, prior.diffusion, PRIOR_PRINTS)
            + variance(self.noise, prior.noise, PRIOR_PRINTS)
            + variance(self.stray, prior.stray, PRIOR_PRINTS)
            + variance(self.jump, prior.jump, PRIOR_JUMPS)
            + PRIOR_PRINTS * (centre * ln(p) + (1.0 - centre) * ln(1.0 - p))
            + PRIOR_JUMPS * (ln(self.intensity) - self.intensity / prior.intensity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::Pieces;
    use crate::units::Date;
    use crate::world::Month;

    #[test]
    fn the_bound_never_falls() {
        let month = Month::simulate(3, Date::new(2026, 11, 1).unwrap(), 29).unwrap();
        let settles = Date::new(2026, 11, 30).unwrap().midnight();
        let event = month.until(20).unwrap().tape;
        let mut prints = vec![Prints::default(); event.contracts().len()];
        for (prints, tape) in prints.iter_mut().zip(event.contracts()) {
            for trades in tape.batches() {
                prints.take(trades[0].instant(), Some(settles), trades);
            }
        }
        let contracts: Vec<&Prints> = prints.iter().collect();
        let prior = Model::prior();
        let fitted = Pieces::new(|pace| async move { fit(&pace, &contracts, &prior, &prior).await }).finish();
        let (model, bounds) = fitted.unwrap();
        assert!(bounds.len() > 3, "{bounds:?}");
        for pair in bounds.windows(2) {
            assert!(pair[1] >= pair[0] - 1e-9 * pair[0].abs(), "{pair:?}");
        }
        assert!(model.volatility > 0.0 && model.noise > 0.0 && model.stray_probability < 1.0, "{model:?}");
    }
}
