//! The reference tables, which lie beside the checkout or where `TAUROI_CORPUS` says.

#![allow(dead_code, unused_macros, unused_imports, reason = "each test uses a part of this module")]

use std::collections::BTreeMap;

/// Reads a table of the corpus, `golden!("wta.csv")`: `Some` text, or `None` after saying that the test is skipped.
///
/// On wasm32 there are no files: the text is compiled in, from the folder that `TAUROI_CORPUS` names.
#[cfg(target_arch = "wasm32")]
macro_rules! golden {
    ($name:literal) => {
        Some(include_str!(concat!(env!("TAUROI_CORPUS"), "/golden/", $name)).to_owned())
    };
}

#[cfg(not(target_arch = "wasm32"))]
macro_rules! golden {
    ($name:literal) => {
        crate::corpus::read(concat!("golden/", $name))
    };
}

pub(crate) use golden;

/// Returns the text of a file of the corpus, or says that the test is skipped and returns `None`.
///
/// # Panics
///
/// If the file is missing and the environment has `CI`: there, a skipped test is a failure.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn read(path: &str) -> Option<String> {
    bytes(path).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

/// Returns the bytes of a file of the corpus, as [`read`] returns its text.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    if let Ok(bytes) = std::fs::read(format!("{folder}/{path}")) {
        return Some(bytes);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {folder}");
    let thread = std::thread::current();
    eprintln!("skipped: {}: no corpus", thread.name().unwrap_or(path));
    None
}

/// Returns the folder that a file of the corpus is in, or says that the test is skipped and returns `None`.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn folder_of(path: &str) -> Option<std::path::PathBuf> {
    bytes(path)?;
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    std::path::Path::new(&folder).join(path).parent().map(std::path::Path::to_path_buf)
}

/// Returns the rows below a table's header, cut at the commas.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split(',').collect())
}

/// Groups a table's rows by their first column.
pub(crate) fn cases(text: &str) -> BTreeMap<&str, Vec<Vec<&str>>> {
    let mut cases: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows(text) {
        cases.entry(row[0]).or_default().push(row);
    }
    cases
}

/// Reads a table's number.
pub(crate) fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}
