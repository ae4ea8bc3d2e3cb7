//! What an image is made on and with where none can be fetched: a small Debian of this machine's own making, kept in the cache.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::step::Step;
use crate::{tools, workspace};

const PROGRAMS: [&str; 3] = ["buildah", "debootstrap", "podman"];
/// What a unit of it is called among the images of this machine.
const NAME: &str = "localhost/tauroi-base";

/// Returns why no image can be made here, if none can. In CI what is missing is installed.
///
/// # Errors
///
/// Says what can't be installed.
pub fn missing() -> anyhow::Result<Option<String>> {
    let is_superuser =
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !is_superuser {
        return Ok(Some("making and running one takes the superuser".to_owned()));
    }
    let lacking: Vec<&str> = PROGRAMS.into_iter().filter(|name| !tools::on_any_path(name)).collect();
    if lacking.is_empty() {
        return Ok(None);
    }
    if !workspace::in_ci() {
        return Ok(Some(format!("there is no {}", lacking.join(", "))));
    }
    tools::apt_install("Podman", &PROGRAMS, "1 min", "install podman, buildah and debootstrap")?;
    Ok(None)
}

/// Returns the name of an image of this machine's release of Debian, which is made if it isn't there: what `debian:*-slim` is, and the
/// authorities that exchanges are known by.
///
/// # Errors
///
/// Says what of it could not be made.
pub fn image() -> anyhow::Result<String> {
    let release = release();
    let name = format!("{NAME}:{release}");
    if Command::new("podman").args(["image", "exists", &name]).status().is_ok_and(|status| status.success()) {
        return Ok(name);
    }
    let archive = archive(&release)?;
    Step { doing: "Taking Debian in as an image".into(), usually: "5 s", remedy: "look at the log" }
        .run(Command::new("podman").arg("import").arg(&archive).arg(&name))?;
    Ok(name)
}

/// Returns the archive of its files.
fn archive(release: &str) -> anyhow::Result<PathBuf> {
    let folder = workspace::cache().join("images");
    let archive = folder.join(format!("{release}.tar"));
    if archive.is_file() {
        return Ok(archive);
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    // What needs no program to be read by, and what can be fetched again, is left out, as Debian's own slim images do. The archive is
    // given its name once it is whole.
    let script = r#"
        set -eu
        root=$(mktemp -d)
        trap 'rm -rf "$root"' EXIT
        debootstrap --variant=minbase --include=ca-certificates "$1" "$root"
        rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/doc/* \
            "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/usr/share/info/*
        tar -C "$root" --exclude=./dev -cf "$2.part" .
        mv "$2.part" "$2"
    "#;
    Step {
        doing: format!("Making a small Debian {release} for images"),
        usually: "1 min",
        remedy: "look at the log, then run the same command again",
    }
    .run(Command::new("sh").args(["-c", script, "sh", release]).arg(&archive))?;
    Ok(archive)
}

/// Returns the release of Debian that this machine runs, whose C library the binary was linked with, or else the one of the images.
fn release() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| {
        text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned)
    };
    value("VERSION_CODENAME")
        .filter(|_| value("ID").is_some_and(|id| id == "debian"))
        .unwrap_or_else(|| "bookworm".into())
}
