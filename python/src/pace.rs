//! Long work, which somebody may want to end.

use pyo3::prelude::{PyResult, Python};
use shared::pieces::Pieces;

/// After how many pieces of work, each of a millisecond or so, signals are looked for.
const PIECES: usize = 64;

/// Returns what `work` comes to.
///
/// # Errors
///
/// Passes on what a signal raised meanwhile, as Ctrl-C does.
pub(crate) fn finish<T>(mut work: Pieces<'_, T>) -> PyResult<T> {
    let mut pieces = 0_usize;
    loop {
        if let Some(result) = work.step() {
            return Ok(result);
        }
        pieces += 1;
        if pieces.is_multiple_of(PIECES) {
            Python::attach(|py| py.check_signals())?;
        }
    }
}
