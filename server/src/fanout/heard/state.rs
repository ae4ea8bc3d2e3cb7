//! A topic's state as it was heard, with what led to it.

use std::collections::VecDeque;

use shared::stream::{Appended, Data, Outcome, Replica, ToPage, Topic};

/// How many changes of the log are kept for pages that are a little behind.
const CHANGES: usize = 256;

/// A topic's state.
pub(super) struct State {
    pub(super) replica: Replica,
    /// The number of the last state that was whole.
    pub(super) seq: Option<i64>,
    /// What led to it: from which number, to which, and by what.
    changes: VecDeque<(i64, i64, Appended)>,
    /// Whether there is no such topic.
    pub(super) is_none: bool,
    /// By how much higher numbers are told: it rises when the same state is told in other words.
    pub(super) shift: i64,
}

impl State {
    pub(super) fn new(topic: &Topic) -> Self {
        let (changes, replica) = (VecDeque::new(), Replica::new(topic.clone()));
        Self { replica, seq: None, changes, is_none: false, shift: 0 }
    }

    /// Takes a message in; returns whether something is missing.
    pub(super) fn take(&mut self, message: &ToPage) -> Outcome {
        if let ToPage::None { .. } = message {
            let was = std::mem::replace(&mut self.is_none, true);
            return if was { Outcome::Known } else { Outcome::Newer };
        }
        let outcome = self.replica.take(message);
        if outcome == Outcome::Newer {
            match message {
                ToPage::Change { from, seq, data: Data::Log { appended }, .. } => {
                    if self.changes.len() == CHANGES {
                        self.changes.pop_front();
                    }
                    self.changes.push_back((*from, *seq, appended.clone()));
                    self.seq = Some(*seq);
                }
                ToPage::Snapshot { seq, .. } | ToPage::Change { seq, .. } => {
                    self.changes.clear();
                    self.seq = Some(*seq);
                }
                _ => {}
            }
            self.is_none = false;
        }
        outcome
    }

    /// Returns what of the log is newer than a state, if all of that is kept.
    pub(super) fn changes(&self, have: i64) -> Option<Appended> {
        let begins = self.changes.iter().position(|(from, ..)| *from == have)?;
        let mut appended = Appended::default();
        self.changes.iter().skip(begins).for_each(|(_, _, later)| appended.extend(later));
        Some(appended)
    }
}

/// Returns whether a message is one of a topic, and holds what that topic holds.
pub(super) fn of(message: &ToPage) -> Option<&Topic> {
    let (topic, data) = match message {
        ToPage::Snapshot { topic, data, .. } | ToPage::Change { topic, data, .. } => (topic, data),
        ToPage::None { topic } => return Some(topic),
        _ => return None,
    };
    let fits = match (topic, data) {
        (Topic::Desk {}, Data::Desk { .. })
        | (Topic::Log {}, Data::Log { .. })
        | (Topic::Market {}, Data::Market { .. }) => true,
        (Topic::Book { ticker }, Data::Book { book }) => *ticker == book.ticker,
        (Topic::Depth { ticker }, Data::Depth { depth }) => *ticker == depth.book.ticker,
        _ => false,
    };
    fits.then_some(topic)
}
