//! Recorded books as pages look at them: of files that were named, each read when it is first asked for, and of what is
//! heard now.
//!
//! ```text
//! --tapes …ws.jsonl.gz ── read ──┐
//!                                ├─ Books ── web: /api/books ──> depth page
//! watch (what is heard) ── Live ─┘
//! ```

mod live;
mod read;
mod tape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context;
use shared::depth::{Recording, Recordings, Session};

pub(crate) use self::live::Live;
use self::read::Read;
pub(crate) use self::tape::{Tape, is_recorded, read as read_tape};
use crate::files;

/// What is heard now is called so.
const NOW: &str = "now";
/// How many files are kept that were read; of each contract of one there is a bounded number of frames.
const KEPT: usize = 3;

/// A file that was read, or why it can't be.
type Cell = OnceLock<Result<Arc<Read>, String>>;

/// All recordings that there are.
#[derive(Default)]
pub(crate) struct Books {
    /// By the name that each has in an address.
    files: Vec<(String, PathBuf)>,
    live: Option<Arc<Live>>,
    /// The files that were read, the last one last.
    kept: Mutex<Vec<(usize, Arc<Cell>)>>,
}

/// Returns whether a file says by its name that it is a recorded stream.
pub(crate) fn is_called(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.ends_with(".ws.jsonl") || name.ends_with(".ws_frames.jsonl")
}

/// Returns the recorded streams that a path is, or that are in the folder that it is.
///
/// # Errors
///
/// Fails when a folder can't be read.
pub(crate) fn among(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.is_dir() {
        let found = files::in_folder(path, is_called);
        return found.with_context(|| format!("--tapes: {} can't be read", path.display()));
    }
    let is_one = path.file_name().is_some_and(|name| is_called(&name.to_string_lossy()));
    Ok(if is_one { vec![path.to_owned()] } else { Vec::new() })
}

impl Books {
    /// Finds the recorded streams among `paths`, each a file or a folder. None is read yet.
    ///
    /// # Errors
    ///
    /// Fails when a folder can't be read.
    pub(crate) fn find(paths: &[PathBuf], live: Option<Arc<Live>>) -> anyhow::Result<Self> {
        let (mut files, mut names) = (Vec::new(), BTreeSet::from([NOW.to_owned()]));
        for path in paths {
            for file in among(path)? {
                let name = name(&file);
                // The same name again takes a number.
                let numbered = (2..).map(|k| format!("{name}-{k}"));
                let free = std::iter::once(name.clone()).chain(numbered).find(|name| !names.contains(name));
                let name = free.unwrap_or(name);
                names.insert(name.clone());
                files.push((name, file));
            }
        }
        Ok(Self { files, live, kept: Mutex::default() })
    }

    /// Returns how many files there are.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    /// Lists the recordings.
    pub(crate) fn list(&self) -> Recordings {
        let now = self.live.iter().map(|_| NOW.to_owned());
        let names = now.chain(self.files.iter().map(|(name, _)| name.clone())).collect();
        Recordings { names, grows: self.live.is_some() }
    }

    /// Returns what is in a recording; nothing where there is none of that name. A file may have to be read for it: this is
    /// for a thread that may be busy for long.
    ///
    /// # Errors
    ///
    /// Says why a file can't be read.
    pub(crate) fn recording(&self, name: &str) -> Result<Option<Recording>, String> {
        if let Some(live) = self.live.as_ref().filter(|_| name == NOW) {
            return Ok(Some(live.recording()));
        }
        Ok(self.read(name)?.map(|read| read.recording()))
    }

    /// Returns what was recorded of a contract; nothing where that isn't there. As [`Books::recording`].
    ///
    /// # Errors
    ///
    /// Says why a file can't be read.
    pub(crate) fn session(&self, name: &str, ticker: &str) -> Result<Option<Session>, String> {
        if let Some(live) = self.live.as_ref().filter(|_| name == NOW) {
            return Ok(live.session(ticker));
        }
        Ok(self.read(name)?.and_then(|read| read.session(ticker).cloned()))
    }

    /// Returns a file, read now unless it is kept. Who asks for the same in the meantime waits.
    fn read(&self, name: &str) -> Result<Option<Arc<Read>>, String> {
        let Some(place) = self.files.iter().position(|(known, _)| known == name) else { return Ok(None) };
        let cell = {
            // A panic under the lock could only be of memory that ran out, and leaves the list as it was.
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let found = kept.iter().position(|(known, _)| *known == place);
            let entry = found.map_or_else(|| (place, Arc::default()), |found| kept.remove(found));
            let cell = Arc::clone(&entry.1);
            kept.push(entry);
            let surplus = kept.len().saturating_sub(KEPT);
            kept.drain(..surplus);
            cell
        };
        let Some((_, path)) = self.files.get(place) else { return Ok(None) };
        let read = || Read::file(path).map(Arc::new).map_err(|error| format!("{error:#}"));
        cell.get_or_init(read).clone().map(Some)
    }
}

/// Returns the name that a file has in an address: of letters that need no escaping.
fn name(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let end = name.find(".ws.jsonl").or_else(|| name.find(".ws_frames.jsonl")).unwrap_or(name.len());
    let plain =
        |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    name.get(..end).unwrap_or_default().chars().map(plain).collect()
}
