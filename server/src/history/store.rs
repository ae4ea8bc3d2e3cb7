//! The folder of a history: what is in it, and what is on its way there.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use shared::units::Timestamp;

use super::files;
use super::journal::{Entry, Journal};
use super::kept::{Kept, Written};
use super::layout::STATE_FOLDER;
use super::question::Question;
use super::staged::{Begun, Staged};

/// A history that this process writes.
pub(super) struct Store {
    pub(super) folder: PathBuf,
    state: PathBuf,
    /// As long as it is open no other process fetches into the folder.
    _lock: File,
    journal: Journal,
    pub(super) kept: Kept,
    pub(super) staged: Staged,
}

impl Store {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    ///
    /// Says that another process fetches into it, that a file of it isn't as it was written, or what can't be read.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let state = folder.join(STATE_FOLDER);
        fs::create_dir_all(&state).with_context(|| format!("{} can't be made", state.display()))?;
        let lock = state.join("lock");
        let file = File::create(&lock).with_context(|| format!("{} can't be made", lock.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another process fetches into {}: wait for it, or name another folder",
                    folder.display()
                )
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} can't be locked", lock.display()));
            }
        }
        let kept = read_kept(&state)?;
        let (journal, entries) = Journal::open(&state.join("journal.jsonl"))?;
        let mut staged = Staged::default();
        entries.into_iter().for_each(|entry| staged.take(entry));
        // A fetch that has come to its end, whose journal was about to be taken away.
        if staged.begun.as_ref().is_none_or(|begun| begun.number <= kept.completed) {
            staged = Staged::default();
        }
        let store = Self { folder: folder.to_owned(), state, _lock: file, journal, kept, staged };
        store.check_files()?;
        Ok(store)
    }

    /// Begins a fetch, or goes on with one that has the same question. Returns whether one goes on.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn begin(&mut self, question: &Question, now: Timestamp) -> anyhow::Result<bool> {
        if self.staged.begun.as_ref().is_some_and(|begun| begun.question == *question) {
            return Ok(true);
        }
        let as_of = Timestamp::from_micros(now.micros().div_euclid(1_000_000) * 1_000_000)?;
        let number = self.kept.completed.max(self.staged.begun.as_ref().map_or(0, |begun| begun.number)) + 1;
        self.restart(&[Entry::Began { number, question: question.clone(), as_of }])?;
        Ok(false)
    }

    /// Returns the fetch that is under way.
    ///
    /// # Errors
    ///
    /// None in practice: [`Self::begin`] comes first.
    pub(super) fn begun(&self) -> anyhow::Result<&Begun> {
        self.staged.begun.as_ref().context("no fetch has begun")
    }

    /// Writes an entry down and takes it in.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn note(&mut self, entry: Entry) -> anyhow::Result<()> {
        self.journal.append(&entry)?;
        self.staged.take(entry);
        Ok(())
    }

    /// Replaces a file of the history by other content, unless it has that already. It is noted before, so that a file which
    /// was written by a process that was killed then is known as ours.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.note(Entry::Writing { path: path.to_owned(), sha256: files::sha256(bytes) })?;
        files::replace(&self.state.join("temporary"), &files::below(&self.folder, path), bytes)?;
        self.is_written(path, bytes)
    }

    /// Takes in that a file has this content already.
    ///
    /// # Errors
    ///
    /// None in practice: no file is longer than can be counted.
    pub(super) fn is_written(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let written = Written { sha256: files::sha256(bytes), bytes: u64::try_from(bytes.len())? };
        self.kept.files.insert(path.to_owned(), written);
        Ok(())
    }

    /// Returns what a file of the history holds, and checks that it is what was written.
    ///
    /// # Errors
    ///
    /// Names the file if it can't be read or is another.
    pub(super) fn read(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(bytes) = files::read(&files::below(&self.folder, path))? else { return Ok(None) };
        if let Some(known) = self.kept.files.get(path) {
            let sha256 = files::sha256(&bytes);
            ensure!(sha256 == known.sha256 || self.is_writing(path, &sha256), self.changed(path));
        }
        Ok(Some(bytes))
    }

    /// Keeps what was put into its place, and what is known of contracts, and begins the journal anew with what is still
    /// needed: the lists, or nothing once the fetch has come to its `end`.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn keep(&mut self, end: bool) -> anyhow::Result<()> {
        for (ticker, known) in &self.staged.finished {
            let all = self.kept.contracts.entry(ticker.clone()).or_default();
            *all = all.with(known);
        }
        self.kept.odd += u64::try_from(self.staged.odd.len())?;
        if end {
            self.kept.completed = self.begun()?.number;
        }
        let text = self.kept.text()?;
        files::replace(&self.state.join("temporary"), &self.state.join("state.json"), &text)?;
        let left = if end { Vec::new() } else { self.staged.lists() };
        self.restart(&left)
    }

    /// Begins the journal anew with these entries.
    fn restart(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        let path = self.state.join("journal.jsonl");
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        files::replace(&self.state.join("temporary"), &path, &text)?;
        let (journal, entries) = Journal::open(&path)?;
        self.journal = journal;
        self.staged = Staged::default();
        entries.into_iter().for_each(|entry| self.staged.take(entry));
        Ok(())
    }

    /// Returns whether a file was about to get this content.
    fn is_writing(&self, path: &str, sha256: &str) -> bool {
        self.staged.writing.get(path).is_some_and(|contents| contents.contains(sha256))
    }

    /// Checks that what was written is there, by its length: what is written on is checked whole.
    fn check_files(&self) -> anyhow::Result<()> {
        for (path, known) in &self.kept.files {
            let length = fs::metadata(files::below(&self.folder, path)).map(|data| data.len()).ok();
            let is_ours = length == Some(known.bytes) || self.staged.writing.contains_key(path);
            ensure!(is_ours && length.is_some(), self.changed(path));
        }
        Ok(())
    }

    fn changed(&self, path: &str) -> String {
        format!(
            "{} isn't as it was written: put it back, or take {} away to fetch everything anew",
            files::below(&self.folder, path).display(),
            self.state.display()
        )
    }
}

/// What of an unfinished fetch is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// How many contracts are finished, and how many were listed.
    pub(crate) finished: usize,
    pub(crate) listed: usize,
    /// How many trades and candles wait for their place.
    pub(crate) rows: usize,
}

/// Returns what an unfinished fetch has left in a folder; nothing where there is none.
///
/// # Errors
///
/// Says what can't be read.
pub(crate) fn left(folder: &Path) -> anyhow::Result<Option<Left>> {
    let Store { kept, staged, .. } = Store::open(folder)?;
    let is_finished = |ticker| kept.contracts.contains_key(ticker) || staged.finished.contains_key(ticker);
    Ok(staged.begun.as_ref().map(|_| Left {
        finished: staged.markets.keys().filter(|ticker| is_finished(*ticker)).count(),
        listed: staged.markets.len(),
        rows: staged.rows(),
    }))
}

fn read_kept(state: &Path) -> anyhow::Result<Kept> {
    let path = state.join("state.json");
    let bytes = files::read(&path)?;
    bytes.map_or_else(
        || Ok(Kept::default()),
        |bytes| Kept::read(&bytes).with_context(|| path.display().to_string()),
    )
}
