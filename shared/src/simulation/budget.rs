//! How many messages were decided on within a minute, counted apart from how a desk does.

use std::collections::VecDeque;

use crate::risk::Limits;
use crate::units::Timestamp;

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// The messages of the last minute.
#[derive(Debug, Default)]
pub(super) struct Budget {
    most: Option<usize>,
    sent: VecDeque<Timestamp>,
}

impl Budget {
    /// Returns that of a run that has sent nothing.
    pub(super) fn new(limits: &Limits) -> Self {
        let most = usize::try_from(limits.max_messages_per_minute.units()).ok().filter(|most| *most > 0);
        Self { most, sent: VecDeque::new() }
    }

    /// Takes note of what runs before have sent, the oldest first.
    pub(super) fn sent_before(&mut self, sent: impl IntoIterator<Item = Timestamp>) {
        self.sent.extend(sent);
    }

    /// Returns how many there may be.
    pub(super) const fn most(&self) -> Option<usize> {
        self.most
    }

    /// Takes note of a message, and returns how many there are then within a minute, each by the clock of when it was sent: that may
    /// have been put back since.
    pub(super) fn count(&mut self, at: Timestamp) -> usize {
        self.sent.retain(|sent| at.micros_since(*sent) < MINUTE);
        self.sent.push_back(at);
        self.sent.len()
    }
}
