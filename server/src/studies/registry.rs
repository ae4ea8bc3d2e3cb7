//! What is written beside a study's file: what it was when it was frozen, and each look.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize};
use shared::backtest::sha256;
use shared::study::Looks;
use shared::units::Timestamp;

/// What names a frozen study.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    sha256: String,
    at: Timestamp,
}

/// The files beside a study's.
pub(crate) struct Registry {
    file: PathBuf,
    sha256: String,
}

impl Registry {
    /// Returns those of the study in `file`, which says `text`.
    pub(crate) fn of(file: &Path, text: &str) -> Self {
        Self { file: file.to_owned(), sha256: sha256(text.as_bytes()) }
    }

    /// Returns the SHA-256 of the study's file.
    pub(crate) fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns where looks are written.
    pub(crate) fn path(&self) -> PathBuf {
        self.beside("looks.jsonl")
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".");
        name.push(ending);
        name.into()
    }

    /// Writes down what the file is now, at `now`, and returns when it was first written down; the same file may be frozen
    /// again.
    ///
    /// # Errors
    ///
    /// Says so if it was frozen as another, or can't be written.
    pub(crate) fn freeze(&self, now: Timestamp) -> anyhow::Result<Timestamp> {
        let path = self.beside("lock");
        let text = serde_json::to_string(&Lock { sha256: self.sha256.clone(), at: now })? + "\n";
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut lock) => {
                lock.write_all(text.as_bytes())
                    .and_then(|()| lock.sync_all())
                    .with_context(|| format!("{} can't be written", path.display()))?;
                Ok(now)
            }
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => self.frozen(),
            Err(why) => Err(anyhow!(why).context(format!("{} can't be written", path.display()))),
        }
    }

    /// Returns when the study was frozen.
    ///
    /// # Errors
    ///
    /// Says so if it wasn't, or as another file.
    pub(crate) fn frozen(&self) -> anyhow::Result<Timestamp> {
        let path = self.beside("lock");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
                let file = self.file.display();
                bail!("{file} is not frozen: `tauroi study freeze {file}` comes first")
            }
            Err(why) => return Err(anyhow!(why).context(format!("{} can't be read", path.display()))),
        };
        frozen(&text, &self.sha256).with_context(|| self.file.display().to_string())
    }

    /// Returns the looks so far, and the file for more, which nobody else has open for that.
    ///
    /// # Errors
    ///
    /// Says which line is wrong, or that somebody else looks at this time.
    pub(crate) fn looks(&self) -> anyhow::Result<(Looks, File)> {
        let path = self.path();
        let named = || format!("{} can't be read", path.display());
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(&path).with_context(named)?;
        if let Err(why) = file.try_lock() {
            bail!("{}: somebody else looks at this study just now: {why}", path.display());
        }
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(named)?;
        Ok((looks(&text, &self.sha256).with_context(|| path.display().to_string())?, file))
    }
}

/// Returns when a study whose file has this SHA-256 was frozen, by the text of its lock.
///
/// # Errors
///
/// Says that the lock can't be read, or that another file was frozen.
pub(super) fn frozen(lock: &str, sha256: &str) -> anyhow::Result<Timestamp> {
    let lock: Lock = serde_json::from_str(lock).context("its lock can't be read")?;
    if lock.sha256 != sha256 {
        bail!(
            "it has changed since it was frozen at {}: it was {}, it is {sha256}. Another study is another file",
            lock.at,
            lock.sha256,
        );
    }
    Ok(lock.at)
}

/// Returns the looks at a study whose file has this SHA-256, a line each.
///
/// # Errors
///
/// Says which line is wrong.
pub(super) fn looks(lines: &str, sha256: &str) -> anyhow::Result<Looks> {
    let mut looks = Looks::none();
    for (place, line) in lines.lines().enumerate() {
        let named = || format!("line {}", place + 1);
        let look = serde_json::from_str(line).with_context(|| format!("{} can't be read", named()))?;
        looks.take(sha256, look, line)?;
    }
    Ok(looks)
}

/// Writes a line behind the others, to the disk.
pub(crate) fn append(file: &mut File, line: &str) -> std::io::Result<()> {
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}
