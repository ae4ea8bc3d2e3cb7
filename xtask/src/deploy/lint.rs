//! What reads workflows and compose files: pinned packages of Python, in a folder of the cache.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::step::{Step, show};
use crate::{python, tools, workspace};

const REQUIREMENTS: &str = "deploy/lint/requirements.txt";

/// Reads the workflows, their actions and scripts, and compose.yaml.
///
/// # Errors
///
/// Says what is wrong with them, or that the tools can't be had where nothing may be skipped.
pub fn workflows_and_compose() -> anyhow::Result<()> {
    let Some(python) = python::environment(&python::READERS)? else {
        if workspace::in_ci() {
            bail!("{}: in CI workflows and compose files must be read", python::missing());
        }
        eprintln!("  · skipped: actionlint and compose-lint ({})", python::missing());
        return Ok(());
    };
    let folder = installed(&python)?;
    let root = workspace::root();
    // Also what reads the scripts in workflows asks it, where it is there.
    if !tools::on_any_path("shellcheck") && workspace::in_ci() {
        tools::apt_install("shellcheck", &["shellcheck"], "10 s", "install shellcheck")?;
    }
    // The fork of actionlint that also looks for what lets others in; with shellcheck it reads the scripts of steps as well.
    let module = |name: &str| {
        let mut command = Command::new(&python);
        command.args(["-B", "-m", name]).env("PYTHONPATH", &folder).current_dir(root);
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

/// Returns the folder of the packages, which are installed if they are not there.
fn installed(python: &PathBuf) -> anyhow::Result<PathBuf> {
    let file = workspace::root().join(REQUIREMENTS);
    let wanted = fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
    let folder = workspace::cache().join("tools/lint-of-deployment");
    // Written last: what is there is whole.
    let mark = folder.join("installed.txt");
    if fs::read(&mark).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} can't be replaced", folder.display()))?;
    }
    Step {
        doing: "Installing actionlint and compose-lint".into(),
        usually: "5 s",
        remedy: "look at the log, then run the same command again",
    }
    .run(
        Command::new(python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--no-deps"])
            .args(["--only-binary", ":all:", "--target"])
            .arg(&folder)
            .arg("--requirement")
            .arg(&file),
    )?;
    fs::write(&mark, wanted).with_context(|| format!("{} can't be written", mark.display()))?;
    Ok(folder)
}
