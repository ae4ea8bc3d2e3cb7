//! How often the procedure of a study calls real what isn't, on recorded trades:
//! `cargo run --release -p shared --example measure_false_edge -- markets.csv FILE…`
//!
//! The prints of each settled event are scaled to sum to one at each time, `tails` quotes on them, and the winners are drawn
//! 200 times from what the prints say. `shared::study::false_edge` has the reasons.

#[path = "support/tapes.rs"]
mod tapes;

use std::io::Write as _;

use shared::backtest::{Config, Prepared, Preset, Record, run};
use shared::belief::{Calibration, settlements, walk_forward};
use shared::exchange::FillModel;
use shared::market::{Contract, EventTape};
use shared::study::{Held, Judged, coverage_after, false_edge, judge};
use shared::units::Cash;

const DRAWS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (markets, trades) = tapes::named()?;
    let has_settled = |event: &EventTape| {
        event.contracts().iter().all(|tape| {
            let known = markets.iter().rev().find(|contract| contract.ticker == *tape.ticker());
            known.and_then(Contract::pays).is_some()
        })
    };
    let events: Vec<EventTape> = EventTape::group(trades)?.into_iter().filter(has_settled).collect();
    let events = events.iter().map(false_edge::scaled).collect::<Result<Vec<_>, _>>()?;
    let tracks = walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ())?;
    let prepared = Prepared::new(&events, &tracks, &markets)?;
    let dates: Vec<_> = events.iter().map(|event| event.event().month_end()).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} settled events, scaled; {DRAWS} draws of winners", events.len())?;
    let config = Config::preset(Preset::Tails);
    for result in run(&prepared, &config, &FillModel::ALL, Record::All)? {
        let coverage = coverage_after(0.95, 1);
        let judged = false_edge::judged(&prepared, &result, &dates, coverage, (DRAWS, 1))?;
        let real = judged.iter().filter(|judged| judged.is_real).count();
        let is_above = |judged: &&Judged| judged.interval.is_some_and(|(low, _)| low > Cash::ZERO);
        let by_interval = judged.iter().filter(is_above).count();
        let (low, high) = wilson(real, DRAWS);
        let nets: Vec<_> = dates.iter().copied().zip(result.events(&prepared)).collect();
        let own = judge(&nets, &Held::of(&prepared, &result)?, coverage, 1);
        writeln!(
            out,
            "{:<8} {:>4} fills: called real {real} times ({:.1} %, {:.1} to {:.1}); by the interval alone {by_interval}; \
             as it settled: net {}, p if right {:.3}",
            result.model.name(),
            result.total.fills,
            100.0 * real as f64 / DRAWS as f64,
            100.0 * low,
            100.0 * high,
            own.net,
            own.p_if_right,
        )?;
    }
    Ok(())
}

/// Returns Wilson's interval of 95 % of a proportion.
fn wilson(hits: usize, of: usize) -> (f64, f64) {
    let (n, z) = (of as f64, 1.96_f64);
    let p = hits as f64 / n;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (centre - half, centre + half)
}
