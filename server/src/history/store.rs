//! The folder of a history: what is in it, and what is on its way there.

use std::fs::{self, File, TryLockError};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use shared::units::Timestamp;

use super::files;
use super::journal::{Entry, Journal};
use super::kept::{Kept, Written};
use super::question::Question;
use super::staged::{Begun, Staged};
use super::tables::Home;

/// A history that this process writes.
pub(super) struct Store {
    pub(super) home: Home,
    /// As long as it is open no other process fetches into the folder.
    _lock: File,
    journal: Journal,
    pub(super) kept: Kept,
    pub(super) staged: Staged,
}

impl Store {
    /// Opens a history, or makes it.
    ///
    /// # Errors
    ///
    /// Says that another process fetches into it, that a file of it isn't as it was written, or what can't be read.
    pub(super) async fn open(home: &Home) -> anyhow::Result<Self> {
        let state = home.state.as_path();
        fs::create_dir_all(state).with_context(|| format!("{} can't be made", state.display()))?;
        let lock = state.join("lock");
        let file = File::create(&lock).with_context(|| format!("{} can't be made", lock.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another process fetches into {}: wait for it, or name another folder", home.shown())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} can't be locked", lock.display()));
            }
        }
        let kept = read_kept(state)?;
        let (journal, entries) = Journal::open(&state.join("journal.jsonl"))?;
        let mut staged = Staged::default();
        entries.into_iter().for_each(|entry| staged.take(entry));
        // A fetch that has come to its end, whose journal was about to be taken away.
        if staged.begun.as_ref().is_none_or(|begun| begun.number <= kept.completed) {
            staged = Staged::default();
        }
        let store = Self { home: home.clone(), _lock: file, journal, kept, staged };
        store.check_files().await?;
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
    pub(super) async fn write(&mut self, path: &str, bytes: &Bytes) -> anyhow::Result<()> {
        self.note(Entry::Writing { path: path.to_owned(), sha256: files::sha256(bytes) })?;
        self.home.replace(path, bytes).await?;
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
    pub(super) async fn read(&self, path: &str) -> anyhow::Result<Option<Bytes>> {
        let Some(bytes) = self.home.read(path).await? else { return Ok(None) };
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
        let state = &self.home.state;
        files::replace(&state.join("temporary"), &state.join("state.json"), &text)?;
        let left = if end { Vec::new() } else { self.staged.lists() };
        self.restart(&left)
    }

    /// Begins the journal anew with these entries.
    fn restart(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        let path = self.home.state.join("journal.jsonl");
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        files::replace(&self.home.state.join("temporary"), &path, &text)?;
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
    async fn check_files(&self) -> anyhow::Result<()> {
        for (path, known) in &self.kept.files {
            let length = self.home.length(path).await?;
            let is_ours = length == Some(known.bytes) || self.staged.writing.contains_key(path);
            ensure!(is_ours && length.is_some(), self.changed(path));
        }
        Ok(())
    }

    fn changed(&self, path: &str) -> String {
        format!(
            "{} isn't as it was written: put it back, or take {} away to fetch everything anew",
            self.home.named(path),
            self.home.state.display()
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

/// Returns what an unfinished fetch has left; nothing where there is none.
///
/// # Errors
///
/// Says what can't be read.
pub(crate) async fn left(home: &Home) -> anyhow::Result<Option<Left>> {
    let Store { kept, staged, .. } = Store::open(home).await?;
    let is_finished = |ticker| kept.contracts.contains_key(ticker) || staged.finished.contains_key(ticker);
    Ok(staged.begun.as_ref().map(|_| Left {
        finished: staged.markets.keys().filter(|ticker| is_finished(*ticker)).count(),
        listed: staged.markets.len(),
        rows: staged.rows(),
    }))
}

fn read_kept(state: &std::path::Path) -> anyhow::Result<Kept> {
    let path = state.join("state.json");
    let bytes = files::read(&path)?;
    bytes.map_or_else(
        || Ok(Kept::default()),
        |bytes| Kept::read(&bytes).with_context(|| path.display().to_string()),
    )
}
