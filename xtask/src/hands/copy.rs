//! A copy of the workspace, to be changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::changes::Change;

/// What of the workspace is not copied: what was built, and what is nobody's source.
const LEFT_OUT: [&str; 4] = ["target", "dist", ".git", "node_modules"];

/// A copy of the workspace.
pub struct Copy {
    root: PathBuf,
}

impl Copy {
    /// Brings the copy in `root` up to date with the workspace in `from`: what is the same is not written again, so that it is
    /// not built again.
    pub fn new(from: &Path, root: PathBuf) -> anyhow::Result<Self> {
        mirror(from, &root, &root)?;
        Ok(Self { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a change, does something, and takes the change back, whatever comes of it.
    pub fn with<T>(&self, change: &Change, does: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let path = self.root.join(change.file);
        let before = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        fs::write(&path, changed(&before, change)?)?;
        let outcome = does();
        fs::write(&path, before)?;
        outcome
    }
}

/// Returns a text with a change made in it.
pub fn changed(text: &str, change: &Change) -> anyhow::Result<String> {
    let Change { name, file, from, to, .. } = change;
    let often = text.matches(from).count();
    ensure!(
        often == 1,
        "\"{name}\" can't be made: in {file} this stands {often} times instead of once: {from}"
    );
    Ok(text.replacen(from, to, 1))
}

/// Makes a folder the same as another one, but for what `copy` is in.
fn mirror(from: &Path, to: &Path, copy: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    let entries = |folder: &Path| -> anyhow::Result<Vec<fs::DirEntry>> {
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        Ok(entries.collect::<Result<_, _>>()?)
    };
    for entry in entries(from)? {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) || copy.starts_with(&source) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            mirror(&source, &target, copy)?;
        } else {
            let content = fs::read(&source).with_context(|| source.display().to_string())?;
            if fs::read(&target).ok().as_ref() != Some(&content) {
                fs::write(&target, content)?;
            }
        }
    }
    // What is no longer there would be built all the same.
    for entry in entries(to)? {
        if !from.join(entry.file_name()).exists() {
            let path = entry.path();
            if entry.file_type()?.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
    }
    Ok(())
}
