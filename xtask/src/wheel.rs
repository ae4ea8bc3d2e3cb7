//! The wheel `tauroi`: built, and put where a check can import it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::step::Step;
use crate::{python, workspace};

const REMEDY: &str = "mend the line that the compiler names, then run the same command again";

/// How the wheel is compiled.
#[derive(Clone, Copy)]
pub enum Profile {
    /// As the other checks' programs are: the mathematics at full speed, the rest soon.
    Dev,
    /// As people get it.
    Release,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// Builds the wheel that people install, and says where it is.
///
/// # Errors
///
/// Says that there is no Python, or what could not be built.
pub fn release() -> anyhow::Result<()> {
    let Some(python) = python::environment(&python::READERS)? else { bail!(python::missing()) };
    let wheel = wheel(&python, Profile::Release)?;
    eprintln!("  ✓ {}", wheel.display());
    Ok(())
}

/// Builds the wheel, unpacks it, and returns the folder to import it from.
///
/// # Errors
///
/// Says what could not be built or installed.
pub fn built(python: &Path, profile: Profile) -> anyhow::Result<PathBuf> {
    let wheel = wheel(python, profile)?;
    // What an earlier build left would be there beside what is built now.
    let site = folder(profile).join("site");
    workspace::emptied(&site)?;
    Step { doing: "Installing the wheel".into(), usually: "", remedy: REMEDY }.run(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-deps",
                "--no-index",
                "--target",
            ])
            .args([&site, &wheel]),
    )?;
    Ok(site)
}

/// Builds the wheel with the `maturin` that is beside `python`, and returns its file.
fn wheel(python: &Path, profile: Profile) -> anyhow::Result<PathBuf> {
    let wheels = folder(profile).join("wheels");
    workspace::emptied(&wheels)?;
    let (usually, audit) = match profile {
        Profile::Dev => ("10 s, the first time 3 min", "skip"),
        // The file's name then says which systems it runs on: those whose C library is as old as this one's.
        Profile::Release => ("10 s, the first time 5 min", "check"),
    };
    Step { doing: format!("Building the wheel ({})", profile.name()), usually, remedy: REMEDY }.run(
        Command::new(python.with_file_name("maturin"))
            .args(["build", "--locked", "--auditwheel", audit, "--profile", profile.name(), "--out"])
            .arg(&wheels)
            .arg("--interpreter")
            .arg(python)
            .current_dir(workspace::root().join("python")),
    )?;
    let mut built: Vec<PathBuf> = fs::read_dir(&wheels)
        .with_context(|| format!("{} can't be read", wheels.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    let (Some(wheel), None) = (built.pop(), built.pop()) else {
        bail!("{} doesn't hold one wheel", wheels.display());
    };
    Ok(wheel)
}

fn folder(profile: Profile) -> PathBuf {
    workspace::target().join("python").join(profile.name())
}
