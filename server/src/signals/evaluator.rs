//! A thread that computes signals and keeps the fits that it made: a day's are made once, and nothing else waits for them.

use std::sync::mpsc;

use anyhow::Context;
use shared::market::EventTicker;
use shared::nowcast::fit::Fits;
use shared::nowcast::series::{History, ListenerEvent};
use shared::signal::{Candidate, Overrides, Question, Signal, Stake, evaluate};
use shared::units::{Date, Timestamp};
use tokio::sync::oneshot;

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
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives none.
    pub(super) fn start() -> anyhow::Result<Self> {
        let (jobs, asked) = mpsc::channel::<Job>();
        let work = move || {
            let fits = Fits::default();
            for (task, wanted) in asked {
                // Whoever asked may have gone.
                let _ = wanted.send(answer(&task, &fits));
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
