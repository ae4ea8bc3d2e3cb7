//! Parts put together: all of one sweep, none missing, none spoiled, none that contradicts another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use shared::backtest::{BaselineResult, STRESSES, Trial};

use super::super::evidence::Ours;
use super::super::sweep::Sweep;
use super::super::whole::{Base, Whole};
use super::folder::{Entry, MANIFEST, Manifest};
use super::plan::{Job, Plan, Shard, Work};
use super::{Drawn, Made};

/// How many missing jobs are named.
const NAMED: usize = 5;

/// Where a job's result lies.
struct Found<'a> {
    folder: &'a Path,
    entry: Entry,
}

/// Reads the parts and returns what one run of the whole would have made.
///
/// # Errors
///
/// Names the folder that is no part or of another sweep, the part that is missing, the file that is spoiled, or the job
/// whose results differ and both folders.
pub(in crate::cli::backtest) fn merge(folders: &[PathBuf]) -> anyhow::Result<Whole> {
    let mut parts = Vec::with_capacity(folders.len());
    for folder in folders {
        let Some(manifest) = Manifest::read(folder)? else {
            bail!(
                "{} has no {MANIFEST}: it is no part, or one that isn't done: run it again",
                folder.display()
            );
        };
        parts.push((folder.as_path(), manifest));
    }
    let [(first, head), others @ ..] = parts.as_slice() else { bail!("there is no part to be merged") };
    for (folder, part) in others {
        if part.sweep != head.sweep {
            bail!(
                "{} is of the sweep {}, {} of {}: they don't go together",
                first.display(),
                head.sweep,
                folder.display(),
                part.sweep
            );
        }
    }
    let plan = Plan::read(&head.plan)
        .with_context(|| format!("{} holds no plan", first.join(MANIFEST).display()))?;
    if let Some((folder, _)) =
        parts.iter().find(|(_, part)| part.plan != head.plan || part.sweep != plan.hash())
    {
        bail!("{} is spoiled: its plan is not that of its sweep", folder.join(MANIFEST).display());
    }
    let found = gather(&plan, &parts)?;
    let shards: Vec<Shard> = parts.iter().map(|(_, part)| part.shard).collect();
    is_whole(&plan, &found, &shards)?;
    assemble(&plan, &found)
}

/// Finds each job's result, by the job's name.
fn gather<'a>(plan: &Plan, parts: &[(&'a Path, Manifest)]) -> anyhow::Result<BTreeMap<String, Found<'a>>> {
    let jobs: BTreeMap<&str, &Job> = plan.jobs.iter().map(|job| (job.name.as_str(), job)).collect();
    let mut found: BTreeMap<String, Found<'a>> = BTreeMap::new();
    for (folder, part) in parts {
        for entry in &part.jobs {
            let Some(job) = jobs.get(entry.job.as_str()) else {
                bail!(
                    "{} is spoiled: it has a job {} that is not of its sweep",
                    folder.join(MANIFEST).display(),
                    entry.job
                );
            };
            if let Some(other) = found.get(&entry.job)
                && other.entry != *entry
            {
                bail!(
                    "{}: the results in {} and {} differ",
                    job.said,
                    other.folder.display(),
                    folder.display()
                );
            }
            if let Some(other) = found.insert(entry.job.clone(), Found { folder, entry: entry.clone() }) {
                // Each is read, also one that is there twice: the last when all is put together.
                other.entry.read(other.folder, &job.said)?;
            }
        }
    }
    Ok(found)
}

/// Checks that each job has a result.
fn is_whole(plan: &Plan, found: &BTreeMap<String, Found<'_>>, shards: &[Shard]) -> anyhow::Result<()> {
    let missing: Vec<(usize, &Job)> =
        plan.jobs.iter().enumerate().filter(|(_, job)| !found.contains_key(&job.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut says: Vec<&str> = missing.iter().take(NAMED).map(|(_, job)| job.said.as_str()).collect();
    let more = format!("{} more", missing.len().saturating_sub(NAMED));
    if missing.len() > NAMED {
        says.push(&more);
    }
    let mut text = format!("{} of {} jobs are missing: {}", missing.len(), plan.jobs.len(), says.join("; "));
    // Parts that are all of so many: then it is known which were to do them.
    if let Some(parts) = shards.first().map(|shard| shard.parts.max(1))
        && shards.iter().all(|shard| shard.parts == parts)
    {
        let mut of: Vec<usize> = missing.iter().map(|(place, _)| place % parts + 1).collect();
        of.sort_unstable();
        of.dedup();
        let of: Vec<String> = of.iter().map(|part| format!("{part}/{parts}")).collect();
        text = format!("{text}. Run --shard {}", of.join(", "));
    }
    bail!(text)
}

/// Reads what each job made and puts it together.
fn assemble(plan: &Plan, found: &BTreeMap<String, Found<'_>>) -> anyhow::Result<Whole> {
    let mut results = Results::default();
    for job in &plan.jobs {
        let Found { folder, entry } =
            found.get(&job.name).with_context(|| format!("{} is missing", job.said))?;
        let path = || format!("{}: {} holds no such result", job.said, folder.join(entry.file()).display());
        let made: Made = serde_json::from_slice(&entry.read(folder, &job.said)?).with_context(path)?;
        if !results.take(plan, job, made) {
            bail!(path());
        }
    }
    let Results { base, drawn, stresses, trials, .. } = results;
    let base = base.context("there is no report")?;
    let sweep = plan.grid.clone().map(|grid| {
        let of = |place| trials_of(plan, &trials, place);
        let trials = (0..grid.len()).map(of).collect();
        Sweep::of(grid, &plan.link, trials)
    });
    Ok(Whole::of(&plan.link, base, &drawn, stresses, sweep))
}

/// Returns the trials of a combination: of one that stands twice on the grid both times the same.
fn trials_of(plan: &Plan, trials: &BTreeMap<String, Vec<Trial>>, place: usize) -> Option<Vec<Trial>> {
    let job = Job::trial(&plan.link, plan.grid.as_ref()?, place)?;
    trials.get(&job.name).cloned()
}

/// What was read so far.
#[derive(Default)]
struct Results {
    base: Option<Base>,
    drawn: Vec<BaselineResult>,
    stresses: Vec<Vec<Ours>>,
    trials: BTreeMap<String, Vec<Trial>>,
    /// Of how many events trials are.
    events: Option<usize>,
}

impl Results {
    /// Takes what a job made; false if that is not what such a job makes.
    fn take(&mut self, plan: &Plan, job: &Job, made: Made) -> bool {
        let models = &plan.link.models;
        match (job.work, made) {
            (Work::Report, Made::Report(base)) => self.base = Some(*base),
            (Work::Baseline(baseline), Made::Baseline(drawn)) => {
                let own = |Drawn { fill_model, nets }| BaselineResult { baseline, model: fill_model, nets };
                self.drawn.extend(drawn.into_iter().map(own));
            }
            (Work::Stress(place), Made::Stress(ours)) if place < STRESSES.len() => self.stresses.push(ours),
            (Work::Trial(_), Made::Trial(trials)) => {
                // The verdict lays trials side by side: each is of the same fill models and events.
                let events = *self.events.get_or_insert(trials.first().map_or(0, |trial| trial.events.len()));
                if !trials.iter().map(|trial| trial.model).eq(models.iter().copied())
                    || trials.iter().any(|trial| trial.events.len() != events)
                {
                    return false;
                }
                self.trials.insert(job.name.clone(), trials);
            }
            _ => return false,
        }
        true
    }
}
