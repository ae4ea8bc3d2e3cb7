//! `cargo xtask bench python`: what the wheel prices a second.

use std::process::Command;

use anyhow::bail;

use crate::step::show;
use crate::{python, wheel, workspace};

/// Builds the wheel as people get it, and times it.
///
/// # Errors
///
/// There is no Python, the wheel can't be built, or it is slower than it must be.
pub(super) fn run() -> anyhow::Result<()> {
    let Some(python) = python::environment(&python::READERS)? else { bail!("{}", python::missing()) };
    let site = wheel::built(&python, wheel::Profile::Release)?;
    let script = workspace::root().join("python/bench/price.py");
    show("the wheel's speed", Command::new(&python).arg("-B").arg(script).env("PYTHONPATH", site))
}
