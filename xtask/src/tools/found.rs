//! Programs that are there already.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// Returns the folder on the PATH whose `binary` says it is `version`.
pub(super) fn on_path(binary: &str, version: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Only the first one counts: it is the one that other tools would run.
    let folder = std::env::split_paths(&path).find(|folder| folder.join(binary).is_file())?;
    answers(&folder.join(binary), version).then_some(folder)
}

/// Returns whether a program of that name is on the PATH.
pub fn on_any_path(binary: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(binary).is_file()))
}

/// Returns whether `program --version` runs and prints `version` as a word.
pub(super) fn answers(program: &Path, version: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success()
            && text.match_indices(version).any(|(at, _)| {
                !text[at + version.len()..].starts_with(|next: char| next.is_ascii_digit() || next == '.')
            })
    })
}

/// Returns the PATH with `folders` in front.
pub fn path_with(folders: &[PathBuf]) -> anyhow::Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)))
        .context("a tool's folder has a character that a PATH can't hold")
}
