//! What puts a result into proportion: what was reported before, fair prices that know nothing, and what goes wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use shared::Invalid;
use shared::backtest::{
    Baseline, BaselineResult, Config, Money, Prepared, REPORTED, Record, STRESSES, Stress, baseline, run,
};
use shared::exchange::FillModel;
use shared::settings::Fee;
use shared::units::Cash;

/// How often a baseline is drawn.
const DRAWS: usize = 40;

/// What was reported of a preset before this engine existed, and what it makes of the same preset.
#[derive(Debug, Serialize)]
pub(super) struct ReportedRow {
    pub(super) preset: &'static str,
    /// Files have its older name.
    #[serde(rename = "mission")]
    pub(super) reported: Reported,
    pub(super) ours: Vec<Ours>,
}

/// What was reported: fills, and dollars.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Reported {
    pub(super) fills: i64,
    pub(super) gross: f64,
    pub(super) fees: f64,
    pub(super) net: f64,
}

/// What one fill model made, in dollars.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ours {
    pub(super) fill_model: FillModel,
    pub(super) fills: i64,
    pub(super) gross: f64,
    pub(super) fees: f64,
    pub(super) net: f64,
    pub(super) max_drawdown: f64,
}

impl Ours {
    fn of(model: FillModel, money: &Money) -> Self {
        Self {
            fill_model: model,
            fills: money.fills,
            gross: dollars(money.gross()),
            fees: dollars(money.fees),
            net: dollars(money.net),
            max_drawdown: dollars(money.max_drawdown),
        }
    }
}

/// A baseline under one fill model.
#[derive(Debug, Serialize)]
pub(super) struct BaselineRow {
    pub(super) baseline: &'static str,
    pub(super) fill_model: FillModel,
    pub(super) draws: usize,
    pub(super) net_mean: f64,
    /// The 2.5th and the 97.5th percentile of the draws.
    pub(super) net_range95: (f64, f64),
    /// How probable a draw as good as ours is.
    pub(super) p_value: f64,
}

/// What a stress made of the configuration.
#[derive(Debug, Serialize)]
pub(super) struct StressRow {
    pub(super) stress: &'static str,
    pub(super) meaning: &'static str,
    pub(super) results: Vec<Ours>,
}

/// Runs the presets that something was reported of, in their order, with the calibration, the fee, the latency and the
/// assumptions of `config`.
pub(super) fn of_presets(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
) -> Result<Vec<Vec<Ours>>, Invalid> {
    REPORTED.iter().map(|said| ours(prepared, &config.of_preset(said.preset), models)).collect()
}

/// Returns what was reported beside what [`of_presets`] made; nothing where that is nothing.
pub(super) fn reported(ours: Vec<Vec<Ours>>) -> Vec<ReportedRow> {
    let row = |(said, ours): (&shared::backtest::Reported, Vec<Ours>)| ReportedRow {
        preset: said.preset.name(),
        reported: Reported { fills: said.fills, gross: said.gross, fees: said.fees, net: said.net },
        ours,
    };
    REPORTED.iter().zip(ours).map(row).collect()
}

/// Runs `config` and keeps the totals.
pub(super) fn ours(prepared: &Prepared, config: &Config, models: &[FillModel]) -> Result<Vec<Ours>, Invalid> {
    let outcomes = run(prepared, config, models, Record::Totals)?;
    Ok(outcomes.iter().map(|outcome| Ours::of(outcome.model, &outcome.total)).collect())
}

/// Runs `config` with every maker charged 0.0175 P (1 − P), whatever the series: what a series charges can change, and a
/// thin profit hangs on it. Nothing where the setting `fee` chose already.
pub(super) fn makers_charged(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
) -> Result<Vec<Ours>, Invalid> {
    if config.assumptions.fee != Fee::Exact {
        return Ok(Vec::new());
    }
    let mut charged = *config;
    charged.assumptions.fee = Fee::Maker;
    ours(prepared, &charged, models)
}

/// Draws a baseline's fair prices.
pub(super) fn draw(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    kind: Baseline,
) -> Result<Vec<BaselineResult>, Invalid> {
    baseline(prepared, config, models, kind, DRAWS)
}

/// Draws all baselines, each on a thread of its own.
pub(super) fn draw_all(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
) -> Result<Vec<BaselineResult>, Invalid> {
    let results = std::thread::scope(|scope| {
        let running = Baseline::ALL.map(|kind| scope.spawn(move || draw(prepared, config, models, kind)));
        running.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    Ok(results.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

/// Returns what the draws say, each under its fill model beside what the configuration itself made; `nets` has that.
pub(super) fn baselines(drawn: &[BaselineResult], nets: &[(FillModel, Cash)]) -> Vec<BaselineRow> {
    let beside = |result: &BaselineResult| nets.iter().find(|(model, _)| *model == result.model);
    drawn.iter().filter_map(|result| row(result, beside(result)?.1)).collect()
}

fn row(result: &BaselineResult, net: Cash) -> Option<BaselineRow> {
    let last = result.nets.len().checked_sub(1)?;
    Some(BaselineRow {
        baseline: result.baseline.name(),
        fill_model: result.model,
        draws: result.nets.len(),
        net_mean: result.mean() / 1e6,
        net_range95: (
            dollars(*result.nets.get(last * 25 / 1000)?),
            dollars(*result.nets.get(last * 975 / 1000)?),
        ),
        p_value: result.p_value(net),
    })
}

/// Runs one thing that goes wrong, on the manipulated tape where it is that.
pub(super) fn stressed(
    tape: &Prepared,
    config: &Config,
    models: &[FillModel],
    stress: &Stress,
) -> Result<Vec<Ours>, Invalid> {
    ours(tape, &stress.on(config)?, models)
}

/// Returns what all that goes wrong made, in its order, as rows.
pub(super) fn stresses(results: Vec<Vec<Ours>>) -> Vec<StressRow> {
    let row = |(stress, results): (&Stress, Vec<Ours>)| StressRow {
        stress: stress.name,
        meaning: stress.meaning,
        results,
    };
    STRESSES.iter().zip(results).map(row).collect()
}

/// Computes `count` things on all cores, in any order, and returns them in theirs; `done` is told how many are.
pub(super) fn in_parallel<T: Send>(
    count: usize,
    compute: impl Fn(usize) -> T + Sync,
    done: impl Fn(usize) + Sync,
) -> Vec<T> {
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(count));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(count) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return;
                    }
                    let result = compute(place);
                    // A thread that panicked ends the scope with its panic: there is no lock to be poisoned after it.
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, result));
                    done(finished.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Returns an amount in dollars.
pub(super) fn dollars(amount: Cash) -> f64 {
    amount.to_dollars()
}
