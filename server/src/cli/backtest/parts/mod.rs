//! A backtest in parts: each does some of its jobs, and all are put together to what one run would have written.
//!
//! A job is a pure function of what its name says: the program, the tape, its settlements, a configuration. So it doesn't
//! matter where it ran, how often, or with which others, and two results of one job must be the same bytes.

mod folder;
mod merge;
mod plan;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::bail;
use serde::{Deserialize, Serialize};
use shared::backtest::{Prepared, STRESSES, Trial};
use shared::exchange::FillModel;
use shared::units::Cash;

pub(super) use self::merge::merge;
pub(super) use self::plan::{Plan, Shard};

use self::folder::{Entry, Manifest};
use self::plan::{Job, Work};
use super::evidence::{self, Ours};
use super::sweep;
use super::whole::Base;
use crate::cli::progress::Progress;

/// What a job made: what its file holds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Made {
    Report(Box<Base>),
    Baseline(Vec<Drawn>),
    Stress(Vec<Ours>),
    Trial(Vec<Trial>),
}

/// The net profits of a baseline's draws under a fill model, ascending.
#[derive(Serialize, Deserialize)]
struct Drawn {
    fill_model: FillModel,
    nets: Vec<Cash>,
}

/// Does a part's jobs one after the other, of which the folder may have some, and says what it did. `pumped` filters the
/// manipulated tape, where a job needs it.
///
/// # Errors
///
/// Names `--out` if the folder has another part, or the job that can't be run.
pub(super) fn run(
    plan: &Plan,
    shard: Shard,
    folder: &Path,
    prepared: &Prepared,
    pumped: &dyn Fn() -> anyhow::Result<Prepared>,
) -> anyhow::Result<()> {
    is_free(plan, shard, folder)?;
    let mut spoiled = Vec::new();
    let whole = Entry::kept(folder, &mut spoiled)?;
    let mut kept: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in &whole {
        if let Some(other) = kept.insert(&entry.job, entry) {
            bail!(
                "--out: {} and {} of {} are of one job and differ",
                entry.file(),
                other.file(),
                folder.display()
            );
        }
    }
    for what in spoiled {
        writeln!(std::io::stderr().lock(), "{what}")?;
    }
    let manipulated = OnceCell::new();
    let on = On { plan, prepared, pumped, manipulated: &manipulated };
    let progress = Progress::start("Running the part", 1);
    let jobs: Vec<&Job> = shard.of(plan).collect();
    let (mut entries, mut reused) = (Vec::with_capacity(jobs.len()), 0);
    for (place, job) in jobs.iter().enumerate() {
        let entry = if let Some(entry) = kept.get(job.name.as_str()) {
            reused += 1;
            (*entry).clone()
        } else {
            let made = on.make(job).map_err(|error| error.context(job.said.clone()))?;
            Entry::write(folder, job, &serde_json::to_vec(&made)?)?
        };
        entries.push(entry);
        progress.report(0, (place + 1) as f64 / jobs.len() as f64);
    }
    drop(progress);
    let manifest = Manifest::new(plan, shard, entries);
    manifest.write(folder)?;
    let before = if reused == 0 { String::new() } else { format!(", {reused} of them from before") };
    writeln!(
        std::io::stdout().lock(),
        "Part {shard}: {} of {} jobs{before}\nSweep: {}\nWritten to {}; `tauroi merge` puts parts together",
        jobs.len(),
        plan.jobs.len(),
        manifest.sweep,
        folder.display()
    )?;
    Ok(())
}

/// Checks that the folder has no other part: of one that was cut short there is no manifest yet.
fn is_free(plan: &Plan, shard: Shard, folder: &Path) -> anyhow::Result<()> {
    let Some(there) = Manifest::read(folder)? else { return Ok(()) };
    if there.sweep != plan.hash() {
        bail!(
            "--out: {} has a part of another sweep, {}: name another folder",
            folder.display(),
            there.sweep
        );
    }
    if there.shard != shard {
        bail!("--out: {} has part {}: name another folder", folder.display(), there.shard);
    }
    Ok(())
}

/// What jobs run on.
struct On<'a> {
    plan: &'a Plan,
    prepared: &'a Prepared,
    pumped: &'a dyn Fn() -> anyhow::Result<Prepared>,
    /// The manipulated tape, once it was filtered.
    manipulated: &'a OnceCell<Prepared>,
}

impl On<'_> {
    /// Does a job.
    fn make(&self, job: &Job) -> anyhow::Result<Made> {
        let (link, prepared) = (&self.plan.link, self.prepared);
        Ok(match job.work {
            Work::Report => Made::Report(Box::new(Base::run(prepared, link, true)?)),
            Work::Baseline(kind) => {
                let drawn = evidence::draw(prepared, &link.config, &link.models, kind)?;
                Made::Baseline(
                    drawn.into_iter().map(|d| Drawn { fill_model: d.model, nets: d.nets }).collect(),
                )
            }
            Work::Stress(place) => {
                let stress = &STRESSES[place];
                let tape = if stress.pumped { self.manipulated()? } else { prepared };
                Made::Stress(evidence::stressed(tape, &link.config, &link.models, stress)?)
            }
            Work::Trial(place) => {
                let grid = self.plan.grid.as_ref().ok_or_else(|| anyhow::anyhow!("there is no sweep"))?;
                let trials = sweep::trial(prepared, link, grid, place)?;
                Made::Trial(trials.ok_or_else(|| anyhow::anyhow!("its settings don't go together"))?)
            }
        })
    }

    fn manipulated(&self) -> anyhow::Result<&Prepared> {
        if self.manipulated.get().is_none() {
            // Nobody else sets it: this is one thread.
            let _ = self.manipulated.set((self.pumped)()?);
        }
        self.manipulated.get().ok_or_else(|| anyhow::anyhow!("the manipulated tape was not kept"))
    }
}
