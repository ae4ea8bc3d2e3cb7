//! The signals: what our fair value says beside the market's price, contract by contract, again and again, and the log of
//! it.
//!
//! ```text
//! exchange ── Board ──┐
//!                     ├─> Engine::run ──> lines ──> Log, Told ──> pages
//! sources ─ Collector ┘        │
//!                          Evaluator: `shared::signal`, on a thread that keeps its fits
//! ```

mod board;
mod calendar;
mod evaluator;
mod log;
mod repeat;
mod run;
mod told;
mod world;

use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use self::log::{Log, last_bytes, latest};
pub(crate) use self::repeat::{Heard, Spans, repeat};
pub(crate) use self::run::{Engine, Ran, Settings};
pub(crate) use self::told::Told;
pub(crate) use self::world::World;

/// Signals as pages see them.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) told: Arc<Told>,
    /// Where their log is.
    pub(crate) path: PathBuf,
}

#[cfg(test)]
mod tests;
