//! What the owner's note found of its strategy, measured on recorded trades:
//! `cargo run --release -p shared --example measure_findings -- markets.csv FILE…`

#[path = "support/tapes.rs"]
mod tapes;

use std::io::Write as _;

use shared::backtest::{Baseline, Config, Link, Prepared, Record, Report, baseline};
use shared::belief::reversion::{Motion, Worth, worth};
use shared::belief::{Calibration, settlements, walk_forward};
use shared::exchange::FillModel;
use shared::fees::FeeType;
use shared::market::EventTape;
use shared::units::Cash;

/// Pairs that differ in the skew alone.
const SKEW: [(&str, &str); 3] = [
    ("preset=seed-fixed3", "preset=seed-noskew"),
    ("preset=seed-fixed5", "preset=seed-fixed5&skew_cents=0"),
    ("preset=seed", "preset=seed&skew_cents=0"),
];
const DRAWS: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (markets, trades) = tapes::named()?;
    let events = EventTape::group(trades)?;
    let tracks = walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ())?;
    let free = Prepared::new(&events, &tracks, &markets)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "What the skew changes, makers free:")?;
    for (with, without) in SKEW {
        let (with, without) = (nets(&free, with)?, nets(&free, without)?);
        for (model, (with, without)) in FillModel::ALL.iter().zip(with.iter().zip(&without)) {
            let changes: Vec<f64> = with.iter().zip(without).map(|(with, without)| with - without).collect();
            let (sum, low, high) = resampled(&changes);
            let (of_with, of_without) = (with.iter().sum::<f64>(), without.iter().sum::<f64>());
            writeln!(
                out,
                "  {model}: {of_with:+.2} with, {of_without:+.2} without: {sum:+.2}, {low:+.2} to {high:+.2}"
            )?;
        }
    }
    for preset in ["preset=seed", "preset=seed-fixed3", "preset=coherent"] {
        let (config, ours) = (Config::from_text(preset)?, nets(&free, preset)?);
        for kind in Baseline::ALL {
            writeln!(out, "{preset} against {}, {DRAWS} draws, makers free:", kind.name())?;
            let results = baseline(&free, &config, &FillModel::ALL, kind, DRAWS)?;
            for (result, ours) in results.iter().zip(&ours) {
                let net: f64 = ours.iter().sum();
                let won = ours.iter().filter(|net| **net > 0.0).count();
                let (_, low, high) = resampled(ours);
                let p = result.p_value(Cash::from_microdollars((net * 1e6).round() as i64));
                let mean = result.mean() / 1e6;
                writeln!(
                    out,
                    "  {}: {net:+.2}, {low:+.2} to {high:+.2}, above 0 in {won} of {} events; draws {mean:+.2}, p {p:.3}",
                    result.model,
                    ours.len()
                )?;
            }
        }
    }
    // With the fee that the note reckons with, which this series wasn't seen to charge.
    let mut charged = markets;
    charged.iter_mut().for_each(|contract| contract.fee_type = Some(FeeType::QuadraticWithMakerFees));
    let charged = Prepared::new(&events, &tracks, &charged)?;
    for (said, fee) in [("by the formula", "maker"), ("as rounded on the day", "exact")] {
        writeln!(out, "Makers charged {said}:")?;
        for preset in ["preset=seed", "preset=seed-fixed3", "preset=seed-fixed5"] {
            let config = Config::from_text(&format!("{preset}&fee={fee}"))?;
            let link = Link { models: FillModel::ALL.to_vec(), ..Link::new(config) };
            let (report, _) = Report::of(&charged, &link, Record::Totals)?;
            for row in report.totals() {
                let cents = |cash: Cash| cash.microdollars() as f64 / 1e4 / row.money.fills.max(1) as f64;
                let (fees, gross) = (cents(row.money.fees), cents(row.money.gross()));
                let interval = row.net_ci95.map(|(low, high)| format!("{low} to {high}")).unwrap_or_default();
                writeln!(
                    out,
                    "  {preset} {}: {} fills, gross {gross:+.3} c a fill, fees {fees:.3} c; net {}, {interval}",
                    row.model, row.money.fills, row.money.net
                )?;
            }
        }
    }
    for motion in [Motion::Drift, Motion::Reversion] {
        writeln!(out, "{motion:?} of log-odds, contracts with 80 instants or more:")?;
        for event in &events {
            let (mut ratio, mut gain, mut contracts) = (0.0, 0.0, 0);
            for (tape, found) in
                event.contracts().iter().filter_map(|tape| Some((tape, worth(tape, motion)?)))
            {
                let Worth { rate, likelihood_ratio, gain: own, instants } = found;
                let ticker = tape.ticker();
                writeln!(
                    out,
                    "  {ticker}: {rate:+.4} an hour, likelihood ratio {likelihood_ratio:.1}, score {own:+.1} in {instants} instants"
                )?;
                (ratio, gain, contracts) = (ratio + likelihood_ratio, gain + own, contracts + 1);
            }
            if contracts > 0 {
                let event = event.event();
                writeln!(
                    out,
                    "  {event}: likelihood ratio {ratio:.1} of {contracts} contracts, score {gain:+.1}"
                )?;
            }
        }
    }
    Ok(())
}

/// Returns the net profit of each event under each fill model, dollars.
fn nets(prepared: &Prepared, config: &str) -> Result<Vec<Vec<f64>>, Box<dyn std::error::Error>> {
    let link = Link { models: FillModel::ALL.to_vec(), ..Link::new(Config::from_text(config)?) };
    let (report, _) = Report::of(prepared, &link, Record::Totals)?;
    let dollars = |net: &Cash| net.microdollars() as f64 / 1e6;
    Ok(report.events().iter().map(|(_, nets)| nets.iter().map(dollars).collect()).collect())
}

/// Returns the sum over events, and its 95 % interval when events are resampled.
fn resampled(events: &[f64]) -> (f64, f64, f64) {
    let (n, mut state) = (events.len(), 1_u64);
    let mut draw = || {
        // Knuth's multiplier (MMIX).
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        events[(state >> 33) as usize % n]
    };
    let mut sums: Vec<f64> = (0..10_000).map(|_| (0..n).map(|_| draw()).sum()).collect();
    sums.sort_by(f64::total_cmp);
    (events.iter().sum(), sums[250], sums[9_750])
}
