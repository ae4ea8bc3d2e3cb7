//! The files that a command names: found, opened, unzipped.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The most that one file may unpack to: a hundred times the largest recorded month of trades.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// A file to read.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Whether it was named itself, and not found in a folder.
    pub(crate) named: bool,
}

/// Lists the files to read: those among `paths`, and of each folder, by name, those that are `wanted`.
///
/// # Errors
///
/// Names `option` and the path when it isn't there, or when it is a folder without a wanted file; `called` says
/// what those are called.
pub(crate) fn find(
    option: &str,
    paths: &[PathBuf],
    wanted: impl Fn(&str) -> bool,
    called: &str,
) -> anyhow::Result<Vec<Found>> {
    let mut files = Vec::new();
    for path in paths {
        let unreadable = || format!("{option}: {} can't be read", path.display());
        if !fs::metadata(path).with_context(unreadable)?.is_dir() {
            files.push(Found { path: path.clone(), named: true });
            continue;
        }
        let mut folder = Vec::new();
        for entry in fs::read_dir(path).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            if entry.file_name().to_str().is_some_and(&wanted) {
                folder.push(Found { path: entry.path(), named: false });
            }
        }
        if folder.is_empty() {
            bail!("{option}: {} holds no file called {called}", path.display());
        }
        folder.sort_by(|a, b| a.path.cmp(&b.path));
        files.append(&mut folder);
    }
    Ok(files)
}

/// Returns the content of a file, unzipped if its name ends in `.gz`.
///
/// # Errors
///
/// Names the file when it can't be read, is not what its name says, or unpacks to more than 512 MB.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("{name} can't be opened"))?;
    unpack(file, &name.to_string(), MAX_FILE_BYTES)
}

/// Returns what `file` holds, unzipped if its name ends in `.gz`.
///
/// # Errors
///
/// Names the file when it can't be read, is not what its name says, or unpacks to more than `limit` bytes.
pub(crate) fn unpack(file: impl Read, name: &str, limit: u64) -> anyhow::Result<Vec<u8>> {
    let zipped = name.ends_with(".gz");
    let mut bytes = Vec::new();
    let read = if zipped {
        flate2::read::MultiGzDecoder::new(file).take(limit + 1).read_to_end(&mut bytes)
    } else {
        file.take(limit + 1).read_to_end(&mut bytes)
    };
    read.with_context(|| format!("{name} can't be read{}", if zipped { " as gzip" } else { "" }))?;
    if bytes.len() as u64 > limit {
        bail!("{name} holds more than {} MB", limit >> 20);
    }
    Ok(bytes)
}
