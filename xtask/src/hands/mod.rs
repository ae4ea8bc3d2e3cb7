//! Changing what decides about money by hand, one mistake at a time, to see whether the desks that every check simulates notice.
//!
//! Nothing of the checkout itself is changed: a copy of it is, under `target`, which has a folder of its own for what is
//! built.

mod changes;
mod copy;

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use self::changes::{CHANGES, Change};
use self::copy::Copy;
use crate::checks::SIMULATED;
use crate::step::{Step, duration};
use crate::workspace;

/// Makes each change, builds the simulation, and simulates until something is violated.
pub fn run() -> anyhow::Result<()> {
    let folder = workspace::target().join("hands");
    let copy = Copy::new(workspace::root(), folder.join("workspace"))?;
    let mut unnoticed = Vec::new();
    for change in CHANGES {
        let began = Instant::now();
        let noticed = copy.with(change, || simulate(&copy, &folder, change))?;
        let took = duration(began.elapsed().as_secs());
        let Change { name, why, .. } = change;
        match noticed {
            Some(violation) => eprintln!("  ✓ {name} ({why}), {took}: {violation}"),
            None => {
                eprintln!("  ✗ {name} ({why}), {took}: no seed noticed");
                unnoticed.push(*name);
            }
        }
    }
    eprintln!("{} of {} changes were noticed", CHANGES.len() - unnoticed.len(), CHANGES.len());
    if !unnoticed.is_empty() {
        bail!("not noticed by {} seeds of {} hours: {}", SIMULATED.0, SIMULATED.1, unnoticed.join(", "));
    }
    Ok(())
}

/// Simulates what is in the copy, and returns what was violated first, if anything was.
fn simulate(copy: &Copy, folder: &std::path::Path, change: &Change) -> anyhow::Result<Option<String>> {
    let built = folder.join("target");
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--release", "-p", "shared", "--example", "simulate"])
        // It is built a dozen times, and runs for seconds: the same numbers come of it, whatever was inlined.
        .args(["--config", "profile.release.lto=\"off\"", "--config", "profile.release.incremental=true"])
        .args(["--config", "profile.release.package.shared.codegen-units=16"])
        .current_dir(copy.root())
        .env("CARGO_TARGET_DIR", &built);
    Step {
        doing: format!("Building the simulation with \"{}\"", change.name),
        usually: "half a minute",
        remedy: "see what the change has become",
    }
    .run(&mut build)?;
    let output = Command::new(built.join("release/examples/simulate"))
        .args(["--seeds", &SIMULATED.0.to_string(), "--hours", &SIMULATED.1.to_string(), "--brief"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => Ok(None),
        Some(1) => {
            let violated = text.lines().find(|line| line.starts_with("VIOLATED"));
            violated
                .map(|line| Some(line.to_owned()))
                .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
        }
        _ => bail!(
            "{}: the simulation ended with {}: {}",
            change.name,
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_can_be_made() {
        for change in CHANGES {
            let text = std::fs::read_to_string(workspace::root().join(change.file)).unwrap();
            let changed = copy::changed(&text, change).unwrap();
            assert_ne!(changed, text, "{}", change.name);
        }
    }

    #[test]
    fn a_change_whose_place_is_gone_is_named() {
        let change = &CHANGES[0];
        let why = copy::changed("", change).unwrap_err().to_string();
        assert!(why.contains(change.name) && why.contains("0 times"), "{why}");
        assert!(copy::changed(&change.from.repeat(2), change).is_err());
    }

    #[test]
    fn a_copy_is_changed_for_as_long_as_it_takes_and_no_longer() {
        let folder = std::env::temp_dir().join(format!("tauroi-hands-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        let change = &CHANGES[0];
        let file = from.join(change.file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::create_dir_all(from.join("target")).unwrap();
        std::fs::create_dir_all(to.join("gone")).unwrap();
        std::fs::write(&file, change.from).unwrap();
        let copy = Copy::new(&from, to.clone()).unwrap();
        let read = || std::fs::read_to_string(to.join(change.file)).unwrap();
        assert!(!to.join("target").exists() && !to.join("gone").exists());
        assert_eq!(copy.with(change, || Ok(read())).unwrap(), change.to);
        assert!(copy.with(change, || -> anyhow::Result<()> { bail!("it fails") }).is_err());
        assert_eq!(read(), change.from);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), change.from);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
