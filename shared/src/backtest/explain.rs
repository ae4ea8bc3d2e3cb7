//! Why a fill's order stood where it stood.

use super::around::around;
use super::config::Config;
use super::notes::{Note, Notes};
use super::prepared::Prepared;
use super::replay::{Beside, replay, simulate};
use super::run::makers;
use super::run_result::{OurFill, Record};
use crate::Invalid;
use crate::engine::Explanation;
use crate::exchange::FillModel;
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
    let (prepared, config) = around(prepared, config)?;
    let (prepared, config) = (prepared.as_ref(), &config);
    let assumed = config.assumed();
    // The first run says which contract it is, the second one notes its decisions.
    let first = simulate(prepared, &mut makers(prepared, config)?, model, &assumed, Record::All)?;
    let Some(&fill) = first.series.fills.get(place) else { return Ok(None) };
    let event = prepared.contracts()[fill.contract as usize].event;
    let contract = fill.contract as usize - prepared.events()[event].contracts.start;
    let mut notes = Notes::of(event, contract);
    let mut makers = makers(prepared, config)?;
    makers[event].keep_explanations();
    let beside = Beside { agreed: None, notes: Some(&mut notes) };
    replay(prepared, &mut makers, model, &assumed, Record::Totals, beside)?;
    let at = fill.at;
    // An order rests for prints later than its arrival.
    let arrived = |note: &&Note| note.at.micros().saturating_add(assumed.latency.order) < at;
    let own =
        |note: &&Note| note.order == fill.order && note.action == fill.action && note.price == fill.quoted;
    let resting = notes.noted().iter().rev().find(|note| arrived(note) && own(note));
    Ok(resting.map(|note| ExplainedFill {
        fill,
        decided: note.at,
        reason: note.explained.reason.name(),
        explanation: note.explained.explain(&config.parameters()),
    }))
}
