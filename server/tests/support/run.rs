//! The real binary, run to its end.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of this module")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `tauroi` with these arguments.
pub(crate) fn tauroi(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tauroi")).args(arguments).output().unwrap()
}

/// Returns what it said on standard error, as it failed.
pub(crate) fn refusal(output: Output) -> String {
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Returns an empty folder for the test `name` of a command.
pub(crate) fn folder(command: &str, name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(command).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns a path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
