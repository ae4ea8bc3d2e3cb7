//! What a server tells pages, read as far as a viewer must: which topic, which states, and when the desk's was made. A message
//! begins with its kind, and numbers stand with their least byte first, as `shared::codec` writes
//! them. The tools are there before `shared` is compiled, so they read it themselves; another [`PROTOCOL`] is refused.

use std::collections::BTreeMap;

/// The version of the messages that are read here.
pub(super) const PROTOCOL: u32 = 6;
/// Kinds of messages: those of the server first, then those of a page.
const HELLO: u8 = 1;
const SNAPSHOT: u8 = 2;
const CHANGE: u8 = 3;
const PING: u8 = 0;
const SUBSCRIBE: u8 = 1;
/// Topics.
const DESK: u8 = 0;
const BOOK: u8 = 1;
const LOG: u8 = 2;
const DEPTH: u8 = 4;

/// A page's word that it is there.
pub(super) fn ping() -> Vec<u8> {
    vec![PING]
}

/// What a page asks for: the desk, its log, and books.
pub(super) fn subscriptions(books: &[String]) -> Vec<Vec<u8>> {
    let whole = [DESK, LOG].map(|topic| vec![SUBSCRIBE, topic]);
    let book = |ticker: &String| {
        let length = u32::try_from(ticker.len()).unwrap_or(u32::MAX).to_le_bytes();
        [&[SUBSCRIBE, BOOK][..], &length, ticker.as_bytes()].concat()
    };
    whole.into_iter().chain(books.iter().map(book)).collect()
}

/// What a message is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Hello {
        protocol: u32,
    },
    /// All of a topic's state; of the desk's, when it was made by its own clock, in microseconds.
    Whole {
        topic: &'a [u8],
        seq: i64,
        made: Option<i64>,
    },
    Change {
        topic: &'a [u8],
        from: i64,
        seq: i64,
    },
    Other,
}

/// Reads a message; nothing if it ends too early.
pub(super) fn read(message: &[u8]) -> Option<Said<'_>> {
    let mut rest = Rest(message);
    match rest.byte()? {
        HELLO => Some(Said::Hello { protocol: rest.u32()? }),
        SNAPSHOT => {
            let topic = rest.topic()?;
            let seq = rest.i64()?;
            let made = if topic == [DESK] { Some(rest.made()?) } else { None };
            Some(Said::Whole { topic, seq, made })
        }
        CHANGE => Some(Said::Change { topic: rest.topic()?, from: rest.i64()?, seq: rest.i64()? }),
        _ => Some(Said::Other),
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn i64(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.take(length)
    }

    fn topic(&mut self) -> Option<&'a [u8]> {
        let whole = self.0;
        if matches!(self.byte()?, BOOK | DEPTH) {
            self.text()?;
        }
        whole.get(..whole.len() - self.0.len())
    }

    /// Reads a desk as far as its time: kind, mode, state, why, event, title, time.
    fn made(&mut self) -> Option<i64> {
        self.take(3)?;
        self.text()?;
        if self.byte()? == 1 {
            self.text()?;
        }
        self.text()?;
        self.i64()
    }
}

/// Which state a viewer has of each topic, and what was wrong with what it was told.
#[derive(Debug, Default)]
pub(super) struct States {
    known: BTreeMap<Vec<u8>, i64>,
    /// Changes of a state that it doesn't have: something is missing, and nobody said so.
    pub(super) gaps: u64,
    /// States that are no newer than the one it has.
    pub(super) repeated: u64,
    /// States that were left out, as all of a newer one came in their place.
    pub(super) skipped: u64,
}

impl States {
    /// Takes in a message of a topic.
    pub(super) fn take(&mut self, said: &Said<'_>) {
        let (topic, from, seq) = match *said {
            Said::Whole { topic, seq, .. } => (topic, None, seq),
            Said::Change { topic, from, seq } => (topic, Some(from), seq),
            Said::Hello { .. } | Said::Other => return,
        };
        let known = self.known.get(topic).copied();
        match (known, from) {
            (Some(known), _) if seq <= known => self.repeated += 1,
            (known, Some(_)) if from != known => self.gaps += 1,
            (Some(known), None) => self.skipped += (seq - known - 1).unsigned_abs(),
            _ => {}
        }
        match self.known.get_mut(topic) {
            Some(known) => *known = seq,
            None => drop(self.known.insert(topic.to_vec(), seq)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_far_as_a_viewer_must() {
        assert_eq!(read(&[HELLO, 6, 0, 0, 0]), Some(Said::Hello { protocol: 6 }));
        let seq = 7_i64.to_le_bytes();
        let book = [BOOK, 3, 0, 0, 0, b'A', b'-', b'B'];
        let change = [&[CHANGE][..], &book, &seq, &8_i64.to_le_bytes()].concat();
        assert_eq!(read(&change), Some(Said::Change { topic: &book, from: 7, seq: 8 }));
        // The kind of what it holds, a mode, a state, why, an event, a title, and the time.
        let desk = [&[1, 0, 2][..], &[1, 0, 0, 0, b'w'], &[1, 1, 0, 0, 0, b'E'], &[0; 4]].concat();
        let whole = [&[SNAPSHOT, DESK][..], &seq, &desk, &9_i64.to_le_bytes(), &[1, 2, 3]].concat();
        assert_eq!(read(&whole), Some(Said::Whole { topic: &[DESK], seq: 7, made: Some(9) }));
        for end in 1..whole.len() - 3 {
            assert_eq!(read(&whole[..end]), None);
        }
        let asked = subscriptions(&["A-B".to_owned()]);
        assert_eq!(asked, [vec![SUBSCRIBE, DESK], vec![SUBSCRIBE, LOG], [&[SUBSCRIBE][..], &book].concat()]);
    }

    #[test]
    fn a_change_of_a_state_that_is_not_there_is_a_gap_and_a_whole_state_never_is() {
        let mut states = States::default();
        let mut take = |from: Option<i64>, seq| {
            states.take(&match from {
                Some(from) => Said::Change { topic: &[LOG], from, seq },
                None => Said::Whole { topic: &[LOG], seq, made: None },
            });
            (states.gaps, states.skipped, states.repeated)
        };
        assert_eq!(take(None, 3), (0, 0, 0));
        assert_eq!(take(Some(3), 5), (0, 0, 0));
        assert_eq!(take(Some(6), 7), (1, 0, 0));
        assert_eq!(take(None, 10), (1, 2, 0));
        assert_eq!(take(None, 10), (1, 2, 1));
        assert_eq!(take(Some(10), 11), (1, 2, 1));
    }
}
