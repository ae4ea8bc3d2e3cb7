//! A topic's state as a page holds it.

use super::desk::Appended;
use super::message::{Data, ToPage, Topic};

/// What a message did to a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is of something else.
    Elsewhere,
    /// The state is newer now.
    Newer,
    /// The message told nothing new.
    Known,
    /// Something is missing: subscribe again.
    Behind,
}

/// The state of one topic, as far as it was told.
#[derive(Debug, Clone)]
pub struct Replica {
    topic: Topic,
    /// The number of the state, once there is one.
    seq: Option<i64>,
    data: Data,
}

impl Replica {
    /// Returns what is known of a topic before anything was told.
    pub const fn new(topic: Topic) -> Self {
        Self { topic, seq: None, data: Data::Nothing {} }
    }

    /// Returns the topic.
    pub const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Returns the state, which may be old.
    pub const fn data(&self) -> &Data {
        &self.data
    }

    /// Returns whether all that was told since the last snapshot is in the state.
    pub const fn is_whole(&self) -> bool {
        self.seq.is_some()
    }

    /// Takes note that the connection is gone: what is known stays to be shown, and only a snapshot goes on from it.
    pub fn cut(&mut self) {
        self.seq = None;
    }

    /// Takes a message in.
    pub fn take(&mut self, message: &ToPage) -> Outcome {
        match message {
            ToPage::Snapshot { topic, seq, data } if *topic == self.topic => {
                // One that was repeated on the way must not take back what came after it.
                if self.seq.is_some_and(|known| *seq <= known) {
                    return Outcome::Known;
                }
                (self.seq, self.data) = (Some(*seq), data.clone());
                Outcome::Newer
            }
            ToPage::Change { topic, from, seq, data } if *topic == self.topic => match self.seq {
                // A snapshot that was asked for is on its way.
                None => Outcome::Known,
                Some(known) if *seq <= known => Outcome::Known,
                Some(known) if *from == known => {
                    self.extend(data);
                    self.seq = Some(*seq);
                    Outcome::Newer
                }
                Some(_) => {
                    self.seq = None;
                    Outcome::Behind
                }
            },
            _ => Outcome::Elsewhere,
        }
    }

    fn extend(&mut self, data: &Data) {
        match (&mut self.data, data) {
            (Data::Log { appended }, Data::Log { appended: later }) => Appended::extend(appended, later),
            // All of it, or the first of it.
            (_, whole) => self.data = whole.clone(),
        }
    }
}
