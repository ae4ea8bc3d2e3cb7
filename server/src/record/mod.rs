//! The exchange's stream, written down, and read again.
//!
//! ```text
//! feed, or REST in turns ──> run ──> writer ──> DIR/….ws.jsonl.gz ──> Lines ──> Rebuild ──> books
//! ```

mod contents;
mod line;
mod polled;
mod reader;
mod rebuild;
mod run;
mod stillness;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use self::contents::Contents;
pub(crate) use self::line::Line;
pub(crate) use self::reader::Lines;
pub(crate) use self::rebuild::{Did, Rebuild};
pub(crate) use self::run::Recording;
pub(crate) use self::writer::Written;
