//! What a backtest comes to in jobs: in one order, each with a name that says all that its result depends on.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use shared::backtest::{Axis, Baseline, Grid, Link, STRESSES, sha256};

use super::super::sweep;

/// The version of what a job's file holds: results of another one are not put together with these.
pub(super) const SCHEMA: u32 = 1;
/// The program's version, which names its results.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// The configuration itself, with its report and its logs.
    Report,
    /// All draws of a baseline.
    Baseline(Baseline),
    /// One thing that goes wrong, by its place in [`STRESSES`].
    Stress(usize),
    /// A combination of the sweep, by its place.
    Trial(usize),
}

/// A job with its names.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) work: Work,
    /// The SHA-256 of all that its result depends on.
    pub(super) name: String,
    /// What it is, for people.
    pub(super) said: String,
}

/// A whole backtest, named so that its jobs can be found again without its tape.
pub(in crate::cli::backtest) struct Plan {
    pub(super) link: Link,
    pub(super) axes: Vec<Axis>,
    pub(super) stress: bool,
    /// None without an axis.
    pub(super) grid: Option<Grid>,
    pub(super) jobs: Vec<Job>,
}

/// A plan as a part's manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// The link, which names the tape and its settlements.
    pub(super) link: String,
    /// The axes as `--sweep` takes them.
    pub(super) sweep: Vec<String>,
    pub(super) stress: bool,
}

impl Plan {
    /// Returns what is to be done: `link` names the tape that it is run on.
    ///
    /// # Errors
    ///
    /// Names `--sweep` if the axes make no grid.
    pub(in crate::cli::backtest) fn new(link: &Link, axes: &[Axis], stress: bool) -> anyhow::Result<Self> {
        let grid = sweep::grid(link, axes)?;
        let mut jobs = vec![Job::new(Work::Report, link, "report", "")];
        jobs.extend(Baseline::ALL.map(|kind| Job::new(Work::Baseline(kind), link, "baseline ", kind.name())));
        if stress {
            let stresses = STRESSES.iter().enumerate();
            jobs.extend(stresses.map(|(k, stress)| Job::new(Work::Stress(k), link, "stress ", stress.name)));
        }
        if let Some(grid) = &grid {
            // What doesn't go together is not run; two ways to write one combination are one job.
            let mut named = BTreeSet::new();
            let trials = (0..grid.len()).filter_map(|place| {
                let job = Job::trial(link, grid, place)?;
                named.insert(job.name.clone()).then_some(job)
            });
            jobs.extend(trials);
        }
        Ok(Self { link: link.clone(), axes: axes.to_vec(), stress, grid, jobs })
    }

    /// Returns the plan that was written.
    ///
    /// # Errors
    ///
    /// Says what of it can't be read.
    pub(super) fn read(written: &Written) -> anyhow::Result<Self> {
        let link = Link::parse(&written.link)?;
        if link.tape.is_none() {
            bail!("its link names no tape");
        }
        let axes: Vec<Axis> = written.sweep.iter().map(|axis| Axis::parse(axis)).collect::<Result<_, _>>()?;
        Self::new(&link, &axes, written.stress)
    }

    /// Returns the plan as it is written.
    pub(super) fn written(&self) -> Written {
        let axis = |axis: &Axis| format!("{}={}", axis.key, axis.values.join(","));
        Written {
            link: self.link.to_string(),
            sweep: self.axes.iter().map(axis).collect(),
            stress: self.stress,
        }
    }

    /// Returns the sweep's own name: of what was asked, and of all its jobs.
    pub(super) fn hash(&self) -> String {
        let Written { link, sweep, stress } = self.written();
        let mut text = format!("sweep {SCHEMA} {PROGRAM}\n{link}\n{}\n{stress}\n", sweep.join(" "));
        for job in &self.jobs {
            text.push_str(&job.name);
            text.push('\n');
        }
        sha256(text.as_bytes())
    }
}

impl Job {
    fn new(work: Work, link: &Link, kind: &str, which: &str) -> Self {
        let said = format!("{kind}{which}");
        let name = sha256(format!("job {SCHEMA} {PROGRAM}\n{said}\n{link}\n").as_bytes());
        Self { work, name, said }
    }

    /// Returns the job of the combination at `place`; `None` where it doesn't go together.
    pub(super) fn trial(link: &Link, grid: &Grid, place: usize) -> Option<Self> {
        let link = Link { config: grid.config(place).ok()?, ..link.clone() };
        let job = Self::new(Work::Trial(place), &link, "trial", "");
        // Which axes led to a configuration is not of its name: sweeps that have it in common have its result in common.
        Some(Self { said: format!("trial {}", sweep::named(grid, place)), ..job })
    }
}

/// Which part of a sweep: `part` of `parts`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli::backtest) struct Shard {
    pub(super) part: usize,
    pub(super) parts: usize,
}

impl Shard {
    /// Returns the part's jobs: one of each `parts` that follow one another.
    pub(super) fn of(self, plan: &Plan) -> impl Iterator<Item = &Job> {
        plan.jobs.iter().skip(self.part.saturating_sub(1)).step_by(self.parts.max(1))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.part, self.parts)
    }
}

impl std::str::FromStr for Shard {
    type Err = anyhow::Error;

    /// Reads `i/n`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let says = || format!("{text:?} is not I/N, a part of N counted from 1, like 1/4");
        let (part, parts) = text.split_once('/').with_context(says)?;
        let (part, parts): (usize, usize) =
            (part.parse().with_context(says)?, parts.parse().with_context(says)?);
        if !(1..=parts).contains(&part) {
            bail!(says());
        }
        Ok(Self { part, parts })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::backtest::{Config, Preset};

    use super::*;

    fn plan(axes: &[&str], stress: bool) -> Plan {
        let axes: Vec<Axis> = axes.iter().map(|axis| Axis::parse(axis).unwrap()).collect();
        let link = Link { tape: Some("5c".repeat(32)), ..Link::new(Config::preset(Preset::SeedFixed3)) };
        Plan::new(&link, &axes, stress).unwrap()
    }

    #[test]
    fn a_plan_is_read_back_with_the_same_jobs() {
        for (axes, stress, jobs) in
            [(&[][..], false, 3), (&["half_spread_cents=1:4:4", "dynamic=true,false"], true, 3 + 7 + 8)]
        {
            let plan = plan(axes, stress);
            assert_eq!(plan.jobs.len(), jobs);
            let written = serde_json::to_string(&plan.written()).unwrap();
            let again = Plan::read(&serde_json::from_str(&written).unwrap()).unwrap();
            assert_eq!(again.hash(), plan.hash());
            let names = |plan: &Plan| plan.jobs.iter().map(|job| job.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&again), names(&plan));
        }
    }

    #[test]
    fn what_changes_a_result_changes_its_name_and_nothing_else_does() {
        let (narrow, wide) =
            (plan(&["half_spread_cents=1,2"], false), plan(&["half_spread_cents=1:4:4"], true));
        let names = |plan: &Plan| plan.jobs.iter().map(|job| job.name.clone()).collect::<BTreeSet<_>>();
        assert!(names(&narrow).is_subset(&names(&wide)) && narrow.hash() != wide.hash());
        let mut other = narrow.link.clone();
        other.tape = Some("5d".repeat(32));
        let other = Plan::new(&other, &narrow.axes, false).unwrap();
        assert!(names(&narrow).is_disjoint(&names(&other)));
        // Two ways to write a value are one job.
        assert_eq!(plan(&["half_spread_cents=1,1.0"], false).jobs.len(), 4);
    }

    proptest! {
        #[test]
        fn every_job_is_of_one_part(parts in 1_usize..30, values in 2_usize..20) {
            let plan = plan(&[&format!("half_spread_cents=1:4:{values}")], true);
            let mut done: Vec<String> = (1..=parts)
                .flat_map(|part| Shard { part, parts }.of(&plan).map(|job| job.name.clone()).collect::<Vec<_>>())
                .collect();
            let mut all: Vec<String> = plan.jobs.iter().map(|job| job.name.clone()).collect();
            done.sort_unstable();
            all.sort_unstable();
            prop_assert_eq!(done, all);
        }
    }

    #[test]
    fn a_part_is_counted_from_one() {
        for text in ["0/2", "3/2", "1", "a/2", "1/0", "-1/2", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!("2/7".parse::<Shard>().unwrap(), Shard { part: 2, parts: 7 });
    }
}
