//! `tauroi replay` and `tauroi journal export`: what a desk wrote down, done again and read.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use shared::session::Session;

use super::report::{self, expected};
use super::store::Which;
use crate::desk::{Journal, Replay, Told};

pub(super) const ABOUT: &str = "\
Do a desk's run again from its journal: everything that the engine was told is told to a new one, and what it decides must be
what was decided then, byte for byte. Exits with 1 where it isn't.

    tauroi replay desk.sqlite
    tauroi replay --db postgres://tauroi@localhost/tauroi --run 1796000000000000
    tauroi replay desk.sqlite --report DIR --expect backtest/report.json";

/// How many entries are read at a time.
const CHUNK: i64 = 10_000;

#[derive(Args)]
pub(super) struct ReplayOptions {
    #[command(flatten)]
    which: Which,
    /// The run [default: all of them]
    #[arg(long, value_name = "NUMBER")]
    run: Option<i64>,
    /// A folder that gets report.html, report.json and fills.csv of these runs: what they earned and from what
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// The report.json of a backtest, which says what fills are expected to be worth later
    #[arg(long, value_name = "FILE", requires = "report")]
    expect: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct JournalOptions {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Subcommand)]
enum JournalCommand {
    /// Write a journal as JSON Lines to standard output
    Export {
        #[command(flatten)]
        which: Which,
        /// The run [default: all of them]
        #[arg(long, value_name = "NUMBER")]
        run: Option<i64>,
    },
}

/// Does something asynchronous on this thread.
pub(super) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// Returns the runs that were asked for.
async fn runs(journal: &mut Journal, wanted: Option<i64>) -> anyhow::Result<Vec<i64>> {
    let all = journal.runs().await?;
    match wanted {
        None => Ok(all),
        Some(run) if all.contains(&run) => Ok(vec![run]),
        Some(run) => bail!("there is no run {run}: there are {all:?}"),
    }
}

/// Does a run again, as part of a session if there is one.
///
/// # Errors
///
/// Says which entry can't be read.
pub(super) async fn again(
    journal: &mut Journal,
    run: i64,
    session: Option<Session>,
) -> anyhow::Result<(Told, Option<Session>)> {
    let session = session.map(|mut session| {
        session.begin(run);
        session
    });
    let mut replay = Replay::into_session(session);
    let mut from = 0;
    loop {
        let entries = journal.entries(run, from, CHUNK).await?;
        if entries.is_empty() {
            return Ok(replay.finish());
        }
        for (entry, number) in entries.iter().zip(from..) {
            replay.take(entry).with_context(|| format!("entry {number} of run {run}"))?;
        }
        from += CHUNK;
    }
}

/// Does runs again.
pub(super) fn replay(options: &ReplayOptions) -> anyhow::Result<()> {
    block_on(async {
        let expects = options.expect.as_deref().map(expected::read).transpose()?;
        let mut journal = Journal::read_at(&options.which.address()?).await?;
        let mut out = std::io::stdout();
        let mut differ = 0;
        let mut session = options.report.is_some().then(Session::default);
        for run in runs(&mut journal, options.run).await? {
            let (told, after) = again(&mut journal, run, session).await?;
            session = after;
            differ += told.differ;
            writeln!(
                out,
                "run {run}: {} inputs, {} decisions, {} differ",
                told.inputs, told.decisions, told.differ
            )?;
            if let Some(first) = told.first {
                writeln!(out, "  the first that differs: {first}")?;
            }
        }
        journal.close().await;
        if let (Some(folder), Some(session)) = (&options.report, session) {
            writeln!(out, "{}", report::write(folder, session, expects.as_ref(), differ)?)?;
        }
        if differ > 0 {
            bail!("{differ} decisions differ");
        }
        Ok(())
    })
}

/// Reads a journal out.
pub(super) fn journal(options: &JournalOptions) -> anyhow::Result<()> {
    let JournalCommand::Export { which, run } = &options.command;
    block_on(async {
        let mut journal = Journal::read_at(&which.address()?).await?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for run in runs(&mut journal, *run).await? {
            let mut from = 0;
            loop {
                let entries = journal.entries(run, from, CHUNK).await?;
                if entries.is_empty() {
                    break;
                }
                for (entry, seq) in entries.iter().zip(from..) {
                    writeln!(out, "{}", entry.line(run, seq)?)?;
                }
                from += CHUNK;
            }
        }
        out.flush()?;
        journal.close().await;
        Ok(())
    })
}
