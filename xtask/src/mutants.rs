//! Changing what decides about money, one place at a time, to see whether its tests notice.

use std::process::Command;

use anyhow::{Context, bail};

use crate::step::{Step, show_for_as_long_as_it_takes as show};
use crate::{tools, workspace};

/// How many changes are tried.
const DRAWN: usize = 150;
/// What is changed.
const FILES: [&str; 3] = ["shared/src/risk/**", "shared/src/execution/**", "shared/src/ledger/**"];
/// The tests that may notice.
const TESTS: [&str; 4] = ["risk::", "execution::", "ledger::", "engine::"];
/// The share of changes that must be noticed, in hundredths.
const NOTICED: usize = 90;

/// Tries 150 changes that the seed draws: every so manieth of all that there are, from another one on.
pub fn run(rng_seed: u64) -> anyhow::Result<()> {
    let path = tools::path_with(&[tools::cargo_mutants()?])?;
    let command = || {
        let mut command = Command::new("cargo");
        command.args(["mutants", "--package", "shared"]).current_dir(workspace::root()).env("PATH", &path);
        FILES.iter().for_each(|files| {
            command.args(["--file", files]);
        });
        command
    };
    let listed = Step {
        doing: "Listing what can be changed".to_owned(),
        usually: "some seconds",
        remedy: "see what cargo mutants says",
    }
    .capture(command().arg("--list"))?;
    let parts = listed.lines().count().div_ceil(DRAWN).max(1);
    let part = usize::try_from(rng_seed % u64::try_from(parts)?)?;
    let out = workspace::target().join("mutants");
    std::fs::create_dir_all(&out)?;
    let mut run = command();
    run.args(["--shard", &format!("{part}/{parts}"), "--sharding", "round-robin", "--output"])
        .arg(&out)
        .args(["--", "--lib", "--"])
        .args(TESTS);
    // It fails where anything was not noticed: how much that was is read below.
    let failed = show("changes", &mut run).err();
    let read = |name: &str| {
        let path = out.join("mutants.out").join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let (caught, missed) = match (read("caught.txt"), read("missed.txt")) {
        (Ok(caught), Ok(missed)) => (caught, missed),
        (caught, missed) => {
            return Err(failed.or(caught.err()).or(missed.err()).context("nothing was tried")?);
        }
    };
    let (noticed, passed) = (caught.lines().count(), missed.lines().count());
    eprintln!("{noticed} of {} changes were noticed; not these:\n{missed}", noticed + passed);
    if noticed * 100 < NOTICED * (noticed + passed) {
        bail!("fewer than {NOTICED} % of the changes were noticed");
    }
    Ok(())
}
