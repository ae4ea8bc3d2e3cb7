//! Whether two simulations were the same: a hash of all that was told and followed.

use core::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};

use crate::units::Timestamp;

/// A hash of what has happened.
#[derive(Debug, Default)]
pub(super) struct Trace {
    hash: Sha256,
    text: String,
    /// All of it, a line each, if it is kept.
    lines: Option<Vec<String>>,
}

impl Trace {
    /// Returns the hash of nothing; whether the lines are kept that it is made of is said.
    pub(super) fn new(keeps: bool) -> Self {
        Self { lines: keeps.then(Vec::new), ..Self::default() }
    }

    /// Adds something.
    pub(super) fn add(&mut self, at: Timestamp, what: &dyn fmt::Debug) {
        self.text.clear();
        // Writing to a text can't fail.
        let _ = write!(self.text, "{at} {what:?}");
        self.hash.update(self.text.as_bytes());
        if let Some(lines) = &mut self.lines {
            lines.push(self.text.clone());
        }
    }

    /// Returns the hash of all of it, and the lines, if they were kept.
    pub(super) fn finish(self) -> ([u8; 32], Vec<String>) {
        (self.hash.finalize().into(), self.lines.unwrap_or_default())
    }
}
