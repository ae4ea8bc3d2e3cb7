//! Equity through the desk's time.

use shared::format;

use super::state::Watch;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Points, Spec, series};
use crate::parts::element::Element;
use crate::reactive::memo;

/// Returns the chart.
pub(super) fn chart(watch: Watch) -> Element {
    let spec = memo(move || {
        watch.live.log(|log| match log {
            Some(log) if !log.equity.is_empty() => {
                let points = log.equity.iter().map(|(at, dollars)| (at.micros() as f64, *dollars));
                spec(points.collect())
            }
            _ => Spec::empty(),
        })
    });
    Chart::of("Equity", "desk-equity", spec).build()
}

fn spec(points: Vec<(f64, f64)>) -> Spec {
    let first = points.first().copied().unwrap_or_default();
    let last = points.last().copied().unwrap_or_default();
    let (low, high) =
        points.iter().fold((first.1, first.1), |(low, high), point| (low.min(point.1), high.max(point.1)));
    let room = f64::max(0.08 * (high - low), 0.05);
    Spec {
        subject: "equity".into(),
        x: Axis::of(
            "Time (UTC), in microseconds since 1970",
            (first.0, f64::max(last.0, first.0 + 60e6)),
            Format::Time,
        ),
        y: Axis::of("Equity, in dollars", (low - room, high + room), Format::Dollars),
        series: vec![series("Equity", "--text-0", Kind::Line, Points::from(points))],
        marks: Vec::new(),
        summary: format!(
            "{} now, between {} and {}",
            format::dollars(last.1, 2),
            format::dollars(low, 2),
            format::dollars(high, 2)
        ),
    }
}
