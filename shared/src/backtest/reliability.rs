//! Whether the fair prices were right: scored against settlements at fixed times before them.

use super::prepared::Prepared;
use super::score::{Score, Scores};
use crate::Invalid;
use crate::market::Side;
use crate::stats::mean_interval;
use crate::units::Price;

/// How many days before settlement the belief is scored.
pub const SCORED_DAYS: [i64; 4] = [14, 7, 3, 1];

/// The scores of one contract's fair prices.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractScore {
    /// The mean Brier score.
    pub brier: f64,
    /// The mean logarithmic score, clipped half a cent from certainty.
    pub log_score: f64,
    /// The mean logarithmic score as it is, perhaps infinite.
    pub log_score_raw: f64,
}

/// The scores at one time before settlement, over all contracts that had a print by then.
#[derive(Debug, Clone, PartialEq)]
pub struct HorizonScore {
    /// How many days before settlement.
    pub days: i64,
    /// How many contracts.
    pub n: usize,
    /// The Brier score of the fair price, and of the last print.
    pub brier: f64,
    /// The same of the last print as a forecast.
    pub brier_last_print: f64,
}

/// How well fair prices matched settlements.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// All fair prices at all [`SCORED_DAYS`] together.
    pub score: Score,
    /// The same of the last prints.
    pub last_print: Score,
    /// A 95 % interval of the Brier score, events resampled.
    pub brier_ci95: Option<(f64, f64)>,
    /// How many contracts and events were scored.
    pub contracts: usize,
    /// How many events.
    pub events: usize,
    /// Each time by itself; none of a time at which no contract had a print.
    pub horizons: Vec<HorizonScore>,
    /// Each contract by its place; `None` where it has not settled or had no print in time.
    pub by_contract: Vec<Option<ContractScore>>,
}

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Scores the fair prices of settled contracts; `None` where no contract has settled.
///
/// A contract's settlement is its close, or the end of the month that its event's name says.
///
/// # Errors
///
/// Names a probability that is none, which [`Prepared::new`] has refused already.
pub fn reliability(
    prepared: &Prepared,
    resamples: usize,
    rng_seed: u64,
) -> Result<Option<Reliability>, Invalid> {
    let contracts = prepared.contracts();
    // What was believed, and last printed, at each time before settlement.
    let mut known = vec![[None; SCORED_DAYS.len()]; contracts.len()];
    let printed = prepared.last_prices();
    for (place, batch) in prepared.batches.iter().enumerate() {
        let contract = &contracts[batch.contract as usize];
        let settles = contract.closes.or(prepared.events()[contract.event].settles);
        let Some(settles) = settles.filter(|_| contract.result.is_some()) else { continue };
        for (slot, days) in known[batch.contract as usize].iter_mut().zip(SCORED_DAYS) {
            if batch.at <= settles.micros() - days * DAY {
                let fair = prepared.beliefs()[place].fair;
                // Where nothing was printed, as in books it may be, the middle of the book stands for it.
                let last = printed[place].map(Price::to_dollars);
                let last = last.or_else(|| prepared.books()?.middle(batch.contract as usize, batch.at));
                *slot = Some((fair, last.unwrap_or(fair)));
            }
        }
    }
    let (mut all, mut all_last) = (Scores::new(), Scores::new());
    let mut horizons: [(Scores, Scores); SCORED_DAYS.len()] = Default::default();
    let mut by_event = vec![(0.0, 0_usize); prepared.events().len()];
    let mut by_contract = Vec::with_capacity(contracts.len());
    for (contract, known) in contracts.iter().zip(&known) {
        let Some(result) = contract.result else {
            by_contract.push(None);
            continue;
        };
        let came = result == Side::Yes;
        let mut own = Scores::new();
        for (slot, (of_fair, of_last)) in known.iter().zip(&mut horizons) {
            let Some((fair, last)) = *slot else { continue };
            for scores in [&mut own, &mut all, of_fair] {
                scores.add(fair, came)?;
            }
            for scores in [&mut all_last, of_last] {
                scores.add(last, came)?;
            }
        }
        let score = own.score();
        if let Some(score) = &score {
            let event = &mut by_event[contract.event];
            *event = (event.0 + score.brier * score.n as f64, event.1 + score.n);
        }
        by_contract.push(score.map(|score| ContractScore {
            brier: score.brier,
            log_score: score.log_score_clipped,
            log_score_raw: score.log_score,
        }));
    }
    let (Some(score), Some(last_print)) = (all.score(), all_last.score()) else { return Ok(None) };
    by_event.retain(|event| event.1 > 0);
    let horizons = horizons.iter().zip(SCORED_DAYS).filter_map(|((fair, last), days)| {
        let (fair, last) = (fair.score()?, last.score()?);
        Some(HorizonScore { days, n: fair.n, brier: fair.brier, brier_last_print: last.brier })
    });
    Ok(Some(Reliability {
        brier_ci95: mean_interval(&by_event, resamples, rng_seed),
        contracts: by_contract.iter().flatten().count(),
        events: by_event.len(),
        horizons: horizons.collect(),
        score,
        last_print,
        by_contract,
    }))
}
