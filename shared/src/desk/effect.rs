//! What a desk wants done.

use super::{Ask, Entry, NotByHand};
use crate::belief::Asked;

/// Something to be done, in the order in which it is said. What is to be asked is sent only once all entries before it are
/// committed; if they can't be, it is never sent, and the run is over.
#[derive(Debug)]
pub enum Effect {
    /// These are to be written down, all or none.
    Write(Vec<Entry>),
    /// The exchange is to be asked, and the answer told under this number.
    Ask(u64, Ask),
    /// These fits are to be made beside the loop, and told when they are ([`Input::Fitted`](super::Input::Fitted)).
    Fit(Vec<Asked>),
    /// A person is to be told what came of what was asked by hand under this number.
    Hand(u64, Result<String, NotByHand>),
    /// The run is over: nothing more comes of it.
    End(End),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// What was traded has ended and is paid.
    Over,
    /// A person wanted it, and nothing of it rests.
    Stopped,
    /// A person wanted it, and so many orders of it rest: the next run adopts them, or they end by themselves.
    HandedOver(usize),
    /// It can't see any more, for this reason: another run must find out what is there. Whether nothing of it rests is said.
    Lost {
        /// Why.
        why: String,
        /// All of its orders were seen to be out of the book.
        is_clear: bool,
    },
}
