//! What a replica has heard of the desk's process, and tells its own pages: the newest state of each topic, with the number that
//! the desk's process gave it. While that is not heard the state stays, and says so.

mod old;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::api::Mode;
use shared::market::Ticker;
use shared::stream::{Data, Outcome, ToPage, Topic};
use tokio::sync::watch;

use self::old::overlaid;
use self::state::{State, of};
use super::message::Wanted;
use crate::told::{Told, newer};

/// How many contracts' books are asked for at most.
const MOST_BOOKS: usize = 1_000;

/// What a replica knows.
pub(crate) struct Heard {
    known: Mutex<Known>,
    /// Rise with every change of what is told of the desk, and of the market.
    desk: watch::Sender<u64>,
    market: watch::Sender<u64>,
    /// Rises when pages want something else than before.
    interest: watch::Sender<u64>,
    mode: Mode,
}

#[derive(Default)]
struct Known {
    /// Which process is followed; 0 before any was heard.
    instance: i64,
    topics: BTreeMap<Topic, State>,
    watchers: usize,
    /// The books that pages watch, and how many.
    books: BTreeMap<Topic, usize>,
    /// Why what is told is old, while it is.
    silent: Option<String>,
}

impl Heard {
    /// Returns what is known before anything was heard, by a replica of a server in a mode.
    pub(crate) fn new(mode: Mode) -> Arc<Self> {
        let [desk, market, interest] = [(); 3].map(|()| watch::Sender::new(0));
        let known = Known {
            silent: Some("The desk's process has not been heard yet.".to_owned()),
            ..Known::default()
        };
        Arc::new(Self { known: Mutex::new(known), desk, market, interest, mode })
    }

    /// Returns who tells pages of the desk, and who of the market.
    pub(crate) fn faces(self: &Arc<Self>) -> [Arc<dyn Told>; 2] {
        [true, false].map(|is_desk| Arc::new(Face { heard: Arc::clone(self), is_desk }) as Arc<dyn Told>)
    }

    /// A panic under the lock could only be of memory that ran out, and leaves it as it was.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns which process is followed; 0 before any was heard.
    pub(crate) fn instance(&self) -> i64 {
        self.known().instance
    }

    /// Returns whether the process that is followed has a topic, as far as is known.
    pub(crate) fn has(&self, topic: &Topic) -> bool {
        self.known().topics.get(topic).is_none_or(|state| !state.is_none)
    }

    /// Follows another process: nothing of before holds.
    pub(super) fn follow(&self, instance: i64) {
        {
            let mut known = self.known();
            known.instance = instance;
            known.topics.clear();
        }
        self.tell(true, true);
    }

    /// Takes messages in; returns whether something is missing.
    pub(super) fn take(&self, messages: &[ToPage]) -> bool {
        let (mut desk, mut market, mut is_behind) = (false, false, false);
        {
            let mut known = self.known();
            for message in messages {
                let Some(topic) = of(message) else { continue };
                let wanted = matches!(topic, Topic::Desk {} | Topic::Log {} | Topic::Market {});
                if !wanted && !known.books.contains_key(topic) {
                    continue;
                }
                let state = known.topics.entry(topic.clone()).or_insert_with(|| State::new(topic));
                match state.take(message) {
                    Outcome::Newer => match topic {
                        Topic::Desk {} | Topic::Log {} | Topic::Book { .. } => desk = true,
                        Topic::Market {} | Topic::Depth { .. } => market = true,
                    },
                    Outcome::Behind => is_behind = true,
                    Outcome::Known | Outcome::Elsewhere => {}
                }
            }
        }
        self.tell(desk, market);
        is_behind
    }

    /// Says why what is told is old, or that it isn't any more.
    pub(super) fn tell_silent(&self, why: Option<String>) {
        {
            let mut known = self.known();
            if known.silent == why {
                return;
            }
            known.silent = why;
            for topic in [Topic::Desk {}, Topic::Market {}] {
                known.topics.entry(topic.clone()).or_insert_with(|| State::new(&topic)).shift += 1;
            }
        }
        self.tell(true, true);
    }

    fn tell(&self, desk: bool, market: bool) {
        for (sender, is_newer) in [(&self.desk, desk), (&self.market, market)] {
            if is_newer {
                sender.send_modify(|version| *version += 1);
            }
        }
    }

    /// Returns what tells that pages want something else.
    pub(super) fn interests(&self) -> watch::Receiver<u64> {
        self.interest.subscribe()
    }

    /// Returns whether anybody watches, what is wanted, and which states are there.
    pub(super) fn wanted(&self) -> (bool, Vec<Wanted>) {
        let known = self.known();
        let whole = [Topic::Desk {}, Topic::Log {}, Topic::Market {}];
        let wanted = whole.into_iter().chain(known.books.keys().take(MOST_BOOKS).cloned()).map(|topic| {
            let state = known.topics.get(&topic);
            let have = state.filter(|state| state.replica.is_whole()).and_then(|state| state.seq);
            Wanted { topic, have }
        });
        (known.watchers > 0, wanted.collect())
    }

    /// Returns whether something that is wanted is not there.
    pub(super) fn lacks(&self) -> bool {
        let known = self.known();
        let is_there = |topic: &Topic| {
            known.topics.get(topic).is_some_and(|state| state.is_none || state.replica.is_whole())
        };
        !([Topic::Desk {}, Topic::Log {}, Topic::Market {}].iter().all(is_there)
            && known.books.keys().all(is_there))
    }

    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage> {
        let known = self.known();
        let Some(state) = known.topics.get(topic) else {
            // Where nothing was ever heard, that is what there is to say.
            let why = known.silent.as_ref()?;
            return newer_of(topic, have, 0, || overlaid(topic, &Data::Nothing {}, why, self.mode));
        };
        if state.is_none {
            return have.is_none().then(|| ToPage::None { topic: topic.clone() });
        }
        let seq = state.seq.unwrap_or(0) + state.shift;
        match (&known.silent, topic) {
            (Some(why), Topic::Desk {} | Topic::Market {}) => {
                newer_of(topic, have, seq, || overlaid(topic, state.replica.data(), why, self.mode))
            }
            _ if state.seq.is_none() => None,
            (_, Topic::Log {}) => match have.filter(|have| *have != seq) {
                Some(from) if let Some(appended) = state.changes(from) => {
                    Some(ToPage::Change { topic: topic.clone(), from, seq, data: Data::Log { appended } })
                }
                _ => newer(topic, have, seq, || state.replica.data().clone()),
            },
            _ => newer(topic, have, seq, || state.replica.data().clone()),
        }
    }
}

fn newer_of(
    topic: &Topic,
    have: Option<i64>,
    seq: i64,
    data: impl FnOnce() -> Option<Data>,
) -> Option<ToPage> {
    if have == Some(seq) {
        return None;
    }
    data().map(|data| ToPage::Snapshot { topic: topic.clone(), seq, data })
}

/// Who tells a replica's pages, of the desk or of the market.
struct Face {
    heard: Arc<Heard>,
    is_desk: bool,
}

impl Told for Face {
    fn changes(&self) -> watch::Receiver<u64> {
        if self.is_desk { self.heard.desk.subscribe() } else { self.heard.market.subscribe() }
    }

    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage> {
        self.heard.newer(topic, have)
    }

    fn watched(&self, is: bool) {
        {
            let mut known = self.heard.known();
            known.watchers = if is { known.watchers + 1 } else { known.watchers.saturating_sub(1) };
            if known.watchers > usize::from(is) {
                // Somebody watched before, and somebody does now.
                return;
            }
        }
        self.heard.interest.send_modify(|version| *version += 1);
    }

    fn book_watched(&self, ticker: &Ticker, is: bool) {
        let ticker = ticker.clone();
        let topic = if self.is_desk { Topic::Book { ticker } } else { Topic::Depth { ticker } };
        {
            let mut known = self.heard.known();
            let by = known.books.get(&topic).copied().unwrap_or(0);
            match if is { by + 1 } else { by.saturating_sub(1) } {
                0 => {
                    known.books.remove(&topic);
                    known.topics.remove(&topic);
                }
                now => {
                    known.books.insert(topic, now);
                    if by > 0 {
                        return;
                    }
                }
            }
        }
        self.heard.interest.send_modify(|version| *version += 1);
    }
}

#[cfg(test)]
mod tests;
