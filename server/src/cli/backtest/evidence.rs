//! What puts a result into proportion: what was reported before, fair prices that know nothing, and what goes wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use shared::Invalid;
use shared::backtest::{
    Baseline, BaselineResult, Config, Money, Prepared, REPORTED, Record, STRESSES, baseline, run,
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
#[derive(Debug, Clone, Serialize)]
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

/// Runs the presets that something was reported of, with the calibration, the fee, the latency and the assumptions of `config`.
pub(super) fn reported(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
) -> Result<Vec<ReportedRow>, Invalid> {
    let row = |said: &shared::backtest::Reported| {
        let config = config.of_preset(said.preset);
        let reported = Reported { fills: said.fills, gross: said.gross, fees: said.fees, net: said.net };
        Ok(ReportedRow { preset: said.preset.name(), reported, ours: ours(prepared, &config, models)? })
    };
    REPORTED.iter().map(row).collect()
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

/// Draws fair prices that know nothing; `nets` has what the configuration itself made.
pub(super) fn baselines(
    prepared: &Prepared,
    config: &Config,
    models: &[FillModel],
    nets: &[Cash],
) -> Result<Vec<BaselineRow>, Invalid> {
    let results = std::thread::scope(|scope| {
        let running =
            Baseline::ALL.map(|kind| scope.spawn(move || baseline(prepared, config, models, kind, DRAWS)));
        running.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut rows = Vec::new();
    for result in results {
        rows.extend(result?.iter().zip(nets).map(|(result, net)| row(result, *net)));
    }
    Ok(rows)
}

fn row(result: &BaselineResult, net: Cash) -> BaselineRow {
    let last = result.nets.len() - 1;
    BaselineRow {
        baseline: result.baseline.name(),
        fill_model: result.model,
        draws: result.nets.len(),
        net_mean: result.mean() / 1e6,
        net_range95: (dollars(result.nets[last * 25 / 1000]), dollars(result.nets[last * 975 / 1000])),
        p_value: result.p_value(net),
    }
}

/// Runs everything that goes wrong; `pumped` is the manipulated tape.
pub(super) fn stresses(
    prepared: &Prepared,
    pumped: &Prepared,
    config: &Config,
    models: &[FillModel],
) -> Result<Vec<StressRow>, Invalid> {
    let row = |stress: &shared::backtest::Stress| {
        let tape = if stress.pumped { pumped } else { prepared };
        let results = ours(tape, &stress.on(config)?, models)?;
        Ok(StressRow { stress: stress.name, meaning: stress.meaning, results })
    };
    STRESSES.iter().map(row).collect()
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
