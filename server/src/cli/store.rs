//! `tauroi store`: a store checked, copied, made anew from its journal, and given something to keep.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::journal::block_on;
use crate::clock::machine_time;
use crate::store::{Address, Store};
use crate::trades;

pub(super) const ABOUT: &str = "\
Look after a store: the journal of a desk, what follows from it, and what is kept beside it. A store is a file of SQLite, or a
database of PostgreSQL 15 or newer, such as postgres://USER:PASSWORD@HOST/DATABASE; where a command names none, DATABASE_URL
does.

    tauroi store check desk.sqlite
    tauroi store copy desk.sqlite postgres://tauroi@localhost/tauroi
    tauroi store rebuild --db postgres://tauroi@localhost/tauroi";

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

/// Which store.
#[derive(Args)]
pub(super) struct Which {
    /// The file of the store
    file: Option<PathBuf>,
    /// The store, as an address: `postgres://…` or `sqlite://FILE` [default: `DATABASE_URL`]
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    db: Option<String>,
}

impl Which {
    /// Returns its address.
    pub(super) fn address(&self) -> anyhow::Result<Address> {
        Address::named(self.file.as_deref(), self.db.as_deref())
    }
}

#[derive(Subcommand)]
enum Command {
    /// Say what is in a store and whether it is whole; exits with 1 where it isn't
    Check(Which),
    /// Copy a store into an empty one, of either engine, and compare the two row for row
    Copy {
        /// The store to read: a file or an address
        from: Address,
        /// The store to write: a file or an address
        to: Address,
    },
    /// Throw away what follows from the journal (orders, fills, positions, settings), and make it again
    Rebuild(Which),
    /// Keep tapes and lines of a log of signals in a store
    Keep {
        #[command(flatten)]
        which: Which,
        /// Files or folders of trades
        #[arg(long, value_name = "PATH", num_args = 1..)]
        tapes: Vec<PathBuf>,
        /// The log of signals
        #[arg(long, value_name = "FILE")]
        signals: Option<PathBuf>,
    },
}

/// Does what was asked of a store.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    block_on(async {
        match &options.command {
            Command::Check(which) => check(&which.address()?).await,
            Command::Copy { from, to } => copy(from, to).await,
            Command::Rebuild(which) => rebuild(&which.address()?).await,
            Command::Keep { which, tapes, signals } => keep(&which.address()?, tapes, signals.as_ref()).await,
        }
    })
}

async fn check(address: &Address) -> anyhow::Result<()> {
    let mut store = Store::read(address).await?;
    let report = store.check().await?;
    store.close().await;
    let mut out = std::io::stdout();
    writeln!(out, "version {}, {} runs", report.version, report.runs.len())?;
    for table in &report.tables {
        writeln!(out, "{:<10} {:>10} rows  {}", table.table, table.rows, table.sha256)?;
    }
    for note in &report.notes {
        writeln!(out, "note: {note}")?;
    }
    for problem in &report.problems {
        writeln!(out, "wrong: {problem}")?;
    }
    match report.problems.len() {
        0 => Ok(()),
        1 => bail!("the store is not whole"),
        many => bail!("the store is not whole: {many} things are wrong"),
    }
}

async fn copy(from: &Address, to: &Address) -> anyhow::Result<()> {
    let mut source = Store::read(from).await?;
    let mut target = Store::open(to).await?;
    let copied = source.copy_to(&mut target).await?;
    source.close().await;
    target.close().await;
    let mut out = std::io::stdout();
    for table in &copied {
        writeln!(out, "{:<10} {:>10} rows  {}", table.table, table.rows, table.sha256)?;
    }
    Ok(())
}

async fn rebuild(address: &Address) -> anyhow::Result<()> {
    let mut store = Store::open(address).await?;
    let projection = store.rebuild().await?;
    store.close().await;
    writeln!(std::io::stdout(), "{} entries, {} not understood", projection.entries, projection.unread)?;
    Ok(())
}

async fn keep(address: &Address, tapes: &[PathBuf], signals: Option<&PathBuf>) -> anyhow::Result<()> {
    if tapes.is_empty() && signals.is_none() {
        bail!("there is nothing to keep: name --tapes or --signals");
    }
    let mut out = std::io::stdout();
    let mut store = Store::open(address).await?;
    // What is no tape is said before anything is kept.
    let files = if tapes.is_empty() { Vec::new() } else { trades::read("--tapes", tapes)?.files };
    for file in files {
        let found = trades::read("--tapes", std::slice::from_ref(&file))?.trades.len();
        let bytes = std::fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let is_new = store.keep_tape(machine_time(), &name, found, bytes).await?;
        writeln!(out, "{name}: {found} trades{}", if is_new { "" } else { ", kept already" })?;
    }
    if let Some(file) = signals {
        let text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let new = store.keep_signals(&lines).await.with_context(|| file.display().to_string())?;
        writeln!(out, "{}: {} lines, {new} of them new", file.display(), lines.len())?;
    }
    store.close().await;
    Ok(())
}
