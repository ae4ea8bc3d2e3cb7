//! How far a computation is, on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU32, Ordering};

/// A line on standard error that counts to 100 % while two halves of a computation run; nothing where standard error
/// is not a terminal.
pub(super) struct Progress {
    doing: &'static str,
    /// The percent done of each half; `None` where nobody looks.
    halves: Option<[AtomicU32; 2]>,
}

impl Progress {
    /// Shows what is being done.
    pub(super) fn start(doing: &'static str) -> Self {
        let progress = Self { doing, halves: std::io::stderr().is_terminal().then(Default::default) };
        progress.show();
        progress
    }

    /// Takes in that `half`, 0 or 1, is done to the fraction `done`.
    pub(super) fn report(&self, half: usize, done: f64) {
        let percent = (100.0 * done) as u32;
        if self.halves.as_ref().is_some_and(|halves| halves[half].swap(percent, Ordering::Relaxed) != percent)
        {
            self.show();
        }
    }

    fn show(&self) {
        if let Some([a, b]) = &self.halves {
            let percent = (a.load(Ordering::Relaxed) + b.load(Ordering::Relaxed)) / 2;
            // Whoever closes the terminal doesn't want to know.
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K{} … {percent} %", self.doing);
        }
    }
}

impl Drop for Progress {
    /// Wipes the line.
    fn drop(&mut self) {
        if self.halves.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
