//! The probabilities that an event's beliefs come to together: found once a tape, as no fill changes them.

use crate::Invalid;
use crate::belief::Belief;
use crate::coherence::Agreement;
use crate::market::PriceGrid;
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

/// A belief on the tape: when, in microseconds, in which event, of which of its contracts, and what.
pub(super) type Believed<'a> = (i64, usize, usize, &'a Belief);

/// A tape's beliefs in order of time.
pub(super) trait Beliefs {
    /// Iterates over them.
    fn in_time(&self) -> impl Iterator<Item = Believed<'_>>;
}

impl Agreed {
    /// Makes the beliefs of each event agree; `grids` has each event's prices, by contract.
    pub(super) fn find(
        tape: &impl Beliefs,
        other: f64,
        grids: impl Iterator<Item = Vec<PriceGrid>>,
    ) -> Result<Self, Invalid> {
        let mut agreements: Vec<Agreement> = grids.map(|grids| Agreement::new(other, &grids)).collect();
        let mut agreed = Self { other, first: Vec::new(), probabilities: Vec::new() };
        for (at, event, contract, belief) in tape.in_time() {
            let agreement = &mut agreements[event];
            let now = Timestamp::from_micros(at)?;
            agreement.believe(contract, now, belief.fair, belief.sd, belief.sigma_b);
            agreed.first.push(agreed.probabilities.len() as u32);
            agreed.probabilities.extend_from_slice(agreement.probabilities());
        }
        Ok(agreed)
    }

    /// Returns the least probability of an outcome that isn't listed.
    pub(super) const fn other(&self) -> f64 {
        self.other
    }

    /// Returns the probabilities after the batch at that place, by contract of its event.
    #[inline]
    pub(super) fn after(&self, batch: usize) -> &[f64] {
        let first = self.first[batch] as usize;
        let end = self.first.get(batch + 1).map_or(self.probabilities.len(), |end| *end as usize);
        &self.probabilities[first..end]
    }
}
