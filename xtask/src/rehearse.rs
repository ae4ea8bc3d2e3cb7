//! `cargo xtask rehearse`: what an operator may have to do one day, done beforehand.

use std::process::Command;

use clap::{Args, ValueEnum};

use crate::step::show_for_as_long_as_it_takes as show;
use crate::{postgres, workspace};

#[derive(Args)]
pub struct Options {
    /// What to rehearse
    #[arg(value_enum)]
    what: What,
    /// How many entries a journal has before it is copied
    #[arg(long, default_value_t = 20_000)]
    entries: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// A copy while a desk writes, and the way back from it elsewhere, of a file and of a database
    Restore,
}

/// Copies and restores, and says how long that took.
///
/// Fails when a row or a digest is another one, what is restored decides otherwise when it is done again, or no desk goes on
/// with it.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let What::Restore = options.what;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--locked", "-p", "server", "--test", "store", "--", "--nocapture", "rehearsed::"])
        .current_dir(workspace::root())
        .env("TAUROI_REHEARSE_ENTRIES", options.entries.to_string());
    postgres::find_or_install()?.show(&mut cargo);
    show("a backup and the way back from it", &mut cargo)
}
