//! `--sweep`: a grid of configurations on all cores, as a table, and a verdict that knows how many there were.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use serde::Serialize;
use shared::backtest::{Axis, Grid, Link, Prepared, Record, Trial, Verdict, judge, run};
use shared::exchange::FillModel;
use shared::format::grouped;

use super::evidence::{dollars, in_parallel};
use crate::cli::progress::Progress;

/// A sweep that ran.
pub(super) struct Sweep {
    pub(super) grid: Grid,
    /// The trials of each combination, one a fill model; none of a combination that doesn't go together.
    pub(super) trials: Vec<Option<Vec<Trial>>>,
    pub(super) verdicts: Vec<Verdict>,
    /// How long the runs took, where they were one.
    took: Option<Duration>,
}

/// The verdict under one fill model, for `evidence.json`.
#[derive(Debug, Serialize)]
pub(super) struct VerdictRow {
    pub(super) fill_model: FillModel,
    pub(super) trials: usize,
    pub(super) best: String,
    pub(super) net: f64,
    /// The daily Sharpe ratio of the best, the one that the best of as many worthless trials would show, and the
    /// probability that the true one is above zero.
    pub(super) daily_sharpe: Option<f64>,
    pub(super) daily_sharpe_expected_of_best: Option<f64>,
    pub(super) deflated_probability: Option<f64>,
    /// The net profit on events that the configuration was not chosen by.
    pub(super) net_held_out: f64,
}

/// Returns the combinations of `axes` around the link's configuration; `None` without an axis.
pub(super) fn grid(link: &Link, axes: &[Axis]) -> anyhow::Result<Option<Grid>> {
    if axes.is_empty() {
        return Ok(None);
    }
    let grid = Grid::new(link.config, axes.to_vec(), &link.models);
    grid.map(Some).map_err(|invalid| anyhow!("--sweep: {invalid}"))
}

/// Runs one combination, on this thread: a trial a fill model of the link's, or `None` where it doesn't go together.
pub(super) fn trial(
    prepared: &Prepared,
    link: &Link,
    grid: &Grid,
    place: usize,
) -> anyhow::Result<Option<Vec<Trial>>> {
    // A least spread above the greatest, say, is no configuration.
    let Ok(config) = grid.config(place) else { return Ok(None) };
    let outcomes = run(prepared, &config, &link.models, Record::Totals)?;
    Ok(Some(outcomes.iter().map(|outcome| Trial::of(prepared, outcome)).collect()))
}

/// Returns a combination as `key=value key=value`.
pub(super) fn named(grid: &Grid, place: usize) -> String {
    let pairs = grid.axes().iter().zip(grid.values(place));
    pairs.map(|(axis, value)| format!("{}={value}", axis.key)).collect::<Vec<_>>().join(" ")
}

impl Sweep {
    /// Runs every combination of `axes` under the link's fill models, on all cores; `None` without an axis.
    pub(super) fn run(prepared: &Prepared, link: &Link, axes: &[Axis]) -> anyhow::Result<Option<Self>> {
        let Some(grid) = grid(link, axes)? else { return Ok(None) };
        let progress = Progress::start("Sweeping", 1);
        let start = Instant::now();
        let total = grid.len() as f64;
        let trials = in_parallel(
            grid.len(),
            |place| trial(prepared, link, &grid, place),
            |done| progress.report(0, done as f64 / total),
        );
        let trials: Vec<_> = trials.into_iter().collect::<anyhow::Result<_>>()?;
        drop(progress);
        Ok(Some(Self { took: Some(start.elapsed()), ..Self::of(grid, link, trials) }))
    }

    /// Judges the trials of a grid's combinations, each as [`trial`] returns it.
    pub(super) fn of(grid: Grid, link: &Link, trials: Vec<Option<Vec<Trial>>>) -> Self {
        let of_model = |model: usize| {
            let own: Vec<Option<&Trial>> =
                trials.iter().map(|trials| trials.as_ref().and_then(|trials| trials.get(model))).collect();
            judge(&own)
        };
        let verdicts = (0..link.models.len()).filter_map(of_model).collect();
        Self { grid, trials, verdicts, took: None }
    }

    /// Returns how many combinations ran, and how long that took where they ran here.
    pub(super) fn pace(&self) -> String {
        let ran = self.trials.iter().flatten().count();
        let combinations = if ran == 1 { "combination" } else { "combinations" };
        let took = self.took.map_or_else(String::new, |took| format!(" in {:.1} s", took.as_secs_f64()));
        format!("{} {combinations}{took}", grouped(ran as i64))
    }

    /// Returns the verdicts.
    pub(super) fn rows(&self) -> Vec<VerdictRow> {
        let row = |verdict: &Verdict| VerdictRow {
            fill_model: verdict.model,
            trials: self.trials.iter().flatten().count(),
            best: named(&self.grid, verdict.best),
            net: dollars(verdict.net),
            daily_sharpe: verdict.deflated.map(|d| d.best),
            daily_sharpe_expected_of_best: verdict.deflated.map(|d| d.expected_best),
            deflated_probability: verdict.deflated.map(|d| d.probability),
            net_held_out: dollars(verdict.net_held_out()),
        };
        self.verdicts.iter().map(row).collect()
    }

    /// Returns all trials as CSV: the axes' values, then the fill model and what it made, in dollars.
    pub(super) fn csv(&self) -> String {
        let mut text: String = self.grid.axes().iter().map(|axis| format!("{},", axis.key)).collect();
        text.push_str("fill_model,fills,fees,net,daily_sharpe\n");
        for (place, trials) in self.trials.iter().enumerate() {
            for trial in trials.iter().flatten() {
                let values: String =
                    self.grid.values(place).iter().map(|value| format!("{value},")).collect();
                let sharpe = trial.sharpe.map_or_else(String::new, |sharpe| sharpe.ratio.to_string());
                // Writing to a string can't fail.
                let _ = writeln!(
                    text,
                    "{values}{},{},{},{},{sharpe}",
                    trial.model,
                    trial.fills,
                    dollars(trial.fees),
                    dollars(trial.net)
                );
            }
        }
        text
    }
}
