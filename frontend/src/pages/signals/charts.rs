//! The chosen contract through the runs: fair value and price, and what lies between them.

use std::sync::Arc;

use shared::format;
use shared::signal::SignalRow;

use super::state::Watch;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Spec, series};
use crate::parts::element::Element;
use crate::reactive::memo;

/// Returns the latest line of the chosen contract.
pub(super) fn current(watch: Watch) -> Option<Arc<SignalRow>> {
    let chosen = watch.chosen.get()?;
    watch.latest.with(|rows| rows.iter().find(|row| row.ticker == chosen).cloned())
}

/// Returns the heading.
pub(super) fn heading(watch: Watch) -> String {
    current(watch).map(|row| format!("{} · {}", row.artist, row.ticker)).unwrap_or_default()
}

/// Returns why the signal is what it is.
pub(super) fn reason(watch: Watch) -> String {
    current(watch).map(|row| format!("{}: {}", row.signal.name(), row.reason)).unwrap_or_default()
}

/// Returns the chart of the fair value and the price.
pub(super) fn fair(watch: Watch) -> Element {
    let spec = memo(move || {
        let rows = watch.chosen.get().map(|ticker| watch.history(&ticker)).unwrap_or_default();
        let Some(last) = rows.last() else { return Spec::empty() };
        let at = |row: &Arc<SignalRow>| row.logged_at.micros() as f64;
        let band = rows.iter().flat_map(|row| {
            let ends = [row.fair_low, row.fair_high];
            ends.map(|end| (at(row), end.unwrap_or(row.fair_value)))
        });
        let fair: Vec<_> = rows.iter().map(|row| (at(row), row.fair_value)).collect();
        let price: Vec<_> = rows.iter().map(|row| (at(row), row.market_price.unwrap_or(f64::NAN))).collect();
        let highest = rows.iter().fold(0.1, |high: f64, row| {
            high.max(row.fair_value).max(row.market_price.unwrap_or(0.0)).max(row.fair_high.unwrap_or(0.0))
        });
        Spec {
            subject: last.ticker.to_string(),
            x: time_axis(&rows),
            y: Axis::of("YES, in dollars", (0.0, (1.05 * highest).min(1.0)), Format::Cents),
            series: vec![
                series("Fair, 95 %", "--accent", Kind::Band(0), band.collect::<Vec<_>>()),
                series("Fair", "--accent", Kind::Line, fair),
                series("Market", "--text-0", Kind::Steps, price),
            ],
            marks: Vec::new(),
            summary: format!(
                "Fair {}, market {}",
                format::cents(last.fair_value, 1),
                last.market_price.map_or_else(|| "unknown".to_owned(), |price| format::cents(price, 1))
            ),
        }
    });
    Chart::of("Fair and market", "signal-fair", spec).build()
}

/// Returns the chart of the edge.
pub(super) fn edge(watch: Watch) -> Element {
    let spec = memo(move || {
        let rows = watch.chosen.get().map(|ticker| watch.history(&ticker)).unwrap_or_default();
        let Some(last) = rows.last() else { return Spec::empty() };
        let points: Vec<_> =
            rows.iter().map(|row| (row.logged_at.micros() as f64, row.edge.unwrap_or(f64::NAN))).collect();
        let most = points.iter().map(|point| point.1.abs()).fold(0.06, f64::max);
        let level = |height: f64| -> Vec<(f64, f64)> {
            [points.first(), points.last()].into_iter().flatten().map(|point| (point.0, height)).collect()
        };
        Spec {
            subject: last.ticker.to_string(),
            x: time_axis(&rows),
            y: Axis::of("Edge, in dollars", (-1.1 * most, 1.1 * most), Format::Cents),
            series: vec![
                series("Buy above", "--bid", Kind::Line, level(0.05)),
                series("Sell below", "--ask", Kind::Line, level(-0.05)),
                series("Edge", "--text-0", Kind::Steps, points),
            ],
            marks: Vec::new(),
            summary: last.edge.map_or_else(
                || "No price".to_owned(),
                |edge| format!("Edge {}", format::signed_cents(edge, 1)),
            ),
        }
    });
    Chart::of("Edge", "signal-edge", spec).build()
}

fn time_axis(rows: &[Arc<SignalRow>]) -> Axis {
    let at = |row: Option<&Arc<SignalRow>>| row.map_or(0.0, |row| row.logged_at.micros() as f64);
    let (first, last) = (at(rows.first()), at(rows.last()));
    Axis::of("Time (UTC), in microseconds since 1970", (first, last.max(first + 60e6)), Format::Time)
}
