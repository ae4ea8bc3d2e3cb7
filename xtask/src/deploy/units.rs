//! The units of systemd: what it says of them, and how far each is shut in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::step::show;
use crate::{tools, workspace};

/// The most that a service may be exposed, as `systemd-analyze security` counts it, in tenths.
const EXPOSURE: &str = "20";

/// Reads the units as systemd does, with the credentials of each service that has some.
///
/// # Errors
///
/// Says what systemd doesn't take, or how far a service is exposed.
pub fn check() -> anyhow::Result<()> {
    if !tools::on_any_path("systemd-analyze") {
        if workspace::in_ci() {
            tools::apt_install("systemd", &["systemd"], "10 s", "install systemd, or run this on Linux")?;
        } else {
            eprintln!("  · skipped: the units of systemd (there is no systemd-analyze)");
            return Ok(());
        }
    }
    let units = staged()?;
    ensure!(!units.is_empty(), "there are no units");
    // Any program stands for ours, which is not installed.
    show(
        "systemd-analyze verify",
        Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units),
    )?;
    for unit in units.iter().filter(|unit| unit.extension().is_some_and(|kind| kind == "service")) {
        let output = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", &format!("--threshold={EXPOSURE}")])
            .arg(unit)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("{text}{}", String::from_utf8_lossy(&output.stderr));
        }
        let exposure = text.lines().find_map(|line| line.split_once("Overall exposure level for "));
        let (_, exposure) = exposure.with_context(|| format!("systemd-analyze doesn't say it:\n{text}"))?;
        eprintln!("  ✓ exposure of {}", exposure.trim());
    }
    Ok(())
}

/// Returns copies of the units whose program is there, each service with its credentials.
fn staged() -> anyhow::Result<Vec<PathBuf>> {
    let from = workspace::root().join("deploy/systemd");
    let folder = workspace::target().join("deploy/systemd");
    workspace::emptied(&folder)?;
    let named = fs::read_dir(&from).with_context(|| format!("{} can't be read", from.display()))?;
    let mut units = Vec::new();
    for path in named.flatten().map(|entry| entry.path()) {
        let is_service = path.extension().is_some_and(|kind| kind == "service");
        let Some(name) =
            path.file_name().filter(|_| is_service || path.extension().is_some_and(|kind| kind == "timer"))
        else {
            continue;
        };
        let text = read(&path)?.replace("/usr/local/bin/tauroi", "/bin/true");
        let unit = folder.join(name);
        write(&unit, &text)?;
        if is_service {
            let with = folder.join(format!("{}.d", name.to_string_lossy()));
            fs::create_dir_all(&with).with_context(|| format!("{} can't be made", with.display()))?;
            write(&with.join("credentials.conf"), &read(&from.join("credentials.conf"))?)?;
        }
        units.push(unit);
    }
    units.sort();
    Ok(units)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}
