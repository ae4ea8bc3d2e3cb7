//! `cargo xtask bench books`: the venue of books beside `hftbacktest`, on the same tapes with the same trader.

use std::process::Command;

use anyhow::{Context, bail};

use crate::step::Step;
use crate::workspace;

/// Builds the comparison, which is a workspace of its own, as nothing of the product may depend on the peer, and runs it.
///
/// # Errors
///
/// Fails where the two don't fill alike under equal rules.
pub fn run() -> anyhow::Result<()> {
    let target = workspace::target().join("compare");
    // What `shared` needs changes, and the lock of the comparison follows it: so it is not `--locked`.
    Step {
        doing: "Building the comparison with hftbacktest".into(),
        usually: "3 min, the first time",
        remedy: "mend the line that the compiler names",
    }
    .run(
        Command::new("cargo")
            .args(["build", "--release", "--quiet", "--target-dir"])
            .arg(&target)
            .current_dir(workspace::root().join("xtask/bench/hftbacktest")),
    )?;
    let program = target.join("release/compare-hftbacktest");
    let status = Command::new(&program)
        .status()
        .with_context(|| format!("{} could not be started", program.display()))?;
    if !status.success() {
        bail!("the comparison with hftbacktest failed ({status}): the lines above say why");
    }
    Ok(())
}
