//! How many messages may still be sent.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::sort;
use crate::units::Timestamp;

/// A minute in microseconds.
const WINDOW: i64 = 60_000_000;

/// When messages were sent within the last minute, by the clock of then, in the order in which they were. Nothing is kept while
/// there is no limit.
///
/// A clock may be put back, or have been behind for a while: then a later message may be of an earlier time. Each counts by its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Messages(VecDeque<Timestamp>);

impl FromIterator<Timestamp> for Messages {
    fn from_iter<I: IntoIterator<Item = Timestamp>>(sent: I) -> Self {
        Self(sent.into_iter().collect())
    }
}

impl Messages {
    /// Takes note of `count` messages at `now`.
    pub(super) fn note(&mut self, now: Timestamp, count: usize) {
        self.0.retain(|at| counts(*at, now));
        self.0.extend(core::iter::repeat_n(now, count));
    }

    /// Returns how many were sent within the minute up to `now`.
    pub(super) fn sent(&self, now: Timestamp) -> usize {
        self.0.iter().filter(|at| counts(**at, now)).count()
    }

    /// Returns when there is room for one more within `most` a minute, if there is none at `now`.
    pub(super) fn room_at(&self, now: Timestamp, most: usize) -> Option<Timestamp> {
        if self.sent(now) < most {
            return None;
        }
        // As soon as the latest but `most` no longer counts.
        let in_time = sort::places(self.0.len(), &|a, b| self.0.get(a) < self.0.get(b));
        let last = in_time.len().checked_sub(most).and_then(|place| in_time.get(place));
        last.and_then(|place| self.0.get(*place))
            .map_or(Some(Timestamp::MAX), |at| Some(at.checked_add_micros(WINDOW).unwrap_or(Timestamp::MAX)))
    }
}

/// Whether what was sent then is within the minute up to `now`: one that is a minute old is not.
fn counts(at: Timestamp, now: Timestamp) -> bool {
    now.micros_since(at) < WINDOW
}
