//! Why a fill's order stood where it stood.

use super::config::Config;
use super::engine::quoters;
use super::fills::FillModel;
use super::outcome::{OurFill, Record};
use super::prepared::Prepared;
use super::run::{Strategy, simulate};
use crate::Invalid;
use crate::market::Action;
use crate::quoting::{Command, Event, Explanation, Quoter};
use crate::units::Timestamp;

/// A fill, and the decision that had placed its order.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedFill {
    /// The fill.
    pub fill: OurFill,
    /// When the decision was taken.
    pub decided: Timestamp,
    /// What made the quotes change then.
    pub reason: &'static str,
    /// The way from the fair value to the quote.
    pub explanation: Explanation,
}

/// A quoter whose decisions are noted.
struct Noted {
    quoter: Quoter,
    /// Every decision that changed the quotes of the contract in question: when, and why each side is where it is.
    decisions: Vec<(i64, crate::quoting::Decision)>,
    contract: Option<usize>,
}

impl Strategy for Noted {
    fn step(&mut self, now: Timestamp, event: &Event, commands: &mut Vec<Command>) -> Result<(), Invalid> {
        Strategy::step(&mut self.quoter, now, event, commands)?;
        if let Some(contract) = self.contract
            && commands.iter().any(|command| command.contract == contract)
            && let Some(decision) = self.quoter.decision(contract)
        {
            self.decisions.push((now.micros(), *decision));
        }
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        self.quoter.due()
    }
}

/// Runs `config` once more and tells how the order of the fill at `place` in [`super::Series::fills`] was decided; `None`
/// if there is no such fill.
///
/// # Errors
///
/// As [`super::run()`].
pub fn explain(
    prepared: &Prepared,
    config: &Config,
    model: FillModel,
    place: usize,
) -> Result<Option<ExplainedFill>, Invalid> {
    let conditions = config.conditions();
    // The first run says which contract it is, the second one notes its decisions.
    let first = simulate(prepared, &mut quoters(prepared, config)?, model, &conditions, Record::All)?;
    let Some(&fill) = first.series.fills.get(place) else { return Ok(None) };
    let of = &prepared.contracts()[fill.contract as usize];
    let within = fill.contract as usize - prepared.events()[of.event].contracts.start;
    let mut noted: Vec<Noted> = quoters(prepared, config)?
        .into_iter()
        .enumerate()
        .map(|(event, quoter)| Noted {
            quoter,
            decisions: Vec::new(),
            contract: (event == of.event).then_some(within),
        })
        .collect();
    simulate(prepared, &mut noted, model, &conditions, Record::Totals)?;
    let at = prepared.batch_micros(fill.batch as usize);
    let decisions = &noted[of.event].decisions;
    // An order rests for prints later than its arrival.
    let resting = decisions.iter().rev().find(|(sent, _)| sent.saturating_add(conditions.latency) < at);
    Ok(resting.map(|(_, decision)| {
        let action = if fill.bought { Action::Buy } else { Action::Sell };
        ExplainedFill {
            fill,
            decided: decision.at,
            reason: decision.reason.name(),
            explanation: decision.explain(action, &config.parameters()),
        }
    }))
}
