//! The files that a command names: found, opened, unzipped.

mod columnar;
mod out;
mod unpack;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;

pub(crate) use self::columnar::{Column, Layout, Values, table, write_histories};
pub(crate) use self::out::spares;

/// The most that one file may unpack to: a hundred times the largest recorded month of trades.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// The most that a table of ours may unpack to: it is read by whoever wrote it.
const MAX_TABLE_BYTES: u64 = 4 << 30;

/// A file to read.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Whether it was named itself, and not found in a folder.
    pub(crate) named: bool,
}

/// Lists the files to read: those among `paths`, and of each folder those that `within` finds.
///
/// # Errors
///
/// Names `option` and the path when it isn't there, or when it is a folder without a wanted file; `called` says
/// what those are called.
pub(crate) fn find(
    option: &str,
    paths: &[PathBuf],
    within: impl Fn(&Path) -> std::io::Result<Vec<PathBuf>>,
    called: &str,
) -> anyhow::Result<Vec<Found>> {
    let mut files = Vec::new();
    for path in paths {
        let unreadable = || format!("{option}: {} can't be read", path.display());
        if !fs::metadata(path).with_context(unreadable)?.is_dir() {
            files.push(Found { path: path.clone(), named: true });
            continue;
        }
        let folder = within(path).with_context(unreadable)?;
        if folder.is_empty() {
            bail!("{option}: {} holds no file called {called}", path.display());
        }
        files.extend(folder.into_iter().map(|path| Found { path, named: false }));
    }
    Ok(files)
}

/// Lists the files of a folder's partitions that are `wanted`: of those folders in it that are called `NAME=VALUE`, as tables
/// in parts are kept, however deep, and of these parts in a folder called `table`.
///
/// # Errors
///
/// Fails when a folder can't be read.
pub(crate) fn in_partitions(
    folder: &Path,
    table: &str,
    wanted: impl Fn(&str) -> bool + Copy,
) -> std::io::Result<Vec<PathBuf>> {
    let is_part = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains('='));
    let mut files = if is_part(folder) { in_folder(folder, wanted)? } else { Vec::new() };
    files.retain(|path| !path.is_dir());
    for path in in_folder(folder, |name| name == table || name.contains('='))? {
        if path.is_dir() {
            files.extend(in_partitions(&path, table, wanted)?);
        }
    }
    files.sort();
    Ok(files)
}

/// Lists the files of a folder that are `wanted`, by name.
///
/// # Errors
///
/// Fails when the folder can't be read.
pub(crate) fn in_folder(folder: &Path, wanted: impl Fn(&str) -> bool) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name that isn't UTF-8 may end like any other.
        if wanted(&entry.file_name().to_string_lossy()) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Returns the content of a file as text, unzipped if it is gzip, as CSV if it is Parquet.
///
/// # Errors
///
/// Names the file when it can't be read, is no text, or unpacks to more than 512 MB.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_pieces(path, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

/// Returns the content of a Parquet file that is in memory, as CSV; `name` is what it is called.
///
/// # Errors
///
/// Names it when it can't be read, or unpacks to more than 4 GB.
pub(crate) fn read_parquet(bytes: Bytes, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    columnar::unpack(bytes, name, MAX_TABLE_BYTES, |piece| {
        text.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(text)
}

/// Hands the content of a file to `take` piece by piece, as text: unzipped if it is gzip, as CSV if it is Parquet.
///
/// # Errors
///
/// Names the file when it can't be read, is no text, or unpacks to more than 512 MB; and passes on what `take` refuses.
pub(crate) fn read_pieces(path: &Path, take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let mut file = File::open(path).with_context(|| format!("{name} can't be opened"))?;
    let unreadable = || format!("{name} can't be read");
    // Only a regular file can be read from both its ends.
    if file.metadata().with_context(unreadable)?.is_file()
        && columnar::is_parquet(&mut file).with_context(unreadable)?
    {
        return columnar::unpack(file, &name, MAX_FILE_BYTES, take);
    }
    unpack::unpack(file, &name, MAX_FILE_BYTES, take)
}

/// Opens a file whose text is read as it comes, unzipped if it is gzip. What is no regular file, such as a pipe that
/// somebody types into, is read as it is: to look at its beginning would be to wait for it.
///
/// # Errors
///
/// Names the file when it can't be opened, or when its beginning is not one of a text.
pub(crate) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} can't be opened"))?;
    let data = file.metadata().with_context(|| format!("{name} can't be read"))?;
    if !data.is_file() {
        return Ok(Box::new(file));
    }
    Ok(unpack::text(file, &name)?.text)
}
