//! How far a computation is, on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU32, Ordering};

/// A line on standard error that counts to 100 % while the parts of a computation run; nothing where standard error is not
/// a terminal.
pub(super) struct Progress {
    doing: &'static str,
    /// The percent done of each part; `None` where nobody looks.
    parts: Option<Vec<AtomicU32>>,
}

impl Progress {
    /// Shows what is being done, in so many parts of the same length.
    pub(super) fn start(doing: &'static str, parts: usize) -> Self {
        let shown = std::io::stderr().is_terminal();
        let progress = Self { doing, parts: shown.then(|| (0..parts).map(|_| AtomicU32::new(0)).collect()) };
        progress.show();
        progress
    }

    /// Takes in that a part, counted from 0, is done to the fraction `done`.
    pub(super) fn report(&self, part: usize, done: f64) {
        let percent = (100.0 * done) as u32;
        let part = self.parts.as_ref().and_then(|parts| parts.get(part));
        if part.is_some_and(|part| part.swap(percent, Ordering::Relaxed) != percent) {
            self.show();
        }
    }

    fn show(&self) {
        if let Some(parts) = &self.parts {
            let sum: u32 = parts.iter().map(|part| part.load(Ordering::Relaxed)).sum();
            let percent = sum / parts.len().max(1) as u32;
            // Whoever closes the terminal doesn't want to know.
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K{} … {percent} %", self.doing);
        }
    }
}

impl Drop for Progress {
    /// Wipes the line.
    fn drop(&mut self) {
        if self.parts.is_some() {
            // As above.
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
