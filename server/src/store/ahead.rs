//! The newest end of a journal, in files of its own beside the store's: what the table doesn't have yet.
//!
//! An entry is written down once the operating system has it. That takes one call here, which makes no other thread wake up
//! and waits for no transaction; into the table it goes some milliseconds later, beside the loop that decides. Whoever opens the
//! store next takes in what a program left here as it ended, before anything is read.
//!
//! There are two files, one of which is written while the table catches up with the other, so that neither grows for ever. Who
//! writes them holds a lock on them: what a running desk has written is nobody else's to take in.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use shared::units::Timestamp;

use super::connection::{Connection, on};
use super::{Entry, Kind};
use crate::database::{self, AHEAD};

/// How long a file becomes before the other one is written, in bytes.
pub(super) const LONG: u64 = 1 << 20;
/// What stands before an entry: how long it is and its sum, of four bytes each; then its number and time, of eight, and its kind.
const HEAD: usize = 8;
const BEGINS: usize = 17;
/// How long whoever opens a store waits for a running program to bring what it has written into the table, and how often it looks.
const FOLLOWS: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(5);

/// The end of a run's journal, which this program writes.
#[derive(Debug)]
pub(super) struct Ahead {
    files: [(PathBuf, File); 2],
    /// Which of them is written, how long it is, and how long it was before what was written last.
    at: usize,
    length: u64,
    before: u64,
    /// How many entries of the run the table has when it has all of the other one.
    other: u64,
    bytes: Vec<u8>,
}

/// Returns the journal's files that are there, each with its run.
fn found(journal: &Path) -> std::io::Result<Vec<(i64, PathBuf)>> {
    let mut found = Vec::new();
    for path in database::ahead(journal)? {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.rsplit_once(AHEAD));
        let run = name.and_then(|(_, name)| name.split_once('-')?.0.parse().ok());
        found.extend(run.map(|run| (run, path)));
    }
    Ok(found)
}

/// Returns a sum of bytes that tells one that was written in part: FNV-1a, as nobody forges these.
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

impl Ahead {
    /// Begins the files of a run.
    ///
    /// # Errors
    ///
    /// Says what can't be made, or that another program has it.
    pub(super) fn begin(journal: &Path, run: i64) -> anyhow::Result<Self> {
        let file = |at: usize| {
            let mut path = journal.as_os_str().to_owned();
            path.push(format!("{AHEAD}{run}-{at}"));
            let path = PathBuf::from(path);
            let begun = || {
                let file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
                file.try_lock()?;
                file.set_len(0)?;
                anyhow::Ok(file)
            };
            let file = begun().with_context(|| format!("{} can't be written", path.display()))?;
            anyhow::Ok((path, file))
        };
        Ok(Self { files: [file(0)?, file(1)?], at: 0, length: 0, before: 0, other: 0, bytes: Vec::new() })
    }

    /// Writes entries, all or none, numbered from `next` on; the table has the run's first `committed` ones.
    ///
    /// # Errors
    ///
    /// Says that they can't be written: then nothing may be sent.
    pub(super) fn write(&mut self, next: u64, committed: u64, entries: &[Entry]) -> std::io::Result<()> {
        if self.length > LONG && committed >= self.other {
            self.at = 1 - self.at;
            (self.length, self.other) = (0, next);
            if let Some((_, file)) = self.files.get(self.at) {
                file.set_len(0)?;
            }
        }
        self.bytes.clear();
        for (seq, entry) in (next..).zip(entries) {
            let begins = self.bytes.len();
            self.bytes.extend_from_slice(&[0; HEAD]);
            self.bytes.extend_from_slice(&seq.to_le_bytes());
            self.bytes.extend_from_slice(&entry.at.micros().to_le_bytes());
            self.bytes.push(entry.kind.number());
            self.bytes.extend_from_slice(entry.data.as_bytes());
            if let Some((head, rest)) =
                self.bytes.get_mut(begins..).and_then(|all| all.split_at_mut_checked(HEAD))
            {
                let length = u32::try_from(rest.len()).map_err(std::io::Error::other)?;
                head.copy_from_slice(&(u64::from(length) | u64::from(sum(rest)) << 32).to_le_bytes());
            }
        }
        if let Some((_, file)) = self.files.get_mut(self.at)
            && let Err(why) = file.write_all(&self.bytes)
        {
            // As on a full disk: what is there in part is no entry, and must not stand before one.
            file.set_len(self.length)?;
            return Err(why);
        }
        self.before = self.length;
        self.length = self.length.saturating_add(self.bytes.len() as u64);
        Ok(())
    }

    /// Takes back what was written last: nothing may follow it.
    ///
    /// # Errors
    ///
    /// Says that it can't be.
    pub(super) fn take_back(&mut self) -> std::io::Result<()> {
        self.length = self.before;
        self.files.get(self.at).map_or(Ok(()), |(_, file)| file.set_len(self.length))
    }

    /// Ends it, once the table has everything.
    pub(super) fn end(self) {
        for (path, _) in &self.files {
            // Whoever opens the store next finds nothing new in one that stays.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Returns the entries of a file, with their numbers, up to one that was written in part.
fn read(mut bytes: &[u8]) -> Vec<(u64, Entry)> {
    let mut entries = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() {
        let head = u64::from_le_bytes(*head);
        let Some((entry, rest)) = rest.split_at_checked(head as u32 as usize) else { break };
        if (head >> 32) as u32 != sum(entry) {
            break;
        }
        let Some(entry) = one(entry) else { break };
        entries.push(entry);
        bytes = rest;
    }
    entries
}

/// Reads an entry that is whole.
fn one(bytes: &[u8]) -> Option<(u64, Entry)> {
    let (begins, data) = bytes.split_first_chunk::<BEGINS>()?;
    let (seq, rest) = begins.split_first_chunk::<8>()?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let at = Timestamp::from_micros(i64::from_le_bytes(*at)).ok()?;
    let kind = Kind::numbered(*rest.first()?)?;
    Some((u64::from_le_bytes(*seq), Entry { at, kind, data: str::from_utf8(data).ok()?.to_owned() }))
}

/// Takes in what programs left beside a journal as they ended. What a program that runs has written is left to it: that is waited
/// for, up to what it has written by now.
///
/// # Errors
///
/// Says what can't be read or written.
pub(super) async fn take_in(connection: &mut Connection, journal: &Path) -> anyhow::Result<()> {
    let mut runs: Vec<(i64, Vec<(PathBuf, File)>)> = Vec::new();
    for (run, path) in found(journal).context("what lies beside the journal can't be listed")? {
        let unread = || format!("{} can't be taken in", path.display());
        let file = OpenOptions::new().read(true).append(true).open(&path).with_context(unread)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                follow(connection, run, &path).await?;
                continue;
            }
            Err(TryLockError::Error(why)) => return Err(why).with_context(unread),
        }
        match runs.last_mut() {
            Some((last, files)) if *last == run => files.push((path, file)),
            _ => runs.push((run, vec![(path, file)])),
        }
    }
    for (run, files) in runs {
        let mut entries = Vec::new();
        for (path, _) in &files {
            let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
            entries.extend(read(&bytes));
        }
        entries.sort_by_key(|(seq, _)| *seq);
        insert(connection, run, entries).await.context("what a program left of the journal")?;
        for (path, _) in &files {
            std::fs::remove_file(path).with_context(|| format!("can't take {} away", path.display()))?;
        }
    }
    Ok(())
}

/// Waits until the table has what a running program has written into a file by now.
async fn follow(connection: &mut Connection, run: i64, path: &Path) -> anyhow::Result<()> {
    // Where it is gone the program has ended in order meanwhile, and the table has everything.
    let written = std::fs::read(path).map(|bytes| read(&bytes)).unwrap_or_default();
    let Some((last, _)) = written.last() else { return Ok(()) };
    let began = Instant::now();
    while there(connection, run).await? <= *last {
        if began.elapsed() > FOLLOWS {
            tracing::warn!("who writes run {run} is slow: its newest entries are not in the table yet");
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Returns how many entries of a run the table has.
async fn there(connection: &mut Connection, run: i64) -> anyhow::Result<u64> {
    let sql = "SELECT COUNT(*) FROM entry WHERE run = $1";
    let (there,): (i64,) =
        on!(&mut *connection, inner => sqlx::query_as(sql).bind(run).fetch_one(inner).await)?;
    Ok(u64::try_from(there)?)
}

/// Writes into the table what it doesn't have yet of a run.
async fn insert(connection: &mut Connection, run: i64, entries: Vec<(u64, Entry)>) -> anyhow::Result<()> {
    let there = there(connection, run).await?;
    let mut next = there;
    let mut new = Vec::new();
    for (seq, entry) in entries {
        if seq == next {
            new.push(entry);
            next += 1;
        } else if seq > next {
            // The machine has ended, and what is before this with it: then what is there goes up to there.
            tracing::warn!(
                "entries of run {run} before number {seq} are lost, and it goes up to number {next}"
            );
            break;
        }
    }
    if !new.is_empty() {
        tracing::info!("{} entries of run {run} are taken in that it left beside the journal", new.len());
        connection.write_entries(run, i64::try_from(there)?, &new, None).await?;
    }
    Ok(())
}

/// Takes in what programs left beside a journal that is about to be read.
pub(super) async fn take_in_before_it_is_read(journal: &Path) {
    if found(journal).is_ok_and(|found| found.is_empty()) || !journal.exists() {
        return;
    }
    let taken = async {
        let address = super::Address::file(journal);
        let access = super::connection::Access::Write;
        let mut connection = Connection::open(&address, access, super::connection::PATIENCE).await?;
        let taken = take_in(&mut connection, journal).await;
        connection.close().await;
        taken
    };
    if let Err(why) = taken.await {
        tracing::warn!("the newest entries are not read: {why:#}");
    }
}
