//! The probabilities that an event's beliefs come to together: found once a tape, as no fill changes them.

use std::borrow::Cow;

use super::config::Config;
use super::engine::terms;
use super::prepared::Prepared;
use crate::Invalid;
use crate::quoting::{Agreement, Rules};
use crate::units::Timestamp;

/// What the contracts of a batch's event are worth together after it, for all batches of a tape.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    /// The least probability of an outcome that isn't listed.
    other: f64,
    /// Where each batch's begin.
    first: Vec<u32>,
    probabilities: Vec<f64>,
}

impl Agreed {
    /// Returns what quotes by `config` start from, or `None` if they don't ask what beliefs come to together, or don't hear
    /// of all of them.
    ///
    /// The tape keeps the first answer: for other questions than that one it is found anew.
    pub(super) fn of<'a>(prepared: &'a Prepared, config: &Config) -> Result<Option<Cow<'a, Self>>, Invalid> {
        if config.quoting.rules == Rules::Seed || config.conditions().blackout > 0 {
            return Ok(None);
        }
        let other = config.quoting.other.to_f64();
        if let Some(known) = prepared.agreed().get() {
            if known.other == other {
                return Ok(Some(Cow::Borrowed(known)));
            }
            return Self::find(prepared, other).map(|found| Some(Cow::Owned(found)));
        }
        let found = Self::find(prepared, other)?;
        let kept = prepared.agreed().get_or_init(|| found);
        if kept.other == other { Ok(Some(Cow::Borrowed(kept))) } else { Self::of(prepared, config) }
    }

    fn find(prepared: &Prepared, other: f64) -> Result<Self, Invalid> {
        let agreement = |event| Agreement::new(other, &terms(prepared, event));
        let mut agreements: Vec<Agreement> = prepared.events().iter().map(agreement).collect();
        let mut agreed =
            Self { other, first: Vec::with_capacity(prepared.batches.len()), probabilities: Vec::new() };
        for (batch, belief) in prepared.batches.iter().zip(prepared.beliefs()) {
            let contract = batch.contract as usize;
            let event = prepared.contracts()[contract].event;
            let agreement = &mut agreements[event];
            let place = contract - prepared.events()[event].contracts.start;
            agreement.believe(place, Timestamp::from_micros(batch.at)?, belief);
            agreed.first.push(agreed.probabilities.len() as u32);
            agreed.probabilities.extend_from_slice(agreement.probabilities());
        }
        Ok(agreed)
    }

    /// Returns the probabilities after the batch at that place, by contract of its event.
    #[inline]
    pub(super) fn after(&self, batch: usize) -> &[f64] {
        let first = self.first[batch] as usize;
        let end = self.first.get(batch + 1).map_or(self.probabilities.len(), |end| *end as usize);
        &self.probabilities[first..end]
    }
}
