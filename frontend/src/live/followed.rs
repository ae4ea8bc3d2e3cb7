//! A topic that is followed: what was heard of it, and who is told.

use shared::stream::{Data, Outcome, Replica, ToPage, Topic};

use crate::reactive::{RwSignal, StoredValue};

/// A topic that is followed.
#[derive(Clone, Copy)]
pub(super) struct Followed {
    replica: StoredValue<Option<Replica>>,
    /// Whether there is something that was not shown yet.
    is_newer: StoredValue<bool>,
    /// Tells who read it, once a frame.
    told: RwSignal<()>,
}

impl Followed {
    /// Follows a topic, or none yet.
    pub(super) fn new(topic: Option<Topic>) -> Self {
        Self {
            replica: StoredValue::new(topic.map(Replica::new)),
            is_newer: StoredValue::new(false),
            told: RwSignal::new(()),
        }
    }

    /// Returns which topic it is.
    pub(super) fn topic(self) -> Option<Topic> {
        self.replica.with_value(|replica| replica.as_ref().map(|replica| replica.topic().clone()))
    }

    /// Forgets what was heard, and follows this topic from now on.
    pub(super) fn replace(self, topic: Option<Topic>) {
        self.replica.set_value(topic.map(Replica::new));
        self.told.set(());
    }

    /// Reads what was heard; who asks is run again when there is more.
    pub(super) fn with<R>(self, read: impl FnOnce(Option<&Data>) -> R) -> R {
        self.told.track();
        self.replica.with_value(|replica| read(replica.as_ref().map(Replica::data)))
    }

    /// Takes a message in.
    pub(super) fn take(self, message: &ToPage) -> Option<Outcome> {
        let take = |replica: &mut Option<Replica>| replica.as_mut().map(|replica| replica.take(message));
        let outcome = self.replica.update_value(take).flatten();
        if outcome == Some(Outcome::Newer) {
            self.is_newer.set_value(true);
        }
        outcome
    }

    /// Takes note that the connection is gone.
    pub(super) fn cut(self) {
        self.replica.update_value(|replica| replica.as_mut().map(Replica::cut));
    }

    /// Tells who read it what is new, if anything is.
    pub(super) fn tell(self) {
        if self.is_newer.get_value() {
            self.is_newer.set_value(false);
            self.told.set(());
        }
    }
}
