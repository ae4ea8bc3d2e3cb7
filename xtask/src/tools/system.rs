//! What only the system's own package manager has.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::Command;

use anyhow::bail;

use super::found::on_any_path;
use crate::step::Step;
use crate::workspace;

/// Installs Debian or Ubuntu packages, as root or through `sudo` when it asks no password.
pub fn apt_install(
    what: &str,
    packages: &[&str],
    usually: &'static str,
    remedy: &'static str,
) -> anyhow::Result<()> {
    if !on_any_path("apt-get") {
        bail!("{what} is missing and this machine has no apt-get.\n  What to do: {remedy}.");
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let sudo = if root { "" } else { "sudo -n " };
    let script = format!(
        "{sudo}apt-get update -qq && {sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
         --no-install-recommends {}",
        packages.join(" ")
    );
    system_install(what, &script, usually, remedy)
}

/// Changes the system with a shell script, which is shown first.
///
/// A person at a terminal is asked. Continuous integration, and any other run that nobody could answer, goes ahead;
/// `TAUROI_NO_INSTALL` forbids it to them.
pub fn system_install(
    what: &str,
    script: &str,
    usually: &'static str,
    remedy: &'static str,
) -> anyhow::Result<()> {
    if std::env::var_os("TAUROI_NO_INSTALL").is_some_and(|value| !value.is_empty()) {
        bail!("{what} is missing, and TAUROI_NO_INSTALL forbids `{script}`.\n  What to do: {remedy}.");
    }
    eprintln!("  · {what} is missing; for all users of this machine: {script}");
    if !workspace::in_ci() && std::io::stdin().is_terminal() && !is_agreed() {
        bail!("{what} is missing.\n  What to do: {remedy}.");
    }
    Step { doing: format!("Installing {what}"), usually, remedy }.run(Command::new("sh").args(["-c", script]))
}

/// Asks a person at a terminal whether to go ahead. Only a yes is one.
fn is_agreed() -> bool {
    eprint!("    Do that? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}
