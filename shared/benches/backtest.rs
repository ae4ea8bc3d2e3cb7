//! How long a rerun of a backtest takes, the beliefs being there: all prints under four fill models.
//!
//! `cargo bench -p shared --bench backtest [-- --json]`. On the recorded tape, and on a simulated month where there is
//! none: the name of each line says which.

use std::hint::black_box;
use std::io::Read as _;
use std::ops::ControlFlow;

use shared::Invalid;
use shared::backtest::{Config, FillModel, Link, Prepared, Report, run};
use shared::belief::{Calibration, walk_forward};
use shared::market::EventTape;
use shared::market::csv::{read_markets, read_trades};
use shared::quoting::Preset;

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
    let tracks = walk_forward(&events, Calibration::Ml, &mut |_| ControlFlow::Continue(()))?;
    Prepared::new(&events, &tracks, &read_markets(&markets, "markets.csv").ok()?).ok()
}

fn simulated() -> Result<Prepared, Invalid> {
    let events = [shared::world::Month::simulate(1, "2026-11-01".parse()?, 30)?.tape];
    let tracks = walk_forward(&events, Calibration::Ml, &mut |_| ControlFlow::Continue(()));
    Prepared::new(&events, &tracks.unwrap_or_default(), &[])
}

fn main() -> Result<(), Invalid> {
    let harness = Harness::from_arguments();
    let (prepared, origin) = match recorded() {
        Some(prepared) => (prepared, "recorded tape"),
        None => (simulated()?, "simulated month"),
    };
    for preset in [Preset::Seed, Preset::SeedFixed3] {
        let config = Config::preset(preset);
        let measure = |name: &str, record| {
            let pass = || {
                let outcomes = run(black_box(&prepared), black_box(&config), &FillModel::ALL, record);
                black_box(outcomes.is_ok());
            };
            harness.measure(&format!("backtest: {origin}, four fill models, {preset}{name}"), 1, pass);
        };
        measure("", false);
        measure(", with series", true);
    }
    let link = Link::new(Config::preset(Preset::Seed));
    harness.measure(&format!("backtest: {origin}, report and hash"), 1, || {
        black_box(Report::of(&prepared, &link, false).map(|(report, _)| report.hash()).is_ok());
    });
    Ok(())
}
