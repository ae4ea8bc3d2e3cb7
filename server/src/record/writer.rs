//! The files that a recording is written to.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use shared::units::{Date, Timestamp};

use super::line::{Line, Received};

/// How long lines wait at most before they are written: what is lost when the process is killed.
const WAIT: Duration = Duration::from_secs(5);
/// How many bytes of text wait at most.
const MOST: usize = 4 << 20;
/// How many names are tried for a file.
const NAMES: u32 = 1_000;

/// What has been written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Frames.
    pub(crate) frames: u64,
    /// Marks of what was missed.
    pub(crate) gaps: u64,
    /// Bytes in files.
    pub(crate) bytes: u64,
    /// Files.
    pub(crate) files: u64,
}

/// Writes lines into one file a day of UTC: gzip members one behind the other, each of which is written whole, so that of a
/// process that is killed all but the last few seconds can be read.
pub(super) struct Writer {
    folder: PathBuf,
    name: String,
    file: Option<(Date, PathBuf, File)>,
    member: GzEncoder<Vec<u8>>,
    /// How much text waits, and since when.
    waits: Option<(usize, Instant)>,
    written: Written,
}

impl Received {
    /// Returns the time to the microsecond; what is not in the calendar is its end.
    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_micros(self.0.div_euclid(1_000)).unwrap_or(Timestamp::MAX)
    }
}

fn member() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::default())
}

impl Writer {
    /// Makes the folder; its files are called by `name`, the day and when the recording of it began.
    ///
    /// # Errors
    ///
    /// Names the folder when it can't be made.
    pub(super) fn create(folder: &Path, name: &str) -> anyhow::Result<Self> {
        create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            file: None,
            member: member(),
            waits: None,
            written: Written::default(),
        })
    }

    /// Returns what has been written so far; lines that wait count as frames, not as bytes.
    pub(super) const fn written(&self) -> Written {
        self.written
    }

    /// Writes a line that belongs to a time, and returns whether a file was begun with it: then books must be told anew for
    /// the file to be of use by itself.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn write(&mut self, at: Received, line: &Line) -> anyhow::Result<bool> {
        let is_begun = self.begin(at.timestamp())?;
        let mut text = line.text()?;
        text.push('\n');
        self.member.write_all(text.as_bytes())?;
        match line {
            Line::Frame(_) => self.written.frames += 1,
            Line::Gap(_) => self.written.gaps += 1,
            Line::Note(_) => {}
        }
        let (size, since) = self.waits.unwrap_or((0, Instant::now()));
        self.waits = Some((size + text.len(), since));
        if size + text.len() > MOST {
            self.flush()?;
        }
        Ok(is_begun)
    }

    /// Writes what waits if it has waited long enough.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn flush_in_time(&mut self, now: Instant) -> anyhow::Result<()> {
        match self.waits {
            Some((_, since)) if now.saturating_duration_since(since) >= WAIT => self.flush(),
            _ => Ok(()),
        }
    }

    /// Writes what waits, as a member of its own.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        let Some((_, path, file)) = self.file.as_mut().filter(|_| self.waits.is_some()) else {
            return Ok(());
        };
        let bytes = std::mem::replace(&mut self.member, member()).finish()?;
        file.write_all(&bytes).with_context(|| format!("{} can't be written", path.display()))?;
        self.written.bytes += bytes.len() as u64;
        self.waits = None;
        Ok(())
    }

    /// Sees to it that there is a file of the day.
    fn begin(&mut self, at: Timestamp) -> anyhow::Result<bool> {
        // A clock that goes back a little at midnight begins no file.
        if self.file.as_ref().is_some_and(|(day, ..)| *day >= at.date()) {
            return Ok(false);
        }
        self.flush()?;
        let time = at.to_string();
        let clock: String = time.chars().skip(11).take(8).filter(char::is_ascii_digit).collect();
        let (path, file) = self.create_new(&format!("{}_{}T{clock}Z", self.name, at.date()))?;
        self.file = Some((at.date(), path, file));
        self.written.files += 1;
        Ok(true)
    }

    /// Creates a file under a name that no file has.
    fn create_new(&self, name: &str) -> anyhow::Result<(PathBuf, File)> {
        for k in 1..=NAMES {
            let number = if k == 1 { String::new() } else { format!("-{k}") };
            let path = self.folder.join(format!("{name}{number}.ws.jsonl.gz"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("{} can't be made", path.display())),
            }
        }
        anyhow::bail!("{} has {NAMES} files called {name}", self.folder.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::line::{Gap, Recorded};
    use crate::record::reader::Lines;

    fn at(text: &str) -> Received {
        Received(text.parse::<Timestamp>().unwrap().micros() * 1_000)
    }

    fn frame(at: Received, text: &str) -> Line {
        Line::Frame(Recorded { at: Some(at), text: text.to_owned(), is_polled: false })
    }

    #[test]
    fn a_day_has_a_file_of_its_own_and_what_was_flushed_is_read_whatever_comes_behind() {
        let folder = std::env::temp_dir().join(format!("tauroi-{}-writer", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let (late, early) = (at("2026-11-02T23:59:59.9Z"), at("2026-11-03T00:00:00.1Z"));
        let mut writer = Writer::create(&folder, "X").unwrap();
        assert!(writer.write(late, &frame(late, "{}")).unwrap());
        // Nothing has waited long enough yet.
        writer.flush_in_time(Instant::now()).unwrap();
        assert_eq!(writer.written().bytes, 0);
        writer.flush_in_time(Instant::now() + WAIT).unwrap();
        let flushed = writer.written().bytes;
        assert!(flushed > 0);
        let gap = Line::Gap(Gap { from: Some(late), to: Some(early), why: "cut".to_owned() });
        assert!(writer.write(early, &gap).unwrap());
        // A clock that goes back begins no file, and neither does the same day.
        assert!(!writer.write(late, &frame(late, "[]")).unwrap());
        writer.flush().unwrap();
        let first = folder.join("X_2026-11-02T235959Z.ws.jsonl.gz");
        let second = folder.join("X_2026-11-03T000000Z.ws.jsonl.gz");
        let lines = |path: &Path| Lines::open(path).unwrap().map(Result::unwrap).collect::<Vec<Line>>();
        assert_eq!(lines(&first), [frame(late, "{}")]);
        assert_eq!(lines(&second), [gap, frame(late, "[]")]);
        let Written { frames, gaps, bytes, files } = writer.written();
        assert_eq!((frames, gaps, files), (2, 1, 2));
        assert_eq!(
            bytes,
            std::fs::metadata(&first).unwrap().len() + std::fs::metadata(&second).unwrap().len()
        );
        // The same time again takes another name.
        let mut again = Writer::create(&folder, "X").unwrap();
        again.write(early, &frame(early, "{}")).unwrap();
        again.flush().unwrap();
        assert_eq!(lines(&folder.join("X_2026-11-03T000000Z-2.ws.jsonl.gz")), [frame(early, "{}")]);
        // A member that was being written when the machine went down.
        let whole = std::fs::read(&second).unwrap();
        std::fs::write(&second, [&whole[..], &whole[..whole.len() / 2]].concat()).unwrap();
        let read: Vec<_> = Lines::open(&second).unwrap().collect();
        let (last, before) = read.split_last().unwrap();
        assert!(before.len() >= 2 && before.iter().all(Result::is_ok), "{read:?}");
        assert!(last.as_ref().unwrap_err().why.starts_with("the file breaks off here"), "{read:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
