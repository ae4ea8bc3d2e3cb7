//! A part's folder: a file a job, named by the job and by its own content, and a manifest once all are there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use shared::backtest::sha256;

use super::plan::{Job, PROGRAM, Plan, SCHEMA, Shard, Written};

/// The manifest's name.
pub(super) const MANIFEST: &str = "part.json";

/// What a part's folder holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    pub(super) program: String,
    /// The whole sweep's name.
    pub(super) sweep: String,
    #[serde(flatten)]
    pub(super) shard: Shard,
    pub(super) plan: Written,
    /// The jobs that are done here.
    pub(super) jobs: Vec<Entry>,
}

/// A job's name, and the SHA-256 of what its file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) job: String,
    pub(super) sha256: String,
}

impl Manifest {
    /// Returns the manifest of a part whose jobs are done.
    pub(super) fn new(plan: &Plan, shard: Shard, jobs: Vec<Entry>) -> Self {
        Self {
            schema: SCHEMA,
            program: PROGRAM.to_owned(),
            sweep: plan.hash(),
            shard,
            plan: plan.written(),
            jobs,
        }
    }

    /// Reads a folder's manifest; `None` where there is none, so that the part isn't whole.
    ///
    /// # Errors
    ///
    /// Names the file that can't be read or is another program's.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        /// What every version begins with.
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
            program: String,
        }
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
        };
        let spoiled = || format!("{} is no manifest of a part", path.display());
        let Version { schema, program } = serde_json::from_slice(&bytes).with_context(spoiled)?;
        if (schema, program.as_str()) != (SCHEMA, PROGRAM) {
            bail!(
                "{} was written by tauroi {program} (schema {schema}), this is {PROGRAM} (schema {SCHEMA}): run the part again",
                path.display()
            );
        }
        Ok(Some(serde_json::from_slice(&bytes).with_context(spoiled)?))
    }

    /// Writes it: with that the part is whole.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        replace(folder, MANIFEST, text.as_bytes())
    }
}

impl Entry {
    /// Returns the name of the job's file. It holds the content's hash, so that a file says by itself whether it is whole.
    pub(super) fn file(&self) -> String {
        format!("{}.{}.json", self.job, self.sha256)
    }

    /// Writes what a job made.
    pub(super) fn write(folder: &Path, job: &Job, bytes: &[u8]) -> anyhow::Result<Self> {
        let entry = Self { job: job.name.clone(), sha256: sha256(bytes) };
        replace(folder, &entry.file(), bytes)?;
        Ok(entry)
    }

    /// Reads what a job made.
    ///
    /// # Errors
    ///
    /// Names the file that isn't there or isn't what was written.
    pub(super) fn read(&self, folder: &Path, said: &str) -> anyhow::Result<Vec<u8>> {
        let path = folder.join(self.file());
        let bytes = fs::read(&path).with_context(|| format!("{said}: {} can't be read", path.display()))?;
        let here = sha256(&bytes);
        if here != self.sha256 {
            bail!(
                "{said}: {} is spoiled: its content has the hash {here}. Run the part again",
                path.display()
            );
        }
        Ok(bytes)
    }

    /// Returns what the folder has whole of earlier runs, in any order; what isn't whole is removed and said.
    pub(super) fn kept(folder: &Path, said: &mut Vec<String>) -> anyhow::Result<Vec<Self>> {
        let listed = || format!("--out: {} can't be listed", folder.display());
        let mut kept = Vec::new();
        for file in fs::read_dir(folder).with_context(listed)? {
            let name = file.with_context(listed)?.file_name();
            let Some(entry) = name.to_str().and_then(Self::of) else { continue };
            let path = folder.join(&name);
            if fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == entry.sha256) {
                kept.push(entry);
            } else {
                said.push(format!("{} was spoiled: its job is done again", path.display()));
                fs::remove_file(&path)
                    .with_context(|| format!("--out: {} can't be removed", path.display()))?;
            }
        }
        Ok(kept)
    }

    /// Returns what a file's name says of it; `None` of what is no job's file.
    fn of(name: &str) -> Option<Self> {
        let mut parts = name.split('.');
        let (job, sha256) = (parts.next()?, parts.next()?);
        let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_job =
            is_hash(job) && is_hash(sha256) && parts.next() == Some("json") && parts.next().is_none();
        is_job.then(|| Self { job: job.to_owned(), sha256: sha256.to_owned() })
    }
}

/// Writes a file beside its place and moves it there: who is killed leaves the whole file or none. The other name is this
/// process's own, as two may do one part: one that was given up for dead, and the one in its stead.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let temporary: PathBuf = folder.join(format!("{}.writing", std::process::id()));
    let path = folder.join(name);
    fs::write(&temporary, bytes)
        .with_context(|| format!("--out: {} can't be written", temporary.display()))?;
    fs::rename(&temporary, &path).with_context(|| format!("--out: {} can't be written", path.display()))
}
