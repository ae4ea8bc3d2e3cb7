//! Why a fill's order stood where it stood.

use super::config::Config;
use super::prepared::Prepared;
use super::replay::{Beside, Strategy, replay, simulate};
use super::run::makers;
use super::run_result::{OurFill, Record};
use crate::Invalid;
use crate::engine::{Explained, Explanation};
use crate::exchange::{FillModel, OrderCommand, OrderId, Request};
use crate::market::Action;
use crate::units::{Price, Timestamp};

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

/// Why the orders of one contract are where they are.
pub(super) struct Notes {
    event: usize,
    /// The contract's place in the event.
    contract: usize,
    noted: Vec<Note>,
}

/// A command that rests an order at a price, and why.
struct Note {
    at: Timestamp,
    order: OrderId,
    action: Action,
    price: Price,
    explained: Explained,
}

impl Notes {
    /// Takes note of what an event's strategy has just asked for.
    pub(super) fn take(
        &mut self,
        at: i64,
        event: usize,
        commands: &[OrderCommand],
        strategy: &impl Strategy,
    ) {
        let (Ok(at), true) = (Timestamp::from_micros(at), event == self.event) else { return };
        for command in commands.iter().filter(|command| command.contract == self.contract) {
            let OrderCommand { order, action, request, .. } = *command;
            let (Request::Place { price, .. } | Request::Amend { price, .. }) = request else { continue };
            let both = strategy.explained(self.contract).into_iter().flatten();
            let own = both.filter(|explained| explained.action == action);
            self.noted.extend(own.map(|&explained| Note { at, order, action, price, explained }));
        }
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
    let assumed = config.assumed();
    // The first run says which contract it is, the second one notes its decisions.
    let first = simulate(prepared, &mut makers(prepared, config)?, model, &assumed, Record::All)?;
    let Some(&fill) = first.series.fills.get(place) else { return Ok(None) };
    let event = prepared.contracts()[fill.contract as usize].event;
    let contract = fill.contract as usize - prepared.events()[event].contracts.start;
    let mut notes = Notes { event, contract, noted: Vec::new() };
    let mut makers = makers(prepared, config)?;
    makers[event].keep_explanations();
    let beside = Beside { agreed: None, notes: Some(&mut notes) };
    replay(prepared, &mut makers, model, &assumed, Record::Totals, beside)?;
    let at = prepared.batch_micros(fill.batch as usize);
    // An order rests for prints later than its arrival.
    let arrived = |note: &&Note| note.at.micros().saturating_add(assumed.latency.order) < at;
    let own =
        |note: &&Note| note.order == fill.order && note.action == fill.action && note.price == fill.quoted;
    let resting = notes.noted.iter().rev().find(|note| arrived(note) && own(note));
    Ok(resting.map(|note| ExplainedFill {
        fill,
        decided: note.at,
        reason: note.explained.reason.name(),
        explanation: note.explained.explain(&config.parameters()),
    }))
}
