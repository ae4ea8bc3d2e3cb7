//! Workflows, compose files and scripts, read by those who know what is wrong with them.

use std::fs;
use std::process::Command;

use anyhow::{Context, bail};

use crate::step::show;
use crate::{python, tools, workspace};

/// Reads the workflows, their actions and scripts, and compose.yaml.
///
/// # Errors
///
/// Says what is wrong with them, or that the tools can't be had where nothing may be skipped.
pub fn workflows_and_compose() -> anyhow::Result<()> {
    let Some(python) = python::environment(&python::LINTERS)? else {
        if workspace::in_ci() {
            bail!("{}: in CI workflows and compose files must be read", python::missing());
        }
        eprintln!("  · skipped: actionlint and compose-lint ({})", python::missing());
        return Ok(());
    };
    let root = workspace::root();
    // Also what reads the scripts in workflows asks it, where it is there.
    if !tools::on_any_path("shellcheck") && workspace::in_ci() {
        tools::apt_install("shellcheck", &["shellcheck"], "10 s", "install shellcheck")?;
    }
    // The fork of actionlint that also looks for what lets others in; with shellcheck it reads the scripts of steps as well.
    let module = |name: &str| {
        let mut command = Command::new(&python);
        command.args(["-B", "-m", name]).current_dir(root);
        command
    };
    show("actionlint", module("jactionlint").args(["--strict-exit", "--no-hints"]))?;
    let mut compose = module("compose_lint");
    compose.args(["check", "--quiet", "--skip-suppressed", "--strict-config", "--no-env"]);
    compose.args(["--config", "deploy/lint/compose-lint.yml", "compose.yaml"]);
    show("compose-lint", &mut compose)?;
    if tools::on_any_path("shellcheck") {
        let scripts = ["deploy/healthy.sh", "deploy/systemd/tauroi-as-service"].map(|name| root.join(name));
        let more = fs::read_dir(root.join(".github/scripts")).context(".github/scripts")?;
        let more = more.flatten().map(|entry| entry.path());
        show("shellcheck", Command::new("shellcheck").args(scripts).args(more))?;
    } else {
        eprintln!("  · skipped: shellcheck (there is none)");
    }
    Ok(())
}
