//! The probabilities that an event's beliefs come to together: found once a tape, as no fill changes them.

use crate::belief::Belief;
use crate::coherence::Agreement;
use crate::settings::{Fixed, OrAuto};

/// What the contracts of a batch's event are worth together after it, for all batches of a tape.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    asked: Asked,
    /// Where each batch's begin.
    first: Vec<u32>,
    probabilities: Vec<f64>,
}

/// The least probability of an outcome that isn't listed, and by event how much more longshots give way.
pub(super) type Asked = (Fixed<4>, Vec<OrAuto<2>>);

/// A belief on the tape: in which event, of which of its contracts, and what.
pub(super) type Believed<'a> = (usize, usize, &'a Belief);

/// A tape's beliefs in order of time.
pub(super) trait Beliefs {
    /// Iterates over them.
    fn in_time(&self) -> impl Iterator<Item = Believed<'_>>;
}

impl Agreed {
    /// Makes the beliefs of each event agree as is `asked`; `contracts` has each event's number of them.
    pub(super) fn find(tape: &impl Beliefs, asked: Asked, contracts: impl Iterator<Item = usize>) -> Self {
        let (other, longshots) = (asked.0.to_f64(), &asked.1);
        let agreements = contracts.zip(longshots);
        let mut agreements: Vec<Agreement> = agreements
            .map(|(contracts, longshots)| Agreement::new(other, longshots.number(), contracts))
            .collect();
        let mut agreed = Self { asked, first: Vec::new(), probabilities: Vec::new() };
        for (event, contract, belief) in tape.in_time() {
            let agreement = &mut agreements[event];
            agreement.believe(contract, belief.fair);
            agreed.first.push(agreed.probabilities.len() as u32);
            agreed.probabilities.extend_from_slice(agreement.probabilities());
        }
        agreed
    }

    /// Returns what was asked.
    pub(super) const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Returns the probabilities after the batch at that place, by contract of its event.
    #[inline]
    pub(super) fn after(&self, batch: usize) -> &[f64] {
        let first = self.first[batch] as usize;
        let end = self.first.get(batch + 1).map_or(self.probabilities.len(), |end| *end as usize);
        &self.probabilities[first..end]
    }
}
