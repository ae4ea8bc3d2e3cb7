//! What is asked of an event's probabilities, measured on recorded trades:
//! `cargo run --release -p shared --example measure_coherence -- markets.csv FILE…`
//!
//! The first table is the logarithmic loss of who won, -ln of the probability, 14, 7, 3 and 1 days before 00:00 UTC after
//! the month's end, of events that have settled; the second is what `coherent` earns, makers free.

#[path = "support/tapes.rs"]
mod tapes;

use std::io::Write as _;

use shared::backtest::{Config, Link, Prepared, Preset, Record, Report};
use shared::belief::{Calibration, Point, Track, logit, settlements, walk_forward};
use shared::coherence::{Agreement, project};
use shared::exchange::FillModel;
use shared::market::{Contract, EventTape, Side};
use shared::math::ln;

const DAYS: [i64; 4] = [14, 7, 3, 1];
const DAY: i64 = 86_400_000_000;
const OTHER: f64 = 0.01;
const METHODS: [&str; 5] = [
    "last prices normalised",
    "fair values normalised",
    "equal variance",
    "all to one power",
    "longshots, learned",
];

/// What was known of an event's contracts at a time, and which of them won.
struct Known {
    beliefs: Vec<(Point, f64)>,
    won: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (markets, trades) = tapes::named()?;
    let events = EventTape::group(trades)?;
    let tracks = walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ())?;
    let mut out = std::io::stdout().lock();
    let mut losses = Vec::new();
    let prepared = Prepared::new(&events, &tracks, &markets)?;
    for ((event, tracks), learned) in events.iter().zip(&tracks).zip(prepared.longshots()) {
        let Some(known) = known(event, tracks, &markets)? else { continue };
        let longshots = learned.number().unwrap_or(1.0);
        let of_event: Vec<_> = known.iter().map(|known| losses_of(known, longshots)).collect();
        writeln!(out, "{}, longshots by {longshots:.2}", event.event())?;
        for (method, name) in METHODS.iter().enumerate() {
            let by_day = of_event.iter().map(|losses| format!(" {:.3}", losses[method]));
            writeln!(out, "  {name:<24}{}", by_day.collect::<String>())?;
        }
        let mean =
            |method: usize| of_event.iter().map(|losses| losses[method]).sum::<f64>() / DAYS.len() as f64;
        losses.push(core::array::from_fn::<f64, { METHODS.len() }, _>(mean));
    }
    for (method, name) in METHODS.iter().enumerate() {
        let (mean, interval) = resampled(&losses, |event| event[method]);
        let (less, of_less) = resampled(&losses, |event| event[method] - event[0]);
        writeln!(
            out,
            "{name}: {mean:.4}, events resampled {interval:.3?}; over last prices {less:+.4}, {of_less:.3?}"
        )?;
    }
    let mut config = Config::preset(Preset::Coherent);
    config.set("fee", "flat:0")?;
    let link = Link { models: FillModel::ALL.to_vec(), ..Link::new(config) };
    let (report, _) = Report::of(&prepared, &link, Record::Totals)?;
    for (row, (_, by_event)) in report.totals().zip(report.events()) {
        let (money, interval) = (&row.money, row.net_ci95.map(|(low, high)| format!("{low} to {high}")));
        writeln!(
            out,
            "{}: {} fills, net {}, {}",
            row.model,
            money.fills,
            money.net,
            interval.unwrap_or_default()
        )?;
        let by_event = events.iter().zip(by_event).map(|(event, net)| format!("  {} {net}", event.event()));
        writeln!(out, "{}", by_event.collect::<String>())?;
    }
    Ok(())
}

/// Returns what was known at each of [`DAYS`]; `None` of an event whose winner isn't known.
fn known(
    event: &EventTape,
    tracks: &[Track],
    markets: &[Contract],
) -> Result<Option<Vec<Known>>, Box<dyn std::error::Error>> {
    let won = event.contracts().iter().position(|tape| {
        markets.iter().any(|known| known.ticker == *tape.ticker() && known.result == Some(Side::Yes))
    });
    let (Some(won), Some(end)) = (won, event.event().month_end()) else { return Ok(None) };
    let end = end.checked_add_days(1).ok_or("no day after")?.midnight();
    let mut known = Vec::new();
    for days in DAYS {
        let at = end.checked_add_micros(-days * DAY).ok_or("no such day")?;
        let mut now = Known { beliefs: Vec::new(), won: usize::MAX };
        for (place, (tape, track)) in event.contracts().iter().zip(tracks).enumerate() {
            let last = tape.trades().iter().zip(&track.points).take_while(|(trade, _)| trade.at <= at).last();
            let Some((trade, point)) = last else { continue };
            if place == won {
                now.won = now.beliefs.len();
            }
            now.beliefs.push((*point, trade.price.to_dollars()));
        }
        known.push(now);
    }
    Ok(Some(known))
}

/// Returns the losses of all methods, the last with what events that had settled before tell.
fn losses_of(known: &Known, longshots: f64) -> [f64; METHODS.len()] {
    let normalised = |values: Vec<f64>| {
        let sum: f64 = values.iter().sum();
        values.into_iter().map(|value| value / sum).collect::<Vec<f64>>()
    };
    let fairs = || known.beliefs.iter().map(|(point, _)| point.fair_after).collect::<Vec<f64>>();
    let log_odds: Vec<f64> = fairs().into_iter().map(logit).collect();
    // Where two outcomes are too likely for one winner there is no such projection.
    let equal = project(&log_odds, &vec![1.0; log_odds.len()], OTHER);
    let equal = equal.map_or_else(|_| normalised(fairs()), |found| found.probabilities);
    let agreed = |longshots| {
        let mut agreement = Agreement::new(OTHER, Some(longshots), known.beliefs.len());
        fairs().iter().enumerate().for_each(|(contract, fair)| agreement.note(contract, *fair));
        agreement.agree();
        agreement.probabilities().to_vec()
    };
    let last = normalised(known.beliefs.iter().map(|(_, price)| *price).collect());
    let said = [last, normalised(fairs()), equal, agreed(1.0), agreed(longshots)];
    said.map(|said| -ln(said.get(known.won).copied().unwrap_or(0.0)))
}

/// Returns the mean over events, and its 95 % interval over all resamples of them: there are `n^n`.
fn resampled<E>(events: &[E], of: impl Fn(&E) -> f64) -> (f64, (f64, f64)) {
    let values: Vec<f64> = events.iter().map(of).collect();
    let n = values.len();
    let mean = |draw: usize| {
        (0..n).fold((draw, 0.0), |(rest, sum), _| (rest / n, sum + values[rest % n])).1 / n as f64
    };
    let mut means: Vec<f64> = (0..n.pow(n as u32)).map(mean).collect();
    means.sort_by(f64::total_cmp);
    let at = |part: f64| means[(part * means.len() as f64) as usize];
    (values.iter().sum::<f64>() / n as f64, (at(0.025), at(0.975)))
}
