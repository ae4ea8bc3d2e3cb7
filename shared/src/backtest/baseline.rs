//! Fair prices that know nothing: what profit is worth without skill.

use super::config::Config;
use super::engine::run;
use super::fills::FillModel;
use super::prepared::Prepared;
use crate::Invalid;
use crate::random::SplitMix64;

/// A way of having no fair price. Volatility and surprise are left as they are, and positions are still marked at the true
/// belief, so that the fair price alone makes the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Any price from 1 to 99 cents, drawn anew at each batch.
    Random,
    /// The contract's own fair prices, in another order.
    Shuffled,
}

impl Baseline {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Random, Self::Shuffled];

    /// Returns its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random_fair",
            Self::Shuffled => "shuffled_fair",
        }
    }
}

/// What a baseline's draws made under one fill model, in microdollars.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineResult {
    /// The way of having no fair price.
    pub baseline: Baseline,
    /// The rule for fills.
    pub model: FillModel,
    /// The net profit of each draw, ascending.
    pub nets: Vec<i64>,
}

impl BaselineResult {
    /// Returns the mean of the draws, in microdollars.
    pub fn mean(&self) -> f64 {
        self.nets.iter().map(|net| *net as f64).sum::<f64>() / self.nets.len() as f64
    }

    /// Returns the probability that a draw does as well as `net`, a draw's being counted with it: the p-value of having
    /// no skill.
    pub fn p_value(&self, net: i64) -> f64 {
        let as_good = self.nets.iter().filter(|other| **other >= net).count();
        (as_good + 1) as f64 / (self.nets.len() + 1) as f64
    }
}

/// Runs `config` on `draws` draws of a baseline.
///
/// # Errors
///
/// As [`run`].
pub fn baseline(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    baseline: Baseline,
    draws: usize,
) -> Result<Vec<BaselineResult>, Invalid> {
    let mut results: Vec<BaselineResult> = models
        .iter()
        .map(|&model| BaselineResult { baseline, model, nets: Vec::with_capacity(draws) })
        .collect();
    let mut blind = prepared.clone();
    let mut rng = SplitMix64::new(config.rng_seed);
    for _ in 0..draws {
        match baseline {
            Baseline::Random => {
                for belief in &mut blind.beliefs {
                    belief.fair = (1 + rng.below(99)) as f64 / 100.0;
                }
            }
            Baseline::Shuffled => shuffle(&mut blind, &mut rng),
        }
        for (result, outcome) in results.iter_mut().zip(run(&blind, config, models, false)?) {
            result.nets.push(outcome.total.net);
        }
    }
    for result in &mut results {
        result.nets.sort_unstable();
    }
    Ok(results)
}

/// Puts each contract's fair prices into another order (Fisher and Yates).
fn shuffle(prepared: &mut Prepared, rng: &mut SplitMix64) {
    let mut places = vec![Vec::new(); prepared.contracts().len()];
    for (place, batch) in prepared.batches.iter().enumerate() {
        places[batch.contract as usize].push(place);
    }
    for own in places {
        for last in (1..own.len()).rev() {
            let (a, b) = (own[last], own[rng.below(last + 1)]);
            let fair = prepared.beliefs[a].fair;
            prepared.beliefs[a].fair = prepared.beliefs[b].fair;
            prepared.beliefs[b].fair = fair;
        }
    }
}
