//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest as _, Sha256};

use crate::hexadecimal::hexadecimal;

/// Writes a file beside its place and moves it there: whoever looks sees the old one or the new one, also after the machine
/// has gone off. `temporary` lies on the same disk.
///
/// # Errors
///
/// Names the file.
pub(super) fn replace(temporary: &Path, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let write = || {
        let mut file = File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().with_context(|| format!("{} can't be written", temporary.display()))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    }
    fs::rename(temporary, path).with_context(|| format!("{} can't be written", path.display()))?;
    path.parent().map_or(Ok(()), settle)
}

/// Waits until what a folder holds is on the disk.
///
/// # Errors
///
/// Names the folder.
pub(super) fn settle(folder: &Path) -> anyhow::Result<()> {
    // Only here a folder is a file that can be waited for.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("{} can't be written", folder.display()))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Returns what a file holds; nothing where it isn't there.
///
/// # Errors
///
/// Names the file.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", path.display())),
    }
}

/// Returns the SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Returns a path below a folder, of names that are separated by `/`.
pub(super) fn below(folder: &Path, path: &str) -> PathBuf {
    path.split('/').fold(folder.to_owned(), |folder, name| folder.join(name))
}
