//! How many messages may still be sent.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::units::Timestamp;

/// A minute in microseconds.
const WINDOW: i64 = 60_000_000;

/// When messages were sent within the last minute, the oldest first. Nothing is kept while there is no limit.
///
/// A clock that is put back has told times that are yet to come. What was sent before another message is taken to be no later than
/// that one, so that it counts for a minute from then at the most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Messages(VecDeque<Timestamp>);

impl FromIterator<Timestamp> for Messages {
    fn from_iter<I: IntoIterator<Item = Timestamp>>(sent: I) -> Self {
        let mut sent: VecDeque<Timestamp> = sent.into_iter().collect();
        let mut next = Timestamp::MAX;
        for at in sent.iter_mut().rev() {
            next = next.min(*at);
            *at = next;
        }
        Self(sent)
    }
}

impl Messages {
    /// Takes note of `count` messages at `now`.
    pub(super) fn note(&mut self, now: Timestamp, count: usize) {
        self.0.iter_mut().rev().take_while(|at| **at > now).for_each(|at| *at = now);
        while self.0.front().is_some_and(|at| !counts(*at, now)) {
            self.0.pop_front();
        }
        self.0.extend(core::iter::repeat_n(now, count));
    }

    /// Returns how many were sent within the minute up to `now`.
    pub(super) fn sent(&self, now: Timestamp) -> usize {
        self.0.iter().rev().take_while(|at| counts(**at, now)).count()
    }

    /// Returns when there is room for one more within `most` a minute, if there is none at `now`.
    pub(super) fn room_at(&self, now: Timestamp, most: usize) -> Option<Timestamp> {
        if self.sent(now) < most {
            return None;
        }
        // As soon as the last but `most` no longer counts.
        let at = self.0.len().checked_sub(most).and_then(|place| self.0.get(place));
        at.map_or(Some(Timestamp::MAX), |at| Some(at.checked_add_micros(WINDOW).unwrap_or(Timestamp::MAX)))
    }
}

/// Whether what was sent then is within the minute up to `now`: one that is a minute old is not.
fn counts(at: Timestamp, now: Timestamp) -> bool {
    now.micros_since(at) < WINDOW
}
