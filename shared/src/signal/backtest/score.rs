//! How well what was said matched what came, beside the market's prices.

use super::Prepared;
use crate::Invalid;
use crate::backtest::{RESAMPLES, Score, Scores};
use crate::signal::{FairBasis, Signal};
use crate::stats::mean_interval;

/// The scores of probabilities of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The scores of all contract-days alike.
    pub score: Score,
    /// The 95 % interval of the Brier score, events resampled; none of fewer than four.
    pub brier_ci95: Option<(f64, f64)>,
}

/// What was said and what the market's prices were, on the same days and of the same contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// How many events had settled.
    pub events: usize,
    /// The winner's probabilities.
    pub fair: Scored,
    /// The last prints, which are the market's own.
    pub market: Scored,
    /// The leader-strike values.
    pub strike: Option<Scored>,
    /// By how much the winner's probabilities' Brier score is greater than the market's: negative is better.
    pub difference: f64,
    /// Its 95 % interval, events resampled; none of fewer than four.
    pub difference_ci95: Option<(f64, f64)>,
}

/// Returns the scores over the days of settled events, of contracts whose artist was nowcast and that had a price; nothing if
/// there is none.
pub(super) fn compare(prepared: &Prepared, rng_seed: u64) -> Result<Option<Compared>, Invalid> {
    let samples = |of: fn(&Signal) -> Option<f64>| -> Vec<(usize, f64, f64)> {
        let mut pairs = Vec::new();
        for said in &prepared.said {
            for (line, place) in said.lines.iter().zip(&said.places) {
                let is_comparable = line.fair_basis == FairBasis::Nowcast && line.market_price.is_some();
                let paid = prepared.paid(*place).filter(|paid| *paid == 0.0 || *paid == 1.0);
                if let (true, Some(p), Some(paid)) = (is_comparable, of(line), paid) {
                    pairs.push((said.event, p, paid));
                }
            }
        }
        pairs
    };
    let fair = samples(|line| Some(line.fair_value));
    let market = samples(|line| line.market_price);
    let strike = samples(|line| line.leader_strike_value);
    let (Some(scored), Some(of_market)) = (scored(&fair, rng_seed)?, scored(&market, rng_seed)?) else {
        return Ok(None);
    };
    let error = |p: f64, paid: f64| (p - paid) * (p - paid);
    let differences: Vec<(usize, f64)> = fair
        .iter()
        .zip(&market)
        .map(|((event, p, paid), (_, price, _))| (*event, error(*p, *paid) - error(*price, *paid)))
        .collect();
    let by_event = by_event(differences.iter().copied());
    Ok(Some(Compared {
        events: by_event.len(),
        difference: scored.score.brier - of_market.score.brier,
        difference_ci95: mean_interval(&by_event, RESAMPLES, rng_seed),
        fair: scored,
        market: of_market,
        strike: self::scored(&strike, rng_seed)?,
    }))
}

fn scored(pairs: &[(usize, f64, f64)], rng_seed: u64) -> Result<Option<Scored>, Invalid> {
    let mut scores = Scores::new();
    for (_, p, paid) in pairs {
        scores.add(*p, *paid == 1.0)?;
    }
    let Some(score) = scores.score() else { return Ok(None) };
    let errors = pairs.iter().map(|(event, p, paid)| (*event, (p - paid) * (p - paid)));
    let brier_ci95 = mean_interval(&by_event(errors), RESAMPLES, rng_seed);
    Ok(Some(Scored { score, brier_ci95 }))
}

/// Returns each event's sum and number of values.
fn by_event(values: impl Iterator<Item = (usize, f64)>) -> Vec<(f64, usize)> {
    let mut sums: Vec<(usize, f64, usize)> = Vec::new();
    for (event, value) in values {
        match sums.iter_mut().find(|(own, ..)| *own == event) {
            Some((_, sum, count)) => {
                *sum += value;
                *count += 1;
            }
            None => sums.push((event, value, 1)),
        }
    }
    sums.into_iter().map(|(_, sum, count)| (sum, count)).collect()
}
