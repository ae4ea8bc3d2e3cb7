//! What a run without money shows, as it happens.

use std::collections::BTreeSet;

use shared::arming::Rehearsal;
use shared::desk::{Entry, Written};
use shared::risk::Limit;
use shared::units::Timestamp;

/// What was seen of a run so far.
#[derive(Debug, Default)]
pub(in crate::desk) struct Watched {
    began: Option<Timestamp>,
    decided: BTreeSet<usize>,
    refused: Option<Limit>,
}

/// Returns whether a limit is one that a person has set: what else refuses an order says how things are.
const fn is_set(limit: Limit) -> bool {
    match limit {
        Limit::DailyLoss
        | Limit::Floor
        | Limit::OrderSize
        | Limit::Position
        | Limit::EventLoss
        | Limit::Messages
        | Limit::PastMid => true,
        Limit::Closed
        | Limit::Paused
        | Limit::Catalyst
        | Limit::Cross
        | Limit::SelfCross
        | Limit::Reduces => false,
    }
}

impl Watched {
    /// Takes in what was written down.
    pub(in crate::desk) fn take(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Written::Decision(decision) = &entry.what {
                self.began.get_or_insert(entry.at);
                self.decided.insert(decision.contract);
                let refused = decision.refused.iter().flatten().find(|limit| is_set(**limit));
                self.refused = self.refused.or(refused.copied());
            }
        }
    }

    /// Takes note of contracts of which something was decided, be it that nothing shall rest.
    pub(in crate::desk) fn decided(&mut self, places: impl Iterator<Item = usize>) {
        self.decided.extend(places);
    }

    /// Returns what the run showed, which ends now, of so many contracts; nothing where nothing was decided.
    pub(in crate::desk) fn end(
        &self,
        (configuration, place): (&str, &str),
        now: Timestamp,
        contracts: usize,
        is_reconciled: bool,
    ) -> Option<Rehearsal> {
        Some(Rehearsal {
            configuration: configuration.to_owned(),
            place: place.to_owned(),
            from: self.began?,
            until: now,
            contracts,
            decided: self.decided.len(),
            refused: self.refused.map(|limit| limit.name().to_owned()),
            is_reconciled,
        })
    }
}
