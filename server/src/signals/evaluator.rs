//! A thread that computes signals and keeps the fits that it made: a day's are made once, and nothing else waits for them.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::UNIX_EPOCH;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::market::EventTicker;
use shared::nowcast::fit::{Fits, Kept};
use shared::nowcast::series::{History, ListenerEvent};
use shared::signal::{Candidate, Overrides, Question, Signal, Stake, evaluate};
use shared::units::{Date, Timestamp};
use tokio::sync::oneshot;
use tracing::warn;

/// What signals are asked of: an owned [`Question`].
#[derive(Debug)]
pub(super) struct Task {
    pub(super) event: EventTicker,
    pub(super) settles: Date,
    pub(super) settles_at: Option<Timestamp>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) histories: Vec<History>,
    pub(super) events: Vec<ListenerEvent>,
    pub(super) overrides: Overrides,
    pub(super) stake: Option<Stake>,
    pub(super) target: Option<String>,
    pub(super) now: Timestamp,
    pub(super) dry_run: bool,
    pub(super) run: String,
}

type Job = (Task, oneshot::Sender<anyhow::Result<Vec<Signal>>>);

/// A handle of the thread, which ends with it.
pub(super) struct Evaluator(mpsc::Sender<Job>);

impl Evaluator {
    /// Starts the thread. Fits that an earlier process made are read from `file`, if one is named, and new ones written to it.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives none.
    pub(super) fn start(file: Option<PathBuf>) -> anyhow::Result<Self> {
        let (jobs, asked) = mpsc::channel::<Job>();
        let work = move || {
            let fits = Fits::default();
            if let Some(file) = &file {
                fits.keep(&read(file));
            }
            let mut written = fits.kept().len();
            for (task, wanted) in asked {
                // Whoever asked may have gone.
                let _ = wanted.send(answer(&task, &fits));
                let kept = fits.kept();
                if let Some(file) = &file
                    && kept.len() != written
                {
                    written = kept.len();
                    if let Err(error) = write(file, kept) {
                        warn!("fits are made again next time: {error:#}");
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("signals".to_owned());
        thread.spawn(work).context("no thread can be started to compute signals on")?;
        Ok(Self(jobs))
    }

    /// Returns a line a contract, or the target's alone.
    ///
    /// # Errors
    ///
    /// Says what they can't be computed from.
    pub(super) async fn evaluate(&self, task: Task) -> anyhow::Result<Vec<Signal>> {
        let (wanted, found) = oneshot::channel();
        self.0.send((task, wanted)).ok().context("the thread that computes signals has ended")?;
        found.await.context("the thread that computes signals has ended")?
    }
}

fn answer(task: &Task, fits: &Fits) -> anyhow::Result<Vec<Signal>> {
    let question = Question {
        event: task.event.clone(),
        settles: task.settles,
        settles_at: task.settles_at,
        candidates: &task.candidates,
        histories: &task.histories,
        events: &task.events,
        overrides: task.overrides,
        stake: task.stake,
        target: task.target.as_deref(),
        now: task.now,
        dry_run: task.dry_run,
        run: &task.run,
    };
    evaluate(&question, fits).context("signals")
}

/// Fits in a file, and who made them: another program may fit another model.
#[derive(Serialize, Deserialize)]
struct File {
    program: String,
    fits: Vec<Kept>,
}

/// Returns what tells this program from others: how long its file is, and of when.
fn program() -> Option<String> {
    let file = std::env::current_exe().ok()?.metadata().ok()?;
    let of = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} bytes of {}", file.len(), of.as_nanos()))
}

/// Returns the fits of a file that this program has written; none of any other.
fn read(file: &Path) -> Vec<Kept> {
    let read = std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<File>(&bytes).ok());
    read.filter(|read| Some(&read.program) == program().as_ref()).map(|read| read.fits).unwrap_or_default()
}

/// Writes fits, so that the file is the old one or the new one whatever happens.
fn write(file: &Path, fits: Vec<Kept>) -> anyhow::Result<()> {
    let program = program().context("it can't be told which program this is")?;
    let new = file.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&new, serde_json::to_vec(&File { program, fits })?)?;
    Ok(std::fs::rename(&new, file)?)
}
