//! Programs that checks need and the machine lacks: Debian's packages, unpacked into a folder of the cache. Nothing is installed
//! into the system.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::step::Step;
use crate::workspace;

/// A program's packages.
pub struct Packages<'a> {
    /// The program, for people.
    pub program: &'a str,
    /// Its folder in the cache.
    pub folder: &'a str,
    /// The packages' names.
    pub names: &'a [String],
    /// What to do where they can't be had.
    pub remedy: &'static str,
}

/// Returns the folder that a program's packages are unpacked into. The superuser's own cache is closed to the ordinary user who may
/// have to run it.
fn folder(name: &str) -> PathBuf {
    let is_superuser = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let cache = if is_superuser { PathBuf::from("/var/cache/tauroi") } else { workspace::cache() };
    cache.join(name)
}

/// Returns what is below that folder once packages were unpacked.
pub fn unpacked(name: &str) -> PathBuf {
    folder(name).join("unpacked")
}

/// Fetches packages and unpacks them, in the place of what was there.
///
/// # Errors
///
/// Says what could not be fetched or unpacked.
pub fn unpack(packages: &Packages<'_>) -> anyhow::Result<()> {
    let folder = folder(packages.folder);
    let unpacked = folder.join("unpacked");
    // Half of it may be there.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} can't be replaced", folder.display()))?;
    }
    fs::create_dir_all(&unpacked).with_context(|| format!("{} can't be made", unpacked.display()))?;
    let step = |doing: String, usually: &'static str| Step { doing, usually, remedy: packages.remedy };
    step(format!("Fetching {}", packages.program), "10 s")
        .run(Command::new("apt-get").arg("download").args(packages.names).current_dir(&folder))?;
    let each = "for package in *.deb; do dpkg-deb --extract \"$package\" unpacked && rm \"$package\" || exit 1; done";
    step("Unpacking it".to_owned(), "5 s").run(Command::new("sh").args(["-c", each]).current_dir(&folder))
}

/// Returns the first of these programs that is there.
pub fn first(programs: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    programs.into_iter().find(|program| Path::is_file(program))
}
