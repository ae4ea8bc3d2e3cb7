//! The thread that writes a journal.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context;
use axum::body::Bytes;
use shared::units::Timestamp;

use super::entry::{Answer, Digesting, Entry, Header, Said};

/// How many notes may wait for the writer. Where the disk is slower than the exchange, the exchange waits.
const WAITING: usize = 65_536;

/// What the writer is handed.
pub(super) enum Note {
    /// Something is done: its number, when, and what.
    Said(u64, Timestamp, Said),
    /// What was answered to a request of this number.
    Answer(u64, u16, Bytes),
    /// What a client is told.
    Frame(u64, String),
    /// The exchange has ended.
    End(Timestamp),
}

/// A journal's other end.
#[derive(Debug)]
pub(in crate::paper) struct Written(JoinHandle<anyhow::Result<()>>);

impl Written {
    /// Waits until all is written; whoever holds a [`super::Journal`] must have let go of it, or have noted the end.
    ///
    /// # Errors
    ///
    /// Names the file that could not be written.
    pub(in crate::paper) fn finish(self) -> anyhow::Result<()> {
        self.0.join().unwrap_or_else(|_| anyhow::bail!("the journal's writer panicked"))
    }
}

/// Creates the file, writes its first line and begins to take notes.
pub(super) fn begin(path: &Path, header: &Header) -> anyhow::Result<(SyncSender<Note>, Written)> {
    let unwritten = format!("can't write {}", path.display());
    let file = File::create(path).with_context(|| unwritten.clone())?;
    let mut lines = Lines { file: BufWriter::new(file), last: 0, frames: BTreeMap::new() };
    lines.write(&Entry::Settings(header.clone())).with_context(|| unwritten.clone())?;
    lines.file.flush().with_context(|| unwritten.clone())?;
    let (writer, notes) = sync_channel(WAITING);
    let thread = std::thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || lines.take(&notes).context(unwritten))
        .context("the journal's writer can't be started")?;
    Ok((writer, Written(thread)))
}

/// The file, and the frames that are not in it yet.
struct Lines {
    file: BufWriter<File>,
    /// The number of the last entry.
    last: u64,
    frames: BTreeMap<u64, Digesting>,
}

impl Lines {
    fn take(&mut self, notes: &Receiver<Note>) -> anyhow::Result<()> {
        loop {
            let note = match notes.try_recv() {
                Ok(note) => note,
                Err(TryRecvError::Empty) => {
                    // Whoever looks into the file while nothing happens finds all that has.
                    self.file.flush()?;
                    let Ok(note) = notes.recv() else { break };
                    note
                }
                Err(TryRecvError::Disconnected) => break,
            };
            match note {
                Note::Said(n, at, said) => {
                    self.write_frames()?;
                    self.last = n;
                    self.write(&Entry::Said { n, at, said })?;
                }
                Note::Answer(n, status, body) => {
                    self.write(&Entry::Answer { n, answer: Answer::of(status, &body) })?;
                }
                Note::Frame(client, text) => self.frames.entry(client).or_default().add(&text),
                Note::End(at) => {
                    self.write_frames()?;
                    self.write(&Entry::End { at })?;
                    break;
                }
            }
        }
        Ok(self.file.flush()?)
    }

    /// Writes what clients were told since the last entry.
    fn write_frames(&mut self) -> anyhow::Result<()> {
        for (client, frames) in std::mem::take(&mut self.frames) {
            self.write(&Entry::Frames { n: self.last, client, frames: frames.finish() })?;
        }
        Ok(())
    }

    fn write(&mut self, entry: &Entry) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        Ok(self.file.write_all(&line)?)
    }
}
