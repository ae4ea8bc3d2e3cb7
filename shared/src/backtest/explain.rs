//! Why a fill's order stood where it stood.

use super::config::Config;
use super::prepared::Prepared;
use super::replay::{Strategy, simulate};
use super::run::makers;
use super::run_result::{OurFill, Record};
use crate::Invalid;
use crate::engine::{Error, Explained, Explanation, Input, Maker, Outputs};
use crate::exchange::{FillModel, OrderId, Request};
use crate::market::Action;
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

/// A maker whose orders in one contract are noted, with why they are where they are.
struct Noted {
    maker: Maker,
    contract: Option<usize>,
    noted: Vec<Note>,
    /// Why the contract's quotes were last decided.
    reason: &'static str,
}

/// A command that rests an order at a price, and why.
struct Note {
    at: Timestamp,
    order: OrderId,
    action: Action,
    price: crate::units::Price,
    reason: &'static str,
    decided: Timestamp,
    explained: Explained,
}

impl Strategy for Noted {
    fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        let known = (out.commands.len(), out.decisions.len());
        self.maker.step(now, input, out)?;
        let Some(contract) = self.contract else { return Ok(()) };
        let own = out.decisions[known.1..].iter().rev().find(|decision| decision.contract == contract);
        if let Some(decision) = own {
            self.reason = decision.reason.name();
        }
        let Some(explained) = self.maker.explained(contract) else { return Ok(()) };
        for command in out.commands[known.0..].iter().filter(|command| command.contract == contract) {
            let (Request::Place { price, .. } | Request::Amend { price, .. }) = command.request else {
                continue;
            };
            let side = usize::from(command.action == Action::Sell);
            let (order, action, explained) = (command.order, command.action, explained[side]);
            let (reason, decided) = (self.reason, now);
            self.noted.push(Note { at: now, order, action, price, reason, decided, explained });
        }
        Ok(())
    }

    fn due(&self) -> Option<Timestamp> {
        self.maker.due()
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
    let of = &prepared.contracts()[fill.contract as usize];
    let within = fill.contract as usize - prepared.events()[of.event].contracts.start;
    let mut noted: Vec<Noted> = makers(prepared, config)?
        .into_iter()
        .enumerate()
        .map(|(event, mut maker)| {
            let contract = (event == of.event).then_some(within);
            if contract.is_some() {
                maker.keep_explanations();
            }
            Noted { maker, contract, noted: Vec::new(), reason: "" }
        })
        .collect();
    simulate(prepared, &mut noted, model, &assumed, Record::Totals)?;
    let at = prepared.batch_micros(fill.batch as usize);
    // An order rests for prints later than its arrival.
    let arrived = |note: &&Note| note.at.micros().saturating_add(assumed.latency.order) < at;
    let own =
        |note: &&Note| note.order == fill.order && note.action == fill.action && note.price == fill.quoted;
    let resting = noted[of.event].noted.iter().rev().find(|note| arrived(note) && own(note));
    Ok(resting.map(|note| ExplainedFill {
        fill,
        decided: note.decided,
        reason: note.reason,
        explanation: note.explained.explain(&config.parameters()),
    }))
}
