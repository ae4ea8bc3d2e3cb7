//! What a backtest's `report.json`, or that of another session, makes one expect of markouts.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use shared::attribution::{EventMarkouts, Expectation, ModelMarkouts};
use shared::backtest::{HORIZONS, MARKOUT_KEYS};

use crate::desk::Expected;

/// The fill model that bounds nothing.
const LOOSE: &str = "touch";

#[derive(Deserialize)]
struct File {
    schema: i64,
    results: Vec<Row>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    config: BTreeMap<String, serde_json::Value>,
    session: Option<Session>,
}

#[derive(Deserialize)]
struct Row {
    ticker: String,
    fill_model: String,
    contracts: f64,
    markouts_cents: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Event {
    event: String,
}

/// What a session says of its own fills.
#[derive(Deserialize)]
struct Session {
    markouts: BTreeMap<String, Told>,
}

#[derive(Deserialize)]
struct Told {
    ci95_cents: Option<(f64, f64)>,
}

/// Reads it.
///
/// # Errors
///
/// Says that it can't be read, is no report, or says nothing of any horizon.
pub(in crate::cli) fn read(path: &Path) -> anyhow::Result<Expected> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("--expect {name}"))?;
    let file: File = serde_json::from_str(&text).with_context(|| format!("--expect {name} is no report"))?;
    of(&file, &name.to_string())
}

fn of(file: &File, name: &str) -> anyhow::Result<Expected> {
    if file.schema != 1 {
        bail!("--expect {name} is of version {}, and 1 is known", file.schema);
    }
    let (models, by) = match &file.session {
        Some(session) => {
            let ends =
                |key: &str| session.markouts.get(key)?.ci95_cents.map(|(low, high)| (low * 1e4, high * 1e4));
            (vec![ModelMarkouts::Intervals(MARKOUT_KEYS.map(ends))], format!("the session of {name}"))
        }
        None => {
            let models = models(file);
            let by = format!(
                "{name}, fills by {}, {}",
                models.keys().copied().collect::<Vec<_>>().join(", "),
                shared::format::counted(file.events.len(), "event")
            );
            (models.into_values().collect(), by)
        }
    };
    let rng_seed = file.config.get("rng_seed").and_then(|seed| seed.as_str()?.parse().ok()).unwrap_or(1);
    let what = Expectation::of(&models, rng_seed);
    if !what.is_some() {
        bail!("--expect {name} has no interval at any horizon: one takes fills in four events or more");
    }
    Ok(Expected { what, by })
}

/// Returns what each fill model says of each event: sums over its contracts.
fn models(file: &File) -> BTreeMap<&str, ModelMarkouts> {
    let mut models: BTreeMap<&str, BTreeMap<&str, EventMarkouts>> = BTreeMap::new();
    for row in file.results.iter().filter(|row| row.fill_model != LOOSE) {
        let is_of = |event: &&str| row.ticker.strip_prefix(*event).is_some_and(|rest| rest.starts_with('-'));
        let names = file.events.iter().map(|event| event.event.as_str());
        // The total is of no event.
        let Some(event) = names.filter(is_of).max_by_key(|event| event.len()) else { continue };
        let sums = models.entry(&row.fill_model).or_default().entry(event).or_default();
        let volume = (row.contracts * 100.0).round() as i64;
        sums.volume = sums.volume.saturating_add(volume);
        for (sum, key) in sums.sums.iter_mut().zip(MARKOUT_KEYS) {
            // A cent a contract is a hundred microdollars a hundredth.
            *sum += row.markouts_cents.get(key).copied().flatten().unwrap_or(0.0) * 100.0 * volume as f64;
        }
    }
    let known = models.into_iter();
    known.map(|(model, events)| (model, ModelMarkouts::Events(events.into_values().collect()))).collect()
}

/// As many keys as horizons.
const _: () = assert!(MARKOUT_KEYS.len() == HORIZONS.len());

#[cfg(test)]
mod tests {
    use shared::backtest::{Config, Link, Prepared, Record, Report};
    use shared::belief::{settlements, walk_forward};
    use shared::exchange::FillModel;
    use shared::market::{EventTape, Trade};
    use shared::units::{Cash, Timestamp};

    use super::*;

    /// Five events, of each a contract that wanders with another step.
    fn events() -> Vec<EventTape> {
        let trade = |event: usize, k: i64| {
            let ticker = format!("KXTOPMONTHLY-26{}-A", ["JAN", "FEB", "MAR", "APR", "MAY"][event]);
            let wave = (k * (3 + event as i64) + k * k % 7) % 21 - 10;
            Trade {
                ticker: ticker.parse().unwrap(),
                at: Timestamp::from_micros(1_780_000_000_000_000 + k * 600_000_000).unwrap(),
                price: shared::units::Price::from_centicents(5_000 + 100 * wave).unwrap(),
                count: "3".parse().unwrap(),
                taker_side: None,
                id: None,
                is_block: false,
            }
        };
        let trades = (0..5).flat_map(|event| (0..120).map(move |k| trade(event, k)));
        EventTape::group(trades).unwrap()
    }

    /// The page's intervals and those that a desk is held against are the same, although the file has no sums.
    #[test]
    fn what_is_expected_are_the_labs_own_intervals() {
        let events = events();
        let settles = settlements(&events, &[]);
        let config = Config::from_text("preset=seed-fixed3").unwrap();
        let tracks = walk_forward(&events, &settles, config.belief.calibration, &mut |_| {}).unwrap();
        let prepared = Prepared::new(&events, &tracks, &[]).unwrap();
        let link = Link::new(config);
        let (report, _) = Report::of(&prepared, &link, Record::Totals).unwrap();
        let file: File = serde_json::from_str(&report.json()).unwrap();
        let expected = of(&file, "report.json").unwrap();
        let bounds = [FillModel::Through, FillModel::Queue, FillModel::Front];
        for (horizon, known) in expected.what.intervals.iter().enumerate() {
            let own = bounds.map(|model| report.markout_intervals(model)[horizon].unwrap());
            let low = own.iter().map(|ends| ends.0 * 100.0).fold(f64::INFINITY, f64::min);
            let high = own.iter().map(|ends| ends.1 * 100.0).fold(f64::NEG_INFINITY, f64::max);
            let (from, to) = known.unwrap();
            let near = |cash: Cash, micros: f64| (cash.microdollars() as f64 - micros).abs() <= 1.5;
            assert!(near(from, low) && near(to, high), "{from} {low} {to} {high}");
        }
        assert_eq!(expected.by, "report.json, fills by front, queue, through, 5 events");
    }

    #[test]
    fn a_report_of_too_few_events_is_refused_and_says_why() {
        let file: File = serde_json::from_str(
            r#"{"schema":1,"results":[{"ticker":"E-A","fill_model":"queue","contracts":3,
               "markouts_cents":{"1min":0.5,"5min":null}}],"events":[{"event":"E"}]}"#,
        )
        .unwrap();
        let why = of(&file, "x.json").unwrap_err().to_string();
        assert!(why.contains("four events or more"), "{why}");
    }
}
