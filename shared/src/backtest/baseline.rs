//! Fair prices that know nothing: what profit is worth without skill.

use super::around::around;
use super::config::Config;
use super::prepared::Prepared;
use super::run::run;
use super::run_result::Record;
use crate::Invalid;
use crate::exchange::FillModel;
use crate::math::{max, min};
use crate::random::SplitMix64;
use crate::units::{Cash, Price};

/// A way of having no fair price. Volatility and surprise are left as they are, and positions are still marked at the true
/// belief, so that the fair price alone makes the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Any price from 1 to 99 cents, drawn anew at each batch. Quotes then often lie beyond the market, where an exchange
    /// would refuse them; of the fill models only `touch` does.
    Random,
    /// The last print and what the contract's own fair prices differ from it by, in another order: the same
    /// disagreement with the market, about nothing.
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

/// What a baseline's draws made under one fill model.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineResult {
    /// The way of having no fair price.
    pub baseline: Baseline,
    /// The rule for fills.
    pub model: FillModel,
    /// The net profit of each draw, ascending.
    pub nets: Vec<Cash>,
}

impl BaselineResult {
    /// Returns the mean of the draws, in microdollars.
    pub fn mean(&self) -> f64 {
        self.nets.iter().map(|net| net.microdollars() as f64).sum::<f64>() / self.nets.len() as f64
    }

    /// Returns the probability that a draw does as well as `net`, a draw's being counted with it: the p-value of having
    /// no skill.
    pub fn p_value(&self, net: Cash) -> f64 {
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
    // What is put in the place of the fair values is what is quoted about.
    let (prepared, config) = around(prepared, config)?;
    let (prepared, config) = (prepared.as_ref(), &config);
    let mut results: Vec<BaselineResult> = models
        .iter()
        .map(|&model| BaselineResult { baseline, model, nets: Vec::with_capacity(draws) })
        .collect();
    let mut blind = prepared.clone();
    let mut rng = SplitMix64::new(config.rng_seed);
    for _ in 0..draws {
        match baseline {
            Baseline::Random => {
                for belief in blind.beliefs_mut() {
                    belief.fair = (1 + rng.below(99)) as f64 / 100.0;
                }
            }
            Baseline::Shuffled => shuffle(&mut blind, prepared, &mut rng),
        }
        for (result, outcome) in results.iter_mut().zip(run(&blind, config, models, Record::Totals)?) {
            result.nets.push(outcome.total.net);
        }
    }
    for result in &mut results {
        result.nets.sort_unstable();
    }
    Ok(results)
}

/// Puts each contract's differences of fair price and last print into another order (Fisher and Yates).
fn shuffle(prepared: &mut Prepared, truth: &Prepared, rng: &mut SplitMix64) {
    let mut places = vec![Vec::new(); truth.contracts().len()];
    for (place, batch) in truth.batches.iter().enumerate() {
        places[batch.contract as usize].push(place);
    }
    let last = truth.last_prices();
    // Where nothing was printed yet, as in books it may be, nothing differs.
    let last_print =
        |place: usize| last[place].map_or(truth.beliefs()[place].fair, |price: Price| price.to_dollars());
    let beliefs = prepared.beliefs_mut();
    for own in places {
        let mut order = own.clone();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.below(last + 1));
        }
        for (place, from) in own.into_iter().zip(order) {
            let fair = last_print(place) + truth.beliefs()[from].fair - last_print(from);
            beliefs[place].fair = min(max(fair, 0.001), 0.999);
        }
    }
}
