//! Work that takes longer than a frame, on a thread of its own: the same program, started in a Web Worker.
//!
//! The page asks, the worker answers, in the messages of [`shared::codec::lab`]. An answer carries the number of the
//! question it belongs to; answers to a question that nobody waits for any more are dropped.

pub(crate) mod inside;
mod page;
mod parcel;

pub(crate) use page::{Fate, ask, is_there, open, watch};
pub(crate) use shared::codec::lab::{self as found, Answer, Ask, RunAsk};
