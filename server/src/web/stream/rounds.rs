//! What a teller tells, made once for all pages.
//!
//! A round begins when something is newer, at most twenty times a second. In it, what is newer of a topic than one state is
//! made for the first page that stands there, and handed to all others that do: what a round costs to make doesn't grow
//! with the pages. A page that sleeps through rounds is told the newest state once it wakes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use shared::codec::Codec as _;
use shared::stream::{ToPage, Topic};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::socket;
use crate::told::Told;

/// The time between two rounds; the first after a longer one may come sooner by as much.
pub(super) const EVERY: Duration = Duration::from_millis(50);

/// A teller, and the rounds in which pages are told.
pub(super) struct Rounds {
    rounds: watch::Receiver<Arc<Round>>,
}

impl Rounds {
    /// Begins rounds on a thread, as much apart as they must be at least.
    pub(super) fn begin(teller: Arc<dyn Told>, thread: &Handle, apart: Duration) -> Self {
        let (begin, rounds) = watch::channel(Arc::new(Round::of(teller)));
        thread.spawn(repeat(begin, apart));
        Self { rounds }
    }

    /// Returns who tells.
    pub(super) fn teller(&self) -> Arc<dyn Told> {
        Arc::clone(&self.rounds.borrow().teller)
    }

    /// Returns the round that is now.
    pub(super) fn now(&self) -> Arc<Round> {
        Arc::clone(&self.rounds.borrow())
    }

    /// Returns what tells of the next round.
    pub(super) fn follow(&self) -> watch::Receiver<Arc<Round>> {
        self.rounds.clone()
    }
}

/// Begins a round whenever the teller has told something, but not too often.
async fn repeat(rounds: watch::Sender<Arc<Round>>, apart: Duration) {
    let teller = Arc::clone(&rounds.borrow().teller);
    let mut changes = teller.changes();
    let mut due = Instant::now();
    while changes.changed().await.is_ok() {
        tokio::time::sleep_until(due).await;
        changes.mark_unchanged();
        rounds.send_replace(Arc::new(Round::of(Arc::clone(&teller))));
        // Counted from when it was due: a round that came late must not make all later ones late.
        due = (due + apart).max(Instant::now());
    }
}

/// What is made in a round.
pub(super) struct Round {
    teller: Arc<dyn Told>,
    made: Mutex<BTreeMap<Topic, Made>>,
}

/// What is made of a topic: what is newer than each state at which a page stood.
type Made = Vec<(Option<i64>, Option<Newer>)>;

/// What is newer of a topic.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Newer {
    /// The number of the state that whoever takes it has then.
    pub(super) seq: i64,
    /// Whether it is all of the state, and not what it adds to another one.
    is_whole: bool,
    /// The frame to be sent.
    pub(super) frame: Bytes,
}

impl Round {
    fn of(teller: Arc<dyn Told>) -> Self {
        Self { teller, made: Mutex::default() }
    }

    /// Returns what is newer of a topic than state number `have`: the teller's newest state, or the one that was made in this
    /// round. Where there is a newer one than that, another round follows.
    pub(super) fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<Newer> {
        // A panic under the lock could only be of memory that ran out, and leaves what was made whole.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match made.get_mut(topic) {
            Some(made) => made,
            None => made.entry(topic.clone()).or_default(),
        };
        if let Some((_, newer)) = made.iter().find(|(of, _)| *of == have) {
            return newer.clone();
        }
        let newer = self.teller.newer(topic, have).map(|message| make(&message, made));
        made.push((have, newer.clone()));
        newer
    }
}

/// Makes a message's frame, unless it is there: all of a state is the same whatever it replaces.
fn make(message: &ToPage, made: &Made) -> Newer {
    let (seq, is_whole) = match message {
        ToPage::Snapshot { seq, .. } => (*seq, true),
        ToPage::Change { seq, .. } => (*seq, false),
        _ => (0, true),
    };
    let known = made.iter().filter_map(|(_, newer)| newer.as_ref()).find(|known| known.seq == seq);
    match known {
        Some(known) if is_whole && known.is_whole => known.clone(),
        _ => Newer { seq, is_whole, frame: socket::frame(&message.to_message().bytes) },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use shared::codec;
    use shared::market::Ticker;
    use shared::stream::{Appended, Data, Outcome, Replica};
    use shared::units::Timestamp;

    use super::*;

    /// A log of as many points as it has states, of which the changes since the last `kept` are known; and how often it was asked.
    struct Log {
        states: Mutex<(i64, usize)>,
        kept: i64,
        changes: watch::Sender<u64>,
    }

    fn points(states: std::ops::Range<i64>) -> Data {
        let equity = states.map(|k| (Timestamp::from_micros(k).unwrap(), k as f64)).collect();
        Data::Log { appended: Appended { equity, ..Appended::default() } }
    }

    impl Log {
        fn append(&self) {
            self.states.lock().unwrap().0 += 1;
            self.changes.send_modify(|version| *version += 1);
        }

        fn asked(&self) -> usize {
            self.states.lock().unwrap().1
        }
    }

    impl Told for Log {
        fn changes(&self) -> watch::Receiver<u64> {
            self.changes.subscribe()
        }

        fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage> {
            let mut states = self.states.lock().unwrap();
            states.1 += 1;
            let (topic, seq) = (topic.clone(), states.0);
            match have {
                Some(have) if have == seq => None,
                Some(have) if have >= seq - self.kept => {
                    Some(ToPage::Change { topic, from: have, seq, data: points(have..seq) })
                }
                _ => Some(ToPage::Snapshot { topic, seq, data: points(0..seq) }),
            }
        }

        fn watched(&self, _is: bool) {}

        fn book_watched(&self, _ticker: &Ticker, _is: bool) {}
    }

    /// Reads what a frame holds.
    fn read(frame: &Bytes) -> ToPage {
        let header = match frame[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        let bytes = frame[header..].to_vec();
        ToPage::from_message(codec::Message { bytes, columns: Vec::new() }).unwrap()
    }

    proptest! {
        #[test]
        fn whoever_sleeps_through_rounds_misses_nothing_and_none_is_made_twice(
            kept in 0_i64..6,
            rounds in prop::collection::vec((0_usize..3, prop::collection::vec(any::<bool>(), 12)), 1..40),
        ) {
            let log = Arc::new(Log { states: Mutex::new((1, 0)), kept, changes: watch::Sender::new(0) });
            let topic = Topic::Log {};
            let mut pages = vec![(None, Replica::new(topic.clone())); 12];
            let all = rounds.into_iter().chain([(0, vec![true; 12])]);
            for (appended, awake) in all {
                (0..appended).for_each(|_| log.append());
                let round = Round::of(Arc::clone(&log) as Arc<dyn Told>);
                let (before, mut stood) = (log.asked(), BTreeSet::new());
                for ((have, replica), _) in pages.iter_mut().zip(&awake).filter(|(_, awake)| **awake) {
                    stood.insert(*have);
                    let Some(newer) = round.newer(&topic, *have) else { continue };
                    *have = Some(newer.seq);
                    prop_assert_eq!(replica.take(&read(&newer.frame)), Outcome::Newer);
                }
                prop_assert_eq!(log.asked() - before, stood.len());
            }
            let seq = log.states.lock().unwrap().0;
            for (have, replica) in &pages {
                prop_assert_eq!(*have, Some(seq));
                prop_assert_eq!(replica.data(), &points(0..seq));
            }
        }
    }

    #[test]
    fn all_who_need_the_whole_state_are_sent_the_same_bytes() {
        let log = Arc::new(Log { states: Mutex::new((9, 0)), kept: 0, changes: watch::Sender::new(0) });
        let round = Round::of(log);
        let frames: Vec<Bytes> = [None, Some(3), Some(4), None]
            .map(|have| round.newer(&Topic::Log {}, have).unwrap().frame)
            .into();
        assert!(frames.iter().all(|frame| std::ptr::eq(frame.as_ptr(), frames[0].as_ptr())));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_told_all_the_time_is_told_on_twenty_times_a_second() {
        let log = Arc::new(Log { states: Mutex::new((1, 0)), kept: 9, changes: watch::Sender::new(0) });
        let rounds = Rounds::begin(Arc::clone(&log) as Arc<dyn Told>, &Handle::current(), EVERY);
        let (mut next, began) = (rounds.follow(), Instant::now());
        let mut begun = 0;
        while began.elapsed() < Duration::from_secs(10) {
            tokio::select! {
                changed = next.changed() => {
                    changed.unwrap();
                    begun += 1;
                }
                () = tokio::time::sleep(Duration::from_millis(1)) => log.append(),
            }
        }
        assert!((195..=202).contains(&begun), "{begun} rounds in ten seconds");
        // The last of it is told too, once nothing more comes.
        log.append();
        next.changed().await.unwrap();
        tokio::time::sleep(EVERY * 2).await;
        let seq = log.states.lock().unwrap().0;
        assert_eq!(rounds.now().newer(&Topic::Log {}, None).unwrap().seq, seq);
    }
}
