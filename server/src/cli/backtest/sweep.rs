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
    /// How long the runs took.
    pub(super) took: Duration,
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

impl Sweep {
    /// Runs every combination of `axes` under the link's fill models; `None` without an axis.
    pub(super) fn run(prepared: &Prepared, link: &Link, axes: &[Axis]) -> anyhow::Result<Option<Self>> {
        if axes.is_empty() {
            return Ok(None);
        }
        let grid = Grid::new(link.config, axes.to_vec(), &link.models)
            .map_err(|invalid| anyhow!("--sweep: {invalid}"))?;
        let progress = Progress::start("Sweeping", 1);
        let start = Instant::now();
        let trial = |place: usize| -> anyhow::Result<Option<Vec<Trial>>> {
            // A least spread above the greatest, say, is no configuration.
            let Ok(config) = grid.config(place) else { return Ok(None) };
            let outcomes = run(prepared, &config, &link.models, Record::Totals)?;
            Ok(Some(outcomes.iter().map(|outcome| Trial::of(prepared, outcome)).collect()))
        };
        let total = grid.len() as f64;
        let trials = in_parallel(grid.len(), trial, |done| progress.report(0, done as f64 / total));
        let trials: Vec<_> = trials.into_iter().collect::<anyhow::Result<_>>()?;
        let took = start.elapsed();
        drop(progress);
        let of_model = |model: usize| {
            let own: Vec<Option<&Trial>> =
                trials.iter().map(|trials| trials.as_ref().map(|trials| &trials[model])).collect();
            judge(&own)
        };
        let verdicts = (0..link.models.len()).filter_map(of_model).collect();
        Ok(Some(Self { grid, trials, verdicts, took }))
    }

    /// Returns how many combinations ran, and how long that took.
    pub(super) fn pace(&self) -> String {
        let ran = self.trials.iter().flatten().count();
        let combinations = if ran == 1 { "combination" } else { "combinations" };
        format!("{} {combinations} in {:.1} s", grouped(ran as i64), self.took.as_secs_f64())
    }

    /// Returns the verdicts.
    pub(super) fn rows(&self) -> Vec<VerdictRow> {
        let row = |verdict: &Verdict| VerdictRow {
            fill_model: verdict.model,
            trials: self.trials.iter().flatten().count(),
            best: self.named(verdict.best),
            net: dollars(verdict.net),
            daily_sharpe: verdict.deflated.map(|d| d.best),
            daily_sharpe_expected_of_best: verdict.deflated.map(|d| d.expected_best),
            deflated_probability: verdict.deflated.map(|d| d.probability),
            net_held_out: dollars(verdict.net_held_out()),
        };
        self.verdicts.iter().map(row).collect()
    }

    /// Returns a combination as `key=value key=value`.
    fn named(&self, place: usize) -> String {
        let pairs = self.grid.axes().iter().zip(self.grid.values(place));
        pairs.map(|(axis, value)| format!("{}={value}", axis.key)).collect::<Vec<_>>().join(" ")
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
