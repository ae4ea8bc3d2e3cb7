//! `nats-server` for the checks of several servers: the machine's own, or Debian's package unpacked into the cache. Each test starts
//! its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::debian::{self, Packages};

const PROGRAM: &str = "nats-server";

/// Returns the program, which is unpacked into the cache where the machine has none.
///
/// # Errors
///
/// Says what could not be fetched or unpacked.
pub fn find_or_install() -> anyhow::Result<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).map(|folder| folder.join(PROGRAM));
    // Debian's is where only the superuser looks.
    let of_debian = ["/usr/sbin/nats-server", "/usr/bin/nats-server"].map(PathBuf::from);
    let unpacked = debian::unpacked("nats");
    let of_cache =
        || debian::first(["usr/sbin", "usr/bin"].map(|folder| unpacked.join(folder).join(PROGRAM)));
    if let Some(found) = debian::first(on_path.chain(of_debian)).or_else(of_cache) {
        return Ok(found);
    }
    debian::unpack(&Packages {
        program: "nats-server",
        folder: "nats",
        names: &[PROGRAM.to_owned()],
        remedy: "install nats-server, or run `apt-get update` as the superuser and then the same command again",
    })?;
    of_cache().context("nats-server was unpacked and is not there")
}

/// Lets a command find it.
pub fn show(program: &PathBuf, command: &mut Command) {
    command.env("TAUROI_NATS", program);
}
