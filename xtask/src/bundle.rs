//! The page's bundle in `dist/`, and the release that embeds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::step::Step;
use crate::{budget, script, tools, workspace};

/// How much is done to make the bundle small.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// As the compiler leaves it: no Node.js and no wasm-opt needed.
    Plain,
    /// Through wasm-opt: what is released and tested.
    Optimised,
}

/// What goes into the bundle; a change in any of it means a new build.
const INPUTS: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    ".cargo/config.toml",
    "Trunk.toml",
    "index.html",
    "rust-toolchain.toml",
    "frontend/Cargo.toml",
    "frontend/src",
    "frontend/assets",
    "shared/Cargo.toml",
    "shared/src",
    "style",
];

/// Makes sure that `dist/` holds the page, built from the sources as they are now.
pub fn build(kind: Kind) -> anyhow::Result<()> {
    let dist = workspace::root().join("dist");
    let stamp = dist.join(".stamp");
    let inputs = fingerprint()?;
    let wanted = |kind: Kind| format!("{kind:?} {inputs:016x}\n");
    if let Ok(found) = std::fs::read_to_string(&stamp) {
        // An optimised bundle serves where a plain one would do.
        if found == wanted(kind) || found == wanted(Kind::Optimised) {
            return Ok(());
        }
    }
    tools::wasm_target()?;
    let mut folders = vec![tools::trunk()?, tools::wasm_bindgen()?];
    let mut command = Command::new("trunk");
    command.arg("build");
    match kind {
        Kind::Plain => {
            command.args(["--cargo-profile", "wasm-release"]);
        }
        Kind::Optimised => {
            folders.push(tools::wasm_opt()?);
            command.arg("--release");
        }
    }
    Step {
        doing: match kind {
            Kind::Plain => "Building the page".into(),
            Kind::Optimised => "Building the page for release".to_owned(),
        },
        usually: "10 s, the first time 3 min",
        remedy: "if it is an error of the compiler, mend the named line; else `rm -r dist target` and run the same command again",
    }
    .run(command.current_dir(workspace::root()).env("PATH", tools::path_with(&folders)?).env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR"))?;
    if kind == Kind::Optimised {
        for file in files("js")? {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} can't be read", file.display()))?;
            let bare = script::bare(&text).with_context(|| format!("{} can't be bared", file.display()))?;
            std::fs::write(&file, bare).with_context(|| format!("{} can't be written", file.display()))?;
        }
    }
    std::fs::write(&stamp, wanted(kind)).with_context(|| format!("{} can't be written", stamp.display()))
}

/// Builds the release: the optimised page, checked against its budget, inside one binary.
pub fn dist() -> anyhow::Result<()> {
    build(Kind::Optimised)?;
    budget::check()?;
    let binary = release_binary()?;
    eprintln!("  ✓ {}", binary.display());
    Ok(())
}

/// Builds the release binary, with the page that is in `dist/` inside, and returns its path.
pub fn release_binary() -> anyhow::Result<PathBuf> {
    Step {
        doing: "Building the release binary".into(),
        usually: "10 s, the first time 4 min",
        remedy: "mend the line that the compiler names, then run the same command again",
    }
    .run(
        Command::new("cargo")
            .args(["build", "--release", "--locked", "--bin", "tauroi"])
            .current_dir(workspace::root()),
    )?;
    Ok(workspace::target().join("release/tauroi"))
}

/// Returns the files of `dist/` with the extension.
pub fn files(extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let dist = workspace::root().join("dist");
    let entries = std::fs::read_dir(&dist).with_context(|| format!("{} can't be read", dist.display()))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect())
}

/// Returns a hash of the names and contents of everything that goes into the bundle.
fn fingerprint() -> anyhow::Result<u64> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&workspace::root().join(input), &mut files)?;
    }
    files.sort();
    // FNV-1a: only equality matters, and nobody forges sources against their own cache.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for file in files {
        mix(file.to_string_lossy().as_bytes());
        mix(&std::fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?);
    }
    Ok(hash)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| format!("{} can't be read", path.display()))? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}
