//! Doors over real sockets: who is let in to what, and what those get who try to come in otherwise.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod attacks;
mod described;
mod doors;
mod encrypted;
#[path = "../support/person.rs"]
mod person;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod work;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::Server;

/// The file of a test's own, not there yet.
fn fresh(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("people").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("people.sqlite")
}

/// Starts a server to which people sign in; what it says of itself is beside the accounts.
fn serve(people: &Path, options: &[&str]) -> Server {
    let said = std::fs::File::create(people.with_extension("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--no-desk", "--sign-in", "--people"]).arg(people);
    Server::run({
        command.args(options).stderr(Stdio::from(said));
        command
    })
}

/// Accounts of each role, and a server for them.
fn house(name: &str) -> (PathBuf, Server) {
    let people = fresh(name);
    for role in ["viewer", "trader", "admin"] {
        person::add(&people, &format!("{role}@example.com"), role);
    }
    let server = serve(&people, &[]);
    (people, server)
}
