//! `cargo xtask simulate`: desks against an exchange that does its worst, a seed each.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;
use clap::Args;

use crate::step::Step;
use crate::workspace;

#[derive(Args)]
pub struct Options {
    /// How many seeds are simulated
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// How long each is, in simulated hours
    #[arg(long, default_value_t = 2.0)]
    hours: f64,
    /// On how many threads; on as many as there are cores if this isn't said
    #[arg(long)]
    threads: Option<usize>,
    /// Nothing goes wrong: ten contracts at 50,000 events a day, to measure
    #[arg(long)]
    calm: bool,
    /// Print all that is told and follows
    #[arg(long)]
    lines: bool,
    /// A file of faults, as the paper exchange reads it: they come on top of what each seed draws
    #[arg(long)]
    faults: Option<PathBuf>,
    /// The file's faults come in place of what each seed draws
    #[arg(long, requires = "faults")]
    alone: bool,
}

impl Options {
    /// Returns so many seeds from the first one on, of so many hours each.
    pub const fn of(seeds: u64, first_seed: u64, hours: f64) -> Self {
        Self {
            seeds,
            first_seed,
            hours,
            threads: None,
            calm: false,
            lines: false,
            faults: None,
            alone: false,
        }
    }
}

/// Simulates, and fails if anything was violated: then what was and how it is done again is printed.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--release", "-p", "shared", "--example", "simulate"])
        .current_dir(workspace::root());
    Step {
        doing: "Building the simulation".to_owned(),
        usually: "two minutes, the first time",
        remedy: "look at the compiler's errors",
    }
    .run(&mut build)?;
    let Options { seeds, first_seed, hours, threads, calm, lines, faults, alone } = options;
    let mut command = Command::new(workspace::target().join("release/examples/simulate"));
    command
        .args(["--seeds", &seeds.to_string(), "--first-seed", &first_seed.to_string()])
        .args(["--hours", &hours.to_string()]);
    if let Some(threads) = threads {
        command.args(["--threads", &threads.to_string()]);
    }
    for (is_wanted, name) in [(calm, "--calm"), (lines, "--lines"), (alone, "--alone")] {
        if *is_wanted {
            command.arg(name);
        }
    }
    if let Some(faults) = faults {
        command.arg("--faults").arg(faults);
    }
    if !command.status()?.success() {
        bail!("what must hold was violated: see above");
    }
    Ok(())
}
