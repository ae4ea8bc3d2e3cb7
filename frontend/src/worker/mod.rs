//! Work that takes longer than a frame, on a thread of its own: the same program, started in a Web Worker.
//!
//! The page asks, the worker answers, both by [`packet::Packet`]s. An answer carries the number of the question it
//! belongs to; answers to a question that nobody waits for any more are dropped.

mod answer;
mod ask;
pub(crate) mod found;
pub(crate) mod inside;
mod packet;
mod page;

pub(crate) use answer::Answer;
pub(crate) use ask::{Ask, RunAsk};
pub(crate) use page::{Fate, ask, is_there, watch};
