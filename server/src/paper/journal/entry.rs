//! The lines of a journal.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::units::Timestamp;

use crate::hexadecimal::hexadecimal;
use crate::paper::behaviour::Behaviour;
use crate::paper::faults::Fault;
use crate::paper::tier::Tier;

/// The version of the format.
pub(in crate::paper) const SCHEMA: u32 = 1;

/// What an exchange is run with: its first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::paper) struct Header {
    pub(in crate::paper) schema: u32,
    /// When the exchange's clock began.
    pub(in crate::paper) start: Timestamp,
    pub(in crate::paper) rng_seed: u64,
    pub(in crate::paper) days: u32,
    pub(in crate::paper) past_days: u32,
    /// How much each member may ask.
    pub(in crate::paper) tier: Option<Tier>,
    /// How it behaves where nothing is wrong.
    pub(in crate::paper) behaviour: Behaviour,
    /// What goes wrong from the beginning.
    pub(in crate::paper) faults: Vec<Fault>,
    /// When its time ends, if it does.
    pub(in crate::paper) ends: Option<Timestamp>,
}

/// What a client did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::paper) enum Said {
    /// It asked.
    Request {
        /// The key that it named; its signature has been checked.
        key_id: Option<String>,
        method: String,
        /// With its query.
        path: String,
        body: String,
        /// By how many microseconds what it reads is behind.
        lag: i64,
    },
    /// It opened the stream.
    Join { member: usize },
    /// It sent a command on the stream.
    Command {
        client: u64,
        text: String,
        /// Whether it was one too many within a second of the machine's time.
        too_many: bool,
    },
    /// It closed the stream.
    Leave { client: u64 },
    /// Not a client: the exchange closed all streams, as it is to end.
    Close,
}

impl Said {
    /// Returns it in a few words, for people.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Request { method, path, .. } => format!("{method} {path}"),
            Self::Join { .. } => "the opening of a stream".to_owned(),
            Self::Command { client, .. } => format!("a command of client {client}"),
            Self::Leave { client } => format!("the end of client {client}"),
            Self::Close => "the end of all streams".to_owned(),
        }
    }
}

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    Settings(Header),
    /// Something was done: its number, when, and what.
    Said {
        n: u64,
        at: Timestamp,
        said: Said,
    },
    /// What was answered to the request of this number. It stands wherever it was known.
    Answer {
        n: u64,
        #[serde(flatten)]
        answer: Answer,
    },
    /// What a client was told since the entry of this number was done and before the next one was; of all frames together.
    Frames {
        n: u64,
        client: u64,
        #[serde(flatten)]
        frames: Frames,
    },
    /// The exchange has ended.
    End {
        at: Timestamp,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) sha256: String,
}

impl Answer {
    pub(super) fn of(status: u16, body: &[u8]) -> Self {
        Self { status, sha256: hexadecimal(&Sha256::digest(body)) }
    }
}

/// Frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Frames {
    pub(super) count: u64,
    pub(super) sha256: String,
}

/// Frames that are counted and digested.
#[derive(Debug, Default)]
pub(super) struct Digesting {
    count: u64,
    digest: Sha256,
}

impl Digesting {
    pub(super) fn add(&mut self, frame: &str) {
        self.count += 1;
        self.digest.update(frame.as_bytes());
    }

    pub(super) fn finish(self) -> Frames {
        Frames { count: self.count, sha256: hexadecimal(&self.digest.finalize()) }
    }
}
