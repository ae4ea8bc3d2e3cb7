//! The whole backtest: what was said, both rules, and what goes wrong.

use super::prepared::Input;
use super::replay::replay;
use super::score::compare;
use super::{Compared, Config, Prepared, Rule, Run, Stress};
use crate::Invalid;
use crate::backtest::{RESAMPLES, tape_hash};
use crate::market::{Contract, EventTape};
use crate::nowcast::fit::Fits;
use crate::nowcast::series::History;
use crate::pieces::{Pace, Pieces};
use crate::stats::sum_interval;
use crate::units::{Cash, Price};

/// What both rules made when something went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Stressed {
    /// What went wrong.
    pub stress: Stress,
    /// Whether it changed anything that was told: posts that nobody counts can't be bought.
    pub applies: bool,
    /// The most that it moved a fair value by.
    pub moved: f64,
    /// What each rule made.
    pub runs: Vec<Run>,
}

/// A backtest's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// What it was run with.
    pub config: Config,
    /// The name of the tapes' content.
    pub tape: String,
    /// What was said.
    pub prepared: Prepared,
    /// How well, where an event has settled.
    pub compared: Option<Compared>,
    /// What each rule made, with the fills that the tape has.
    pub runs: Vec<Run>,
    /// What each made when something went wrong.
    pub stressed: Vec<Stressed>,
}

impl Backtest {
    /// Returns a 95 % interval of a run's net profit, events resampled; none of fewer than four.
    pub fn net_interval(&self, run: &Run) -> Option<(Cash, Cash)> {
        let nets: Vec<i64> = run.events.iter().map(|event| event.net.microdollars()).collect();
        let (low, high) = sum_interval(&nets, RESAMPLES, self.config.rng_seed)?;
        Some((Cash::from_microdollars(low), Cash::from_microdollars(high)))
    }

    /// Returns a 95 % interval of what Kelly made more than the ladder, events resampled; none of fewer than four.
    pub fn ahead_interval(&self) -> Option<(Cash, Cash)> {
        let [kelly, ladder] = self.runs.as_slice() else { return None };
        let ahead = kelly.events.iter().zip(&ladder.events);
        let ahead: Vec<i64> =
            ahead.map(|(a, b)| a.net.microdollars().saturating_sub(b.net.microdollars())).collect();
        let (low, high) = sum_interval(&ahead, RESAMPLES, self.config.rng_seed)?;
        Some((Cash::from_microdollars(low), Cash::from_microdollars(high)))
    }
}

/// Returns the work of walking through the days of `tapes`' events, in pieces of a day's forecast each.
///
/// Counts that a vendor filled in on a straight line were not known on their day and are left out. `contracts` say how events
/// settled; where they don't, the counts of the day do.
///
/// # Errors
///
/// The work names what of `config` is out of range, or `tape` if there is no event to trade.
pub fn backtest(
    tapes: &[EventTape],
    contracts: &[Contract],
    histories: &[History],
    config: &Config,
    fits: &Fits,
) -> Pieces<'static, Result<Backtest, Invalid>> {
    let (tapes, contracts, config, fits) = (tapes.to_vec(), contracts.to_vec(), *config, fits.clone());
    let histories: Vec<History> = histories.iter().map(History::without_interpolated).collect();
    Pieces::new(
        move |pace| async move { run(&pace, &Input { tapes, contracts, histories, config, fits }).await },
    )
}

async fn run(pace: &Pace, input: &Input) -> Result<Backtest, Invalid> {
    let config = &input.config;
    config.check()?;
    let prepared = Prepared::walk(pace, input, 0.5).await?;
    if prepared.said.is_empty() {
        let why = prepared.left_out.first().map_or("there is none", |(_, why)| why.as_str());
        return Err(Invalid::new("tape", format!("has no event to trade: {why}")));
    }
    let both = |prepared: &Prepared, worse: Price| -> Result<Vec<Run>, Invalid> {
        Rule::ALL.iter().map(|rule| replay(prepared, *rule, worse, config)).collect()
    };
    let runs = both(&prepared, Price::ZERO)?;
    let mut stressed = Vec::with_capacity(Stress::ALL.len());
    for stress in Stress::ALL {
        let part = if stress == Stress::Blackout { (0.5, 0.75) } else { (0.75, 1.0) };
        let spoiled = prepared.spoiled(pace, input, stress, part).await?;
        let (worse, moved) = (stress.worse(), spoiled.as_ref().map_or(0.0, |(_, moved)| *moved));
        let applies = spoiled.is_some() || worse > Price::ZERO;
        let runs = both(spoiled.as_ref().map_or(&prepared, |(spoiled, _)| spoiled), worse)?;
        stressed.push(Stressed { stress, applies, moved, runs });
    }
    pace.reach(1.0);
    let compared = compare(&prepared, config.rng_seed)?;
    let tape = tape_hash(&input.tapes);
    Ok(Backtest { config: *config, tape, prepared, compared, runs, stressed })
}
