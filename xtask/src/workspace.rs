//! Where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// Returns the root of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Returns cargo's output folder.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Returns the folder, outside the checkout, where tools are installed and kept between checkouts.
///
/// `TAUROI_CACHE` wins; then the platform's cache folder of the user.
pub fn cache() -> PathBuf {
    if let Some(dir) = env::var_os("TAUROI_CACHE") {
        return PathBuf::from(dir);
    }
    let home = env::var_os("HOME").map_or_else(env::temp_dir, PathBuf::from);
    let base = if cfg!(target_os = "macos") {
        home.join("Library/Caches")
    } else {
        env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from)
    };
    base.join("tauroi")
}

/// Returns the folder of recorded data and golden values, where there is one.
///
/// `TAUROI_CORPUS` wins; then `../shared`, beside the checkout.
pub fn corpus() -> Option<PathBuf> {
    let dir = env::var_os("TAUROI_CORPUS").map_or_else(|| root().join("../shared"), PathBuf::from);
    if !dir.join("golden").is_dir() {
        return None;
    }
    dir.canonicalize().ok()
}

/// Returns whether this runs in continuous integration, where nothing may be skipped.
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Returns the version of `package` that `Cargo.lock` names.
pub fn locked_version(package: &str) -> anyhow::Result<String> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path)
        .map_err(|error| anyhow::anyhow!("{} can't be read: {error}", path.display()))?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| anyhow::anyhow!("{package} is not in Cargo.lock"))
}

/// Returns how much of a process is in memory, in kB, if it runs.
pub fn resident_kilobytes(pid: u32) -> Option<u64> {
    let output = Command::new("ps").args(["-o", "rss=", "-p", &pid.to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Makes a folder, or empties the one that is there.
///
/// # Errors
///
/// Names the folder that can't be emptied or made.
pub fn emptied(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("{} can't be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))
}
