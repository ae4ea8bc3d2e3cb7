//! The wheel `tauroi`: built, and put where a check can import it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::step::Step;
use crate::workspace;

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

/// Builds the wheel with the `maturin` that is beside `python`, unpacks it, and returns the folder to import it from.
///
/// # Errors
///
/// Says what could not be built or installed.
pub fn built(python: &Path, profile: Profile) -> anyhow::Result<PathBuf> {
    let folder = workspace::target().join("python").join(profile.name());
    let (wheels, site) = (folder.join("wheels"), folder.join("site"));
    // What an earlier build left would be installed beside what is built now.
    for old in [&wheels, &site] {
        if old.exists() {
            fs::remove_dir_all(old).with_context(|| format!("{} can't be replaced", old.display()))?;
        }
    }
    let step = |doing: String, usually| Step {
        doing,
        usually,
        remedy: "mend the line that the compiler names, then run the same command again",
    };
    let usually = match profile {
        Profile::Dev => "10 s, the first time 3 min",
        Profile::Release => "10 s, the first time 5 min",
    };
    step(format!("Building the wheel ({})", profile.name()), usually).run(
        Command::new(python.with_file_name("maturin"))
            .args(["build", "--locked", "--auditwheel", "skip", "--profile", profile.name(), "--out"])
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
    step("Installing the wheel".into(), "").run(
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
