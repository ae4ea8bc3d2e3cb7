//! How long a rerun of a backtest takes, the beliefs being there: all prints under four fill models; and a sweep of it on
//! two cores.
//!
//! `cargo bench -p shared --bench backtest [-- --json]`. On the recorded tape, and on a simulated month where there is
//! none: the name of each line says which.

use std::hint::black_box;
use std::io::Read as _;

use shared::Invalid;
use shared::backtest::{Axis, Config, Grid, Link, Prepared, Preset, Record, Report, run, run_at_once};
use shared::belief::{Calibration, walk_forward};
use shared::exchange::FillModel;
use shared::market::EventTape;
use shared::market::csv::{read_markets, read_trades};

#[path = "support/mod.rs"]
mod support;

use support::Harness;

/// Returns the recorded tape, beside the checkout or where `TAUROI_CORPUS` says.
fn recorded() -> Option<Prepared> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    let folder = format!("{folder}/data/kxtopmonthly");
    let mut trades = Vec::new();
    for month in ["25JUN", "25JUL", "25AUG", "25SEP", "25OCT", "25NOV", "26FEB", "26AUG"] {
        let name = format!("{folder}/KXTOPMONTHLY-{month}.trades.csv.gz");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&name).ok()?).read_to_end(&mut text).ok()?;
        trades.extend(read_trades(&text, &name).ok()?);
    }
    let markets = std::fs::read(format!("{folder}/markets.csv")).ok()?;
    let events = EventTape::group(trades).ok()?;
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ()).ok()?;
    Prepared::new(&events, &tracks, &read_markets(&markets, "markets.csv").ok()?.contracts).ok()
}

fn simulated() -> Result<Prepared, Invalid> {
    let events = [shared::world::Month::simulate(1, "2026-11-01".parse()?, 30)?.tape];
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ())?;
    Prepared::new(&events, &tracks, &[])
}

/// What is measured, on either tape.
const NAMES: [&str; 9] = [
    "four fill models, seed",
    "four fill models, seed-fixed3",
    "four fill models, coherent",
    "four fill models, glft offset",
    "four fill models on two cores, seed",
    "four fill models on two cores, coherent",
    "four fill models, seed-fixed3, with series",
    "report and hash",
    "sweep of 100 on two cores",
];

fn main() -> Result<(), Invalid> {
    let harness = Harness::from_arguments();
    let names = |origin: &str| NAMES.map(|name| format!("backtest: {origin}, {name}"));
    // Filtering the tape takes seconds: not for a benchmark that isn't asked for.
    if !harness.wants_any(&names("recorded tape")) && !harness.wants_any(&names("simulated month")) {
        return Ok(());
    }
    let (prepared, [seed, fixed, coherent, glft, seed_at_once, coherent_at_once, series, report, sweep]) =
        match recorded() {
            Some(prepared) => (prepared, names("recorded tape")),
            None => (simulated()?, names("simulated month")),
        };
    let rerun = |config, record| {
        let prepared = &prepared;
        move || {
            black_box(run(black_box(prepared), black_box(&config), &FillModel::ALL, record).is_ok());
        }
    };
    harness.measure(&seed, 1, rerun(Config::preset(Preset::Seed), Record::Totals));
    harness.measure(&fixed, 1, rerun(Config::preset(Preset::SeedFixed3), Record::Totals));
    harness.measure(&coherent, 1, rerun(Config::preset(Preset::Coherent), Record::Totals));
    let mut by_arrivals = Config::preset(Preset::Coherent);
    by_arrivals.set("offset", "glft")?;
    harness.measure(&glft, 1, rerun(by_arrivals, Record::Totals));
    for (name, preset) in [(&seed_at_once, Preset::Seed), (&coherent_at_once, Preset::Coherent)] {
        let config = Config::preset(preset);
        harness.measure(name, 1, || {
            black_box(run_at_once(&prepared, &config, &FillModel::ALL, Record::Totals).is_ok());
        });
    }
    harness.measure(&series, 1, rerun(Config::preset(Preset::SeedFixed3), Record::All));
    let link = Link::new(Config::preset(Preset::Seed));
    harness.measure(&report, 1, || {
        black_box(Report::of(&prepared, &link, Record::Totals).map(|(report, _)| report.hash()).is_ok());
    });
    let axes = ["half_spread_cents=1:10:10", "skew_cents=0:2:10"].map(Axis::parse);
    let axes = axes.into_iter().collect::<Result<Vec<Axis>, Invalid>>()?;
    let grid = Grid::new(Config::preset(Preset::SeedFixed3), axes, &FillModel::ALL)?;
    harness.measure(&sweep, 1, || {
        std::thread::scope(|scope| {
            for first in [0, 1] {
                let (prepared, grid) = (&prepared, &grid);
                scope.spawn(move || {
                    for place in (first..grid.len()).step_by(2) {
                        let outcomes = grid
                            .config(place)
                            .and_then(|config| run(prepared, &config, &FillModel::ALL, Record::Totals));
                        black_box(outcomes.is_ok());
                    }
                });
            }
        });
    });
    Ok(())
}
