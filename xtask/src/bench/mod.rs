//! `cargo xtask bench`: speed, side by side with peers, as ratios in one run.

use std::process::Command;

use clap::Args;

use crate::step::show;
use crate::workspace;

#[derive(Args)]
pub struct Options {
    /// Run only the benchmarks whose name contains this
    filter: Option<String>,
}

/// Runs the benchmarks of `shared`.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.args(["bench", "--locked", "-p", "shared"]).current_dir(workspace::root());
    if let Some(filter) = &options.filter {
        command.args(["--", filter]);
    }
    show("benchmarks", &mut command)
}
