//! Where a fetch puts its tables, and where it keeps what it is about.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;

use super::files;
use super::layout::STATE_FOLDER;
use super::place::Place;
use crate::environment::cache_folder;

/// A history that is written: its tables, and a folder of this machine for what a fetch needs to go on.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    tables: Tables,
    /// The journal, the state and the lock.
    pub(super) state: PathBuf,
}

#[derive(Debug, Clone)]
enum Tables {
    /// Below a folder: each file is on the disk before anything goes on.
    Folder(PathBuf),
    /// On S3.
    Objects(Place),
}

impl Home {
    /// Returns the history of a folder, in which the state is too.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { tables: Tables::Folder(folder.to_owned()), state: folder.join(STATE_FOLDER) }
    }

    /// Returns the history of a place. What is on S3 has its state in the cache folder, by the place's address.
    ///
    /// # Errors
    ///
    /// Says that there is no cache folder.
    pub(crate) fn of(place: &Place) -> anyhow::Result<Self> {
        if let Some(folder) = place.folder() {
            return Ok(Self::in_folder(folder));
        }
        let name: String = files::sha256(place.to_string().as_bytes()).chars().take(16).collect();
        let state = cache_folder()?.join("fetch").join(name);
        Ok(Self { tables: Tables::Objects(place.clone()), state })
    }

    /// Returns what it is called for people.
    pub(super) fn shown(&self) -> String {
        match &self.tables {
            Tables::Folder(folder) => folder.display().to_string(),
            Tables::Objects(place) => place.to_string(),
        }
    }

    /// Returns what a file of the history is called for people.
    pub(super) fn named(&self, path: &str) -> String {
        match &self.tables {
            Tables::Folder(folder) => files::below(folder, path).display().to_string(),
            Tables::Objects(place) => format!("{place}/{path}"),
        }
    }

    /// Returns what a file holds; nothing where it isn't there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) async fn read(&self, path: &str) -> anyhow::Result<Option<Bytes>> {
        match &self.tables {
            Tables::Folder(folder) => Ok(files::read(&files::below(folder, path))?.map(Bytes::from)),
            Tables::Objects(place) => place.read(path).await,
        }
    }

    /// Returns how long a file is; nothing where it isn't there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) async fn length(&self, path: &str) -> anyhow::Result<Option<u64>> {
        match &self.tables {
            Tables::Folder(folder) => {
                Ok(std::fs::metadata(files::below(folder, path)).map(|data| data.len()).ok())
            }
            Tables::Objects(place) => place.length(path).await,
        }
    }

    /// Replaces a file: whoever looks sees the old one or the new one.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) async fn replace(&self, path: &str, bytes: &Bytes) -> anyhow::Result<()> {
        match &self.tables {
            Tables::Folder(folder) => {
                files::replace(&self.state.join("temporary"), &files::below(folder, path), bytes)
            }
            Tables::Objects(place) => place.put(path, bytes.clone()).await,
        }
    }

    /// Lists the files of trades that are there, by path.
    ///
    /// # Errors
    ///
    /// Says why they can't be listed.
    pub(super) async fn trades(&self) -> anyhow::Result<Vec<String>> {
        let place = match &self.tables {
            Tables::Folder(folder) => Place::of_folder(folder)?,
            Tables::Objects(place) => place.clone(),
        };
        let found = place.list(super::layout::TRADES).await?;
        Ok(found.into_iter().map(|file| file.path).collect())
    }

    /// Takes a file away; one that isn't there is no error.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) async fn delete(&self, path: &str) -> anyhow::Result<()> {
        match &self.tables {
            Tables::Folder(folder) => {
                let path = files::below(folder, path);
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        Err(error).with_context(|| format!("{} can't be taken away", path.display()))
                    }
                    _ => Ok(()),
                }
            }
            Tables::Objects(place) => place.delete(path).await,
        }
    }
}
