//! The log of signals: a file of JSON Lines that is only ever appended to, and never holds half a line.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// How much is read at a time from the end of a log, in bytes.
const BLOCK: u64 = 1 << 16;
/// The longest line that is taken for one, in bytes.
const MAX_LINE: u64 = 1 << 20;

/// A log that this process writes.
///
/// A run's lines are appended with one write and are on the disk before the next run begins. As long as it is open no
/// other process can open it for writing: two loops would write every row twice.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    path: PathBuf,
}

/// What a log was like when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// What was mended, as a person should read it.
    pub(crate) mended: Option<String>,
    /// Its last line.
    pub(crate) last: Option<String>,
}

impl Log {
    /// Opens a log, or begins one, with the folders that it lies in. A last line that was only half written, as by a
    /// machine that went off, is taken away; one that only lacks its end gets it.
    ///
    /// # Errors
    ///
    /// Says that another process writes it, or what the operating system refused.
    pub(crate) fn open(path: &Path) -> anyhow::Result<(Self, Opened)> {
        let shown = path.display();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path);
        let mut file = file.with_context(|| format!("can't open {shown}"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                bail!("{shown} is written by another process: stop that, or name another file with --log")
            }
            Err(std::fs::TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("can't lock {shown}"));
            }
        }
        let mended = mend(&mut file).with_context(|| shown.to_string())?;
        let last = last_line(&mut file).with_context(|| shown.to_string())?;
        let mended = mended.map(|what| format!("{shown}: {what}"));
        Ok((Self { file, path: path.to_owned() }, Opened { mended, last }))
    }

    /// Appends lines, all of them or none.
    ///
    /// # Errors
    ///
    /// Says why nothing was written, such as a full disk.
    pub(crate) fn append(&mut self, lines: &[String]) -> anyhow::Result<()> {
        let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        let shown = self.path.display();
        let before = self.file.metadata().with_context(|| shown.to_string())?.len();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("{shown} can't be written")).inspect_err(|_| {
            // What is there of it is half a run. If this fails too, the next opening mends it.
            let _ = self.file.set_len(before);
        })
    }
}

/// Takes half a last line away, or ends a whole one, and says what was done.
fn mend(file: &mut File) -> anyhow::Result<Option<String>> {
    let length = file.metadata()?.len();
    let (begins, tail) = tail(file, length)?;
    if tail.is_empty() {
        return Ok(None);
    }
    if serde_json::from_slice::<serde::de::IgnoredAny>(&tail).is_ok() {
        file.write_all(b"\n")?;
        return Ok(Some("its last line had no end and got one".to_owned()));
    }
    file.set_len(begins)?;
    file.sync_data()?;
    Ok(Some(format!("its last line was half written: {} bytes of it were taken away", tail.len())))
}

/// Returns where the bytes before `end` begin that hold no end of a line, and these bytes.
fn tail(file: &mut File, end: u64) -> anyhow::Result<(u64, Vec<u8>)> {
    let (mut begins, mut tail) = (end, Vec::new());
    while begins > 0 {
        let block = BLOCK.min(begins);
        file.seek(SeekFrom::Start(begins - block))?;
        let mut read = Vec::new();
        (&*file).take(block).read_to_end(&mut read)?;
        let whole = read.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let kept = read.split_off(whole);
        begins -= kept.len() as u64;
        tail.splice(0..0, kept);
        if whole > 0 {
            break;
        }
        if tail.len() as u64 > MAX_LINE {
            bail!("it has a line of more than {MAX_LINE} bytes: it is no log of signals");
        }
    }
    Ok((begins, tail))
}

/// Returns the last whole line.
fn last_line(file: &mut File) -> anyhow::Result<Option<String>> {
    let length = file.metadata()?.len();
    let Some(end) = length.checked_sub(1) else { return Ok(None) };
    let (_, line) = tail(file, end)?;
    Ok(Some(String::from_utf8(line).context("its last line is no text")?))
}

/// Returns the last lines of a log as they are in it, `most` bytes of them at most and each whole; nothing where there is no
/// file yet.
///
/// # Errors
///
/// Fails when the file can't be read.
pub(crate) fn last_bytes(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("can't open {}", path.display())),
    };
    let length = file.metadata()?.len();
    let from = length.saturating_sub(most);
    // One byte earlier, so that a line that begins right there is known to.
    let start = from.saturating_sub(1);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length - start).read_to_end(&mut bytes)?;
    // What follows the last end is being written.
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    if from > 0 {
        let begins = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        bytes.drain(..begins);
    }
    Ok(bytes)
}

/// Returns the same, line by line, oldest first.
///
/// # Errors
///
/// As for [`last_bytes`].
pub(crate) fn latest(path: &Path, most: u64) -> anyhow::Result<Vec<String>> {
    let bytes = last_bytes(path, most)?;
    Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    /// A path in a folder of its own that is gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("tauroi-log-{}-{name}", std::process::id()));
            let _ = std::fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn log(&self) -> PathBuf {
            self.0.join("signals/signal_log.jsonl")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_log_is_begun_appended_to_and_gone_on_with() {
        let folder = Folder::new("begun");
        let (mut log, opened) = Log::open(&folder.log()).unwrap();
        assert_eq!(opened, Opened { mended: None, last: None });
        log.append(&["{\"a\":1}".to_owned(), "{\"a\":2}".to_owned()]).unwrap();
        // A second writer is refused as long as there is a first.
        let refused = Log::open(&folder.log()).unwrap_err().to_string();
        assert!(refused.contains("another process"), "{refused}");
        drop(log);
        let (mut log, opened) = Log::open(&folder.log()).unwrap();
        assert_eq!(opened.last.as_deref(), Some("{\"a\":2}"));
        log.append(&["{\"a\":3}".to_owned()]).unwrap();
        assert_eq!(lines(&folder.log()), ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
        assert_eq!(latest(&folder.log(), 16).unwrap(), ["{\"a\":2}", "{\"a\":3}"]);
        assert_eq!(latest(&folder.log(), 15).unwrap(), ["{\"a\":3}"]);
        assert_eq!(latest(&folder.log(), 7).unwrap(), Vec::<String>::new());
        assert_eq!(latest(&folder.0.join("nothing"), 7).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_log_is_left_alone() {
        let folder = Folder::new("foreign");
        std::fs::create_dir_all(folder.log().parent().unwrap()).unwrap();
        let foreign = vec![b'x'; (MAX_LINE + 2 * BLOCK) as usize];
        std::fs::write(folder.log(), &foreign).unwrap();
        let refused = format!("{:#}", Log::open(&folder.log()).unwrap_err());
        assert!(refused.contains("no log of signals"), "{refused}");
        assert_eq!(std::fs::read(folder.log()).unwrap(), foreign);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Wherever a write was cut, what was whole stays, the half is gone or ended, and nothing is doubled.
        #[test]
        fn a_torn_line_is_mended(
            sizes in proptest::collection::vec(0usize..90_000, 1..4), cut in 0usize..100_000,
        ) {
            let folder = Folder::new("torn");
            let path = folder.log();
            let all: Vec<String> = sizes.iter().map(|size| format!("{{\"a\":\"{}\"}}", "y".repeat(*size))).collect();
            let (mut log, _) = Log::open(&path).unwrap();
            log.append(&all).unwrap();
            drop(log);
            let bytes = std::fs::read(&path).unwrap();
            let kept = bytes.len().saturating_sub(cut);
            std::fs::write(&path, &bytes[..kept]).unwrap();
            let (mut log, opened) = Log::open(&path).unwrap();
            log.append(&["{}".to_owned()]).unwrap();
            let found = lines(&path);
            let whole = found.len() - 1;
            prop_assert!(found[..whole] == all[..whole]);
            // Only a line that is not there to its last brace is lost.
            let there: usize = all.iter().take_while({
                let mut end = 0;
                move |line| { end += line.len(); let is_there = end <= kept; end += 1; is_there }
            }).count();
            prop_assert_eq!(whole, there);
            let is_torn = kept > 0 && bytes[kept - 1] != b'\n';
            prop_assert_eq!(opened.mended.is_some(), is_torn);
            prop_assert_eq!(opened.last.as_ref(), all[..whole].last());
        }
    }
}
