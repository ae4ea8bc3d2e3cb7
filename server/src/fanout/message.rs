//! What is said over NATS: heads of fixed length, and behind them what pages are told, as they are told it.

use std::collections::BTreeMap;

use anyhow::Context;
use async_nats::{Client, Subject};
use axum::body::Bytes;
use shared::api::Mode;
use shared::codec::{self, Codec};
use shared::message;
use shared::stream::Topic;

/// The version of all that is said.
pub(crate) const VERSION: u32 = 1;
/// The longest message; NATS allows 1 MiB where nobody has said otherwise.
const LONGEST: usize = 512 << 10;
/// The most that pieces are put together to.
const WHOLE: usize = 16 << 20;
/// How long a [`Head`] is.
const HEAD: usize = 28;

message! {
    /// What every piece of a round or of an answer begins with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Head {
        /// [`VERSION`].
        pub version: u32,
        /// The process that says it.
        pub instance: i64,
        /// The round's number, which rises by one; of an answer the round after which it was made.
        pub number: i64,
        /// Which piece this is, and of how many.
        pub piece: u32,
        /// How many there are.
        pub pieces: u32,
    }
}

message! {
    /// A process that publishes is there.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Beat {
        /// [`VERSION`].
        pub version: u32,
        /// The process.
        pub instance: i64,
        /// The last round's number.
        pub number: i64,
        /// What it does.
        pub mode: Mode,
    }
}

message! {
    /// A topic that a replica wants to be told of, and which state it has.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Wanted {
        /// The topic.
        pub topic: Topic,
        /// The state's number, if it has one.
        pub have: Option<i64>,
    }
}

message! {
    /// All that a replica wants to be told of.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Interest {
        /// [`VERSION`].
        pub version: u32,
        /// Which replica.
        pub replica: i64,
        /// Whether what is newer is to be answered, or is heard anyway.
        pub asks: bool,
        /// Whether anybody watches there.
        pub is_watched: bool,
        /// What.
        pub topics: Vec<Wanted>,
    }
}

/// Reads a message of bytes alone.
///
/// # Errors
///
/// Says what is wrong with it.
pub(super) fn read<T: Codec>(bytes: &[u8]) -> anyhow::Result<T> {
    Ok(T::from_message(codec::Message { bytes: bytes.to_vec(), columns: Vec::new() })?)
}

impl Interest {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub(crate) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let this: Self = read(bytes)?;
        anyhow::ensure!(this.version == VERSION, "it speaks version {}", this.version);
        Ok(this)
    }
}

/// Returns messages as one, each behind its length.
pub(crate) fn pack<'a>(messages: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut whole = Vec::new();
    for message in messages {
        whole.extend(u32::try_from(message.len()).unwrap_or(u32::MAX).to_le_bytes());
        whole.extend_from_slice(message);
    }
    whole
}

/// Returns the messages that were made one; nothing if they weren't.
pub(super) fn unpack(mut whole: &[u8]) -> Option<Vec<&[u8]>> {
    let mut messages = Vec::new();
    while !whole.is_empty() {
        let (length, rest) = whole.split_first_chunk()?;
        let (message, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        messages.push(message);
        whole = rest;
    }
    Some(messages)
}

/// Says something in as many pieces as it takes.
///
/// # Errors
///
/// Says that it can't be said.
pub(crate) async fn send(
    client: &Client,
    to: impl Into<Subject>,
    (instance, number): (i64, i64),
    whole: Vec<u8>,
) -> anyhow::Result<()> {
    let to = to.into();
    let most = LONGEST.min(client.max_payload().max(2 * HEAD)) - HEAD;
    let whole = Bytes::from(whole);
    let count = whole.len().div_ceil(most).max(1);
    let pieces = u32::try_from(count).context("it is too long")?;
    for piece in 0..count {
        let part = whole.slice(piece * most..whole.len().min((piece + 1) * most));
        let head = Head {
            version: VERSION,
            instance,
            number,
            piece: u32::try_from(piece).unwrap_or(u32::MAX),
            pieces,
        };
        let mut bytes = head.to_message().bytes;
        bytes.extend_from_slice(&part);
        client.publish(to.clone(), bytes.into()).await?;
    }
    Ok(())
}

/// Returns a piece's head and the rest of it.
///
/// # Errors
///
/// Says that it is none.
pub(super) fn split(message: &[u8]) -> anyhow::Result<(Head, &[u8])> {
    let (head, rest) = message.split_at_checked(HEAD).context("it ends too early")?;
    let head: Head = read(head)?;
    anyhow::ensure!(head.version == VERSION, "it speaks version {}", head.version);
    anyhow::ensure!(head.piece < head.pieces, "piece {} of {}", head.piece, head.pieces);
    Ok((head, rest))
}

/// Pieces that are put together.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Of which process's round, and which piece comes next.
    next: Option<(i64, i64, u32)>,
    bytes: Vec<u8>,
}

impl Pieces {
    /// Takes a piece, and returns the whole with its last one. What was begun is forgotten when something else comes.
    pub(super) fn take(&mut self, head: Head, part: &[u8]) -> Option<Vec<u8>> {
        let this = (head.instance, head.number, head.piece);
        if head.piece == 0 {
            self.bytes.clear();
        } else if self.next != Some(this) {
            self.next = None;
            return None;
        }
        self.next = None;
        if self.bytes.len() + part.len() > WHOLE {
            self.bytes = Vec::new();
            return None;
        }
        self.bytes.extend_from_slice(part);
        if head.piece + 1 == head.pieces {
            return Some(std::mem::take(&mut self.bytes));
        }
        self.next = Some((head.instance, head.number, head.piece + 1));
        None
    }
}

/// What replicas want of a process, all of them together.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    of: BTreeMap<i64, (tokio::time::Instant, bool, Vec<Topic>)>,
}

/// How many replicas there may be, and how many topics each may want: what is beyond is refused.
const MOST_REPLICAS: usize = 64;
const MOST_TOPICS: usize = 1_024;

impl Wants {
    /// Takes in what a replica wants.
    ///
    /// # Errors
    ///
    /// Says that it is too much.
    pub(crate) fn take(&mut self, interest: &Interest) -> anyhow::Result<()> {
        let is_new = !self.of.contains_key(&interest.replica);
        anyhow::ensure!(
            !is_new || self.of.len() < MOST_REPLICAS,
            "there are {MOST_REPLICAS} replicas already"
        );
        anyhow::ensure!(interest.topics.len() <= MOST_TOPICS, "it wants {} topics", interest.topics.len());
        let topics = interest.topics.iter().map(|wanted| wanted.topic.clone()).collect();
        self.of.insert(interest.replica, (tokio::time::Instant::now(), interest.is_watched, topics));
        Ok(())
    }

    /// Forgets those that have said nothing for long; returns how many there are.
    pub(crate) fn forget(&mut self) -> usize {
        self.of.retain(|_, (said, ..)| said.elapsed() < super::INTERESTED);
        self.of.len()
    }

    /// Returns whether anybody watches at any of them.
    pub(crate) fn is_watched(&self) -> bool {
        self.of.values().any(|(_, is_watched, _)| *is_watched)
    }

    /// Returns all topics that any of them wants.
    pub(crate) fn topics(&self) -> std::collections::BTreeSet<Topic> {
        self.of.values().flat_map(|(_, _, topics)| topics.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_head_is_as_long_as_is_said() {
        let head = Head { version: VERSION, instance: -1, number: 7, piece: 0, pieces: 1 };
        let mut bytes = head.to_message().bytes;
        assert_eq!(bytes.len(), HEAD);
        bytes.extend(b"rest");
        assert_eq!(split(&bytes).unwrap(), (head, b"rest".as_slice()));
        let none = Head { pieces: 0, ..head }.to_message().bytes;
        assert!(split(&none).is_err() && split(&bytes[..HEAD - 1]).is_err());
        assert!(split(&Head { version: 2, ..head }.to_message().bytes).is_err());
    }

    #[test]
    fn pieces_are_put_together_in_order_or_not_at_all() {
        let head = |number, piece| Head { version: VERSION, instance: 1, number, piece, pieces: 3 };
        let mut pieces = Pieces::default();
        assert_eq!(pieces.take(head(1, 0), b"a"), None);
        assert_eq!(pieces.take(head(1, 1), b"b"), None);
        assert_eq!(pieces.take(head(1, 2), b"c"), Some(b"abc".to_vec()));
        assert_eq!(pieces.take(head(1, 2), b"c"), None);
        for lost in [0, 1] {
            for piece in (0..3).filter(|piece| *piece != lost) {
                assert_eq!(pieces.take(head(2, piece), b"x"), None);
            }
        }
        // A piece of another round ends the one that was begun.
        assert_eq!(pieces.take(head(3, 0), b"a"), None);
        assert_eq!(pieces.take(head(4, 1), b"b"), None);
        assert_eq!(pieces.take(head(3, 1), b"b"), None);
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(messages: Vec<Vec<u8>>) {
            let whole = pack(messages.iter().map(Vec::as_slice));
            let unpacked = unpack(&whole).unwrap();
            prop_assert_eq!(unpacked, messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }

        #[test]
        fn whatever_comes_is_read_or_refused(bytes: Vec<u8>) {
            let _ = (unpack(&bytes), split(&bytes), Interest::read(&bytes), read::<Beat>(&bytes));
        }
    }
}
