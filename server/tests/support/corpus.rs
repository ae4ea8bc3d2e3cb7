//! The recorded data, which lie beside the checkout or where `TAUROI_CORPUS` says.

use std::path::PathBuf;

/// Returns the path of a file of the corpus, or says that the test is skipped and returns `None`.
///
/// # Panics
///
/// If the file is missing and the environment has `CI`: there, a skipped test is a failure.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn path(file: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var_os("TAUROI_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(file);
    if path.is_file() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "no {file} at {}", folder.display());
    let thread = std::thread::current();
    eprintln!("skipped: {}: no corpus", thread.name().unwrap_or(file));
    None
}
