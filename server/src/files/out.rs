//! Outputs that must not fall on what was read.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use anyhow::bail;

/// Checks that no `outputs`, which are about to be written, is one of the files `read`, by whatever name: another path,
/// a link of either kind.
///
/// # Errors
///
/// Names `option`, the output and the file that would be lost.
pub(crate) fn spares<'a>(
    option: &str,
    outputs: &[PathBuf],
    read: impl IntoIterator<Item = &'a Path>,
) -> anyhow::Result<()> {
    // What isn't there yet, or can't be looked at, is no file that was just read.
    let outputs: Vec<(&PathBuf, Id)> =
        outputs.iter().filter_map(|path| Some((path, Id::of(path, &fs::metadata(path).ok()?)?))).collect();
    for input in read {
        let Some(id) = fs::metadata(input).ok().and_then(|data| Id::of(input, &data)) else { continue };
        if let Some((output, _)) = outputs.iter().find(|(_, output)| *output == id) {
            bail!(
                "{option}: {} is the input {}, which would be overwritten: name another",
                output.display(),
                input.display()
            );
        }
    }
    Ok(())
}

/// What a file is, whatever it is called.
#[derive(PartialEq, Eq)]
struct Id {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    #[cfg(not(unix))]
    path: PathBuf,
}

impl Id {
    /// Returns what the file at `path` is; `None` for what is no regular file, like a terminal or a pipe, which loses
    /// nothing by being written to.
    #[cfg(unix)]
    fn of(_path: &Path, data: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        data.is_file().then(|| Self { device_and_inode: (data.dev(), data.ino()) })
    }

    #[cfg(not(unix))]
    fn of(path: &Path, data: &Metadata) -> Option<Self> {
        data.is_file().then(|| path.canonicalize().ok()).flatten().map(|path| Self { path })
    }
}
