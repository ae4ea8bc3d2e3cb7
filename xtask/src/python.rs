//! Python for the checks that need it: an interpreter that is new enough, and packages that are pinned by their hashes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::step::Step;
use crate::workspace;

/// The oldest version that Kalshi's SDK runs on.
const OLDEST: (u32, u32) = (3, 13);
/// The names by which it may be on the PATH.
const NAMES: [&str; 3] = ["python3.13", "python3.14", "python3"];

/// Packages that go together.
pub struct Packages {
    /// The file that pins them, below the checkout.
    requirements: &'static str,
    /// What tells their environment from others', in the cache.
    folder: &'static str,
    /// What they are, for people.
    said: &'static str,
}

/// What speaks with the paper exchange and reads what commands write.
pub const READERS: Packages = Packages {
    requirements: "server/tests/sdk/requirements.txt",
    folder: "",
    said: "Kalshi's SDK, pandas, polars, DuckDB and maturin",
};
/// What stands in for S3, and what looks into it.
pub const STORES: Packages = Packages {
    requirements: "server/tests/s3/requirements.txt",
    folder: "-s3",
    said: "moto, boto3, DuckDB and pyarrow",
};
/// What reads workflows and compose files.
pub const LINTERS: Packages = Packages {
    requirements: "deploy/lint/requirements.txt",
    folder: "-lint",
    said: "actionlint and compose-lint",
};
/// What sweeps run on.
pub const RAY: Packages =
    Packages { requirements: "tools/sweep/requirements.txt", folder: "-ray", said: "Ray" };

/// Returns an interpreter with the packages, which are installed into the user's cache where they are not yet; nothing where
/// the machine has no Python that is new enough.
///
/// # Errors
///
/// Says what could not be installed.
pub fn environment(packages: &Packages) -> anyhow::Result<Option<PathBuf>> {
    let Some((interpreter, version)) = find() else { return Ok(None) };
    let file = workspace::root().join(packages.requirements);
    let wanted = fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
    let folder = workspace::cache().join(format!("python/{}.{}{}", version.0, version.1, packages.folder));
    let python = folder.join("bin/python");
    // Written last: what is there is whole.
    let installed = folder.join("installed.txt");
    if fs::read(&installed).is_ok_and(|there| there == wanted) && asked(&python) == Some(version) {
        return Ok(Some(python));
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} can't be replaced", folder.display()))?;
    }
    let remedy = "look at the log, then run the same command again";
    let step = |doing: String, usually| Step { doing, usually, remedy };
    step(format!("Making an environment of Python {}.{}", version.0, version.1), "5 s")
        .run(Command::new(&interpreter).args(["-m", "venv"]).arg(&folder))?;
    step(format!("Installing {} for it", packages.said), "1 min").run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--no-deps"])
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(&file),
    )?;
    fs::write(&installed, wanted).with_context(|| format!("{} can't be written", installed.display()))?;
    Ok(Some(python))
}

/// Returns why a check that needs Python can't run, for people.
pub fn missing() -> String {
    format!("there is no Python {}.{} or newer with venv, on the PATH or with pyenv", OLDEST.0, OLDEST.1)
}

/// Returns the first interpreter that is new enough, with its version: of those on the PATH, then of pyenv's.
fn find() -> Option<(PathBuf, (u32, u32))> {
    let named = NAMES.iter().map(PathBuf::from);
    // Only asked where none of those will do.
    let kept = std::iter::once_with(of_pyenv).flatten();
    named.chain(kept).find_map(|python| {
        let version = asked(&python)?;
        (version >= OLDEST).then_some((python, version))
    })
}

/// Returns the interpreters that pyenv keeps.
fn of_pyenv() -> Vec<PathBuf> {
    let said = |argument: &[&str]| {
        let output =
            Command::new("pyenv").args(argument).output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    let root = said(&["root"]);
    let versions = Path::new(root.trim()).join("versions");
    said(&["versions", "--bare"]).lines().map(|name| versions.join(name.trim()).join("bin/python")).collect()
}

/// Returns the version that an interpreter says it is. One that doesn't run says nothing: a shim of pyenv's may be on the
/// PATH without a version behind it. Nor does one that can make no environments: Debian packs that apart.
fn asked(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])";
    let output = Command::new(python).args(["-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
