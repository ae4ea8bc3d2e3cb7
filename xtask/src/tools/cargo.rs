//! Programs of Rust's registry, built with exactly the versions that a lock file names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::found::{answers, on_path};
use crate::step::Step;
use crate::workspace;

/// A program of the registry.
pub(super) struct Program<'a> {
    /// The name of what is run.
    pub(super) binary: &'static str,
    /// The package that it is of.
    pub(super) package: &'static str,
    /// The one version that will do.
    pub(super) version: &'a str,
    /// What it is built with.
    pub(super) features: &'static [&'static str],
    /// How long that usually takes on two cores.
    pub(super) usually: &'static str,
}

/// What takes the place of a version that a program's lock file names, where a registry that has fallen behind lacks it: the
/// one before, by its hash.
struct Instead {
    program: &'static str,
    version: &'static str,
    dependency: &'static str,
    named: Locked,
    pinned: Locked,
}

/// A version, with the hash of its archive as lock files have it.
struct Locked {
    version: &'static str,
    checksum: &'static str,
}

const INSTEAD: [Instead; 1] = [Instead {
    program: "wasm-bindgen-cli",
    version: "0.2.130",
    dependency: "webpki-roots",
    named: Locked {
        version: "1.0.11",
        checksum: "f5f280bbb2b287bc8e7de7e3852945a0ff50d1bbcb5ed42b6c7a568c546df171",
    },
    pinned: Locked {
        version: "1.0.10",
        checksum: "1c1c8e20c8a38fc7d65abfe74eb7280e4aa667e8eec8bc84996d2874810748d9",
    },
}];

impl Program<'_> {
    /// Finds it on the PATH or in the cache, or builds it into the cache, and returns its folder.
    ///
    /// It is never built with versions that nobody has written down: those could be anything by tomorrow.
    ///
    /// # Errors
    ///
    /// Says why it can't be built, or that what was built does not run.
    pub(super) fn find_or_build(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = on_path(self.binary, self.version) {
            return Ok(folder);
        }
        let folder = self.prefix().join("bin");
        if answers(&folder.join(self.binary), self.version) {
            return Ok(folder);
        }
        let step = Step {
            doing: format!("Building {} {} (once)", self.package, self.version),
            usually: self.usually,
            remedy: "look at the log, then run the same command again: it goes on where it stopped",
        };
        let build = self.build();
        if let Err(error) = step.run(self.install(&build).arg(format!("{}@={}", self.package, self.version)))
        {
            if !lacks_a_locked_version(&error.to_string()) {
                return Err(error);
            }
            let source = self.with_versions_that_are_there(&build)?;
            step.run(self.install(&build).arg("--path").arg(source))?;
        }
        let _ = fs::remove_dir_all(&build);
        if !answers(&folder.join(self.binary), self.version) {
            bail!("{} was built but {} does not run", self.package, folder.join(self.binary).display());
        }
        Ok(folder)
    }

    fn prefix(&self) -> PathBuf {
        workspace::cache().join("tools").join(format!("{}-{}", self.package, self.version))
    }

    /// A build folder of its own, kept until the tool is there: an interrupted build goes on where it stopped.
    fn build(&self) -> PathBuf {
        workspace::cache().join("tools").join(format!("{}-{}-build", self.package, self.version))
    }

    /// Builds and installs what is named after it, with the versions of its lock file.
    fn install(&self, build: &Path) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(["install", "--locked", "--debug", "--force"])
            .args(self.features)
            .arg("--root")
            .arg(self.prefix())
            .current_dir(workspace::root())
            .env("CARGO_TARGET_DIR", build)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_INCREMENTAL", "false");
        command
    }

    /// Copies the program's source, which cargo has just unpacked, and puts what is pinned here into its lock file.
    fn with_versions_that_are_there(&self, build: &Path) -> anyhow::Result<PathBuf> {
        let unpacked = unpacked(self.package, self.version)?;
        let copy = build.join("source");
        workspace::emptied(&copy)?;
        copied(&unpacked, &copy)?;
        let lock = copy.join("Cargo.lock");
        let text = fs::read_to_string(&lock).with_context(|| format!("{} can't be read", lock.display()))?;
        let (text, replaced) = pinned(text, self.package, self.version);
        if replaced.is_empty() {
            bail!(
                "the registry lacks a version that the lock file of {} {} names, as the log says.\n  What to do: wait until \
                 it is there, or add the one before to `INSTEAD`, in {}",
                self.package,
                self.version,
                file!()
            );
        }
        fs::write(&lock, text).with_context(|| format!("{} can't be written", lock.display()))?;
        eprintln!("  · The registry has fallen behind: {} instead", replaced.join(", "));
        Ok(copy)
    }
}

/// Returns a program's lock file with what is pinned here, and what that is, for people.
fn pinned(mut lock: String, program: &str, version: &str) -> (String, Vec<String>) {
    let mut replaced = Vec::new();
    for instead in INSTEAD.iter().filter(|instead| instead.program == program && instead.version == version) {
        let entry = |locked: &Locked| {
            format!(
                "name = \"{}\"\nversion = \"{}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                 checksum = \"{}\"\n",
                instead.dependency, locked.version, locked.checksum
            )
        };
        let named = entry(&instead.named);
        if lock.contains(&named) {
            lock = lock.replace(&named, &entry(&instead.pinned));
            replaced.push(format!("{} {}", instead.dependency, instead.pinned.version));
        }
    }
    (lock, replaced)
}

/// Returns the folder into which cargo unpacks a package of the registry.
fn unpacked(package: &str, version: &str) -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let sources = home.join("registry/src");
    let registries =
        fs::read_dir(&sources).with_context(|| format!("{} can't be read", sources.display()))?;
    let name = format!("{package}-{version}");
    let folders = registries.flatten().map(|registry| registry.path().join(&name));
    folders
        .into_iter()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .with_context(|| format!("{} has no {name} with a lock file", sources.display()))
}

/// Copies a folder with all that is in it.
fn copied(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} can't be made", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("{} can't be read", from.display()))? {
        let entry = entry?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copied(&path, &place)?;
        } else {
            fs::copy(&path, &place).with_context(|| format!("{} can't be copied", path.display()))?;
        }
    }
    Ok(())
}

/// Tells from cargo's output that the registry doesn't have a version that a lock file names, as a mirror that lags
/// behind: the one failure for which there may be another version.
fn lacks_a_locked_version(output: &str) -> bool {
    let refused = "failed to select a version for the requirement `";
    output.lines().any(|line| line.contains(refused) && line.contains("(locked to "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lagging_registry_is_built_around() {
        let lagging = "Installing failed.\n    error: failed to compile `trunk v0.21.14`\n    Caused by:\n      \
                       failed to select a version for the requirement `itoa = \"^1\"` (locked to 1.0.999)\n      \
                       candidate versions found which didn't match: 1.0.19";
        assert!(lacks_a_locked_version(lagging));
        for other in [
            "error: could not find native static library `z`",
            "error: cannot find macro `x` in this scope",
            "error: no matching package named `itoa` found",
            "failed to select a version for the requirement `itoa = \"^99\"`",
            "error: linker `cc` not found",
        ] {
            assert!(!lacks_a_locked_version(other), "{other}");
        }
    }

    #[test]
    fn a_version_gives_way_to_the_one_that_is_pinned_and_to_no_other() {
        let [instead] = &INSTEAD;
        let entry = |locked: &Locked| {
            format!(
                "[[package]]\nname = \"webpki-roots\"\nversion = \"{}\"\nsource = \
                 \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{}\"\ndependencies = [\n]\n",
                locked.version, locked.checksum
            )
        };
        let (lock, replaced) = pinned(entry(&instead.named), "wasm-bindgen-cli", "0.2.130");
        assert_eq!((lock, replaced), (entry(&instead.pinned), vec!["webpki-roots 1.0.10".to_owned()]));
        for (program, version) in [("wasm-bindgen-cli", "0.2.131"), ("trunk", "0.21.14")] {
            assert_eq!(pinned(entry(&instead.named), program, version).1, Vec::<String>::new());
        }
        let other = entry(&Locked { version: "1.0.12", ..instead.named });
        assert_eq!(pinned(other.clone(), "wasm-bindgen-cli", "0.2.130"), (other, Vec::new()));
    }
}
