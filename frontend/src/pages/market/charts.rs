//! The charts of a tape: prices with what they were worth over them, and below them how much was traded.

use shared::api::Prints;
use shared::format;

use super::fairs::Fairs;
use super::tape::Shown;
use crate::desk::Desk;
use crate::parts::artist;
use crate::parts::chart::spec::{Axis, Format, Kind, Points, Spec, series};
use crate::parts::chart::{Chart, Zoom};
use crate::parts::element::{Element, div};
use crate::reactive::{StoredValue, memo};
use crate::worker::found::Points as Found;

/// How many bins the volume has at most.
const MOST_BINS: i64 = 150;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

const DAY: i64 = 24 * HOUR;

/// The widths a bin may have, in microseconds, and their names; beyond them come whole days.
const BINS: [(i64, &str); 7] = [
    (MINUTE, "a minute"),
    (5 * MINUTE, "in 5 minutes"),
    (15 * MINUTE, "in 15 minutes"),
    (HOUR, "an hour"),
    (3 * HOUR, "in 3 hours"),
    (6 * HOUR, "in 6 hours"),
    (12 * HOUR, "in 12 hours"),
];

/// Returns prices and volume over one axis of time: zooming one zooms the other.
pub(super) fn tape_charts(desk: Desk, shown: Shown, fairs: Fairs) -> Element {
    let zoom = Zoom::new();
    let fair = memo(move || match desk.outcome.get() {
        Some(Ok(found)) => found.rows.get(desk.artist.get()).map(|row| row.fair),
        _ => None,
    });
    // The points are kept while a drag moves the fair.
    let kept = StoredValue::new((String::new(), Points::default()));
    let points = memo(move || {
        let prints = shown.prints.get()?;
        kept.update_value(|kept| {
            grow(kept, &prints);
            kept.clone()
        })
    });
    // The nowcast goes on to the event's last trade, whichever contract it was in.
    let end = memo(move || {
        let event = desk.event();
        let last = event.iter().flat_map(|event| &event.contracts).map(|contract| contract.last_at.micros());
        last.max().unwrap_or(0)
    });
    let prices = memo(move || {
        let (ticker, points) = points.get().unwrap_or_default();
        let lines = fairs.of(&ticker);
        prices(ticker, &points, end.get() as f64, fair.get(), lines, desk.artist.get())
    });
    let volume = memo(move || match shown.prints.get() {
        Some(prints) => volume(prints.ticker.to_string(), &prints.micros, &prints.hundredths, end.get()),
        None => volume(String::new(), &[], &[], 0),
    });
    let chart = |title, slug, spec| Chart { zoom, ..Chart::of(title, slug, spec) }.build();
    div("").child(chart("Price", "prices", prices)).child(chart("Size", "volume", volume))
}

/// Brings the points of a contract up to a tape of it: where it goes on from what is there, only the rest is added.
fn grow(kept: &mut (String, Points), prints: &Prints) {
    let price = |(at, price): (&i64, &i64)| (*at as f64, *price as f64 / 1e4);
    let mut all = prints.micros.iter().zip(&prints.centicents).map(price);
    let ticker = prints.ticker.to_string();
    let goes_on = kept.0 == ticker && kept.1.iter().all(|point| all.next() == Some(*point));
    if goes_on {
        kept.1.append(&all.collect::<Vec<_>>());
    } else {
        let all: Vec<_> = prints.micros.iter().zip(&prints.centicents).map(price).collect();
        *kept = (ticker, all.into());
    }
}

/// Returns the axis of time of both charts, with room for the outermost dots.
fn time_axis(first: f64, last: f64) -> Axis {
    let room = (0.01 * (last - first)).max(MINUTE as f64);
    Axis::of("Time (UTC), in microseconds since 1970", (first - room, last + room), Format::Time)
}

fn prices(
    ticker: String,
    points: &Points,
    end: f64,
    fair: Option<f64>,
    lines: [Option<Found>; 2],
    place: usize,
) -> Spec {
    let first = points.first().map_or(0.0, |point| point.0);
    let last = points.last().map_or(0.0, |point| point.0).max(end);
    let over = lines.iter().flatten().flat_map(|line| line.iter().map(|point| point.1));
    let all = points.iter().map(|point| point.1).chain(over).chain(fair);
    let (low, high) = all.fold((1.0_f64, 0.0_f64), |(low, high), price| (low.min(price), high.max(price)));
    let room = (0.06 * (high - low)).max(0.005);
    let [believed, nowcast] = lines;
    let mut all = vec![series("Prints", "--text-2", Kind::Dots, points.clone())];
    all.extend(believed.map(|line| series("Belief before a print", "--text-0", Kind::Line, &line)));
    all.extend(nowcast.map(|line| series("Nowcast", artist::colour(place), Kind::Steps, &line)));
    all.extend(
        fair.map(|fair| {
            series("Model's fair now", "--accent", Kind::Line, vec![(first, fair), (last, fair)])
        }),
    );
    Spec {
        subject: ticker,
        x: time_axis(first, last),
        y: Axis::of("Price, in dollars", ((low - room).max(0.0), (high + room).min(1.0)), Format::Cents),
        series: all,
        marks: Vec::new(),
        summary: format!(
            "{} prints between {} and {}",
            points.len(),
            format::cents(low, 1),
            format::cents(high, 1)
        ),
    }
}

/// Returns how many contracts were traded in each bin of time; the bins start at round times.
fn volume(ticker: String, micros: &[i64], hundredths: &[i64], end: i64) -> Spec {
    let (first, last) = (micros.first().copied().unwrap_or(0), micros.last().copied().unwrap_or(0));
    let known = BINS.into_iter().find(|(width, _)| (last - first) / width < MOST_BINS);
    let (width, name) = known.map_or_else(
        || {
            // Few enough bins for any two dates that a tape can hold.
            let days = (last - first) / DAY / MOST_BINS + 1;
            (days * DAY, if days == 1 { "a day".to_owned() } else { format!("in {days} days") })
        },
        |(width, name)| (width, name.to_owned()),
    );
    let begin = first.div_euclid(width);
    let mut points: Vec<(f64, f64)> = (begin..=last.div_euclid(width))
        .map(|bin| ((bin * width) as f64 + 0.5 * width as f64, 0.0))
        .collect();
    for (at, count) in micros.iter().zip(hundredths) {
        if let Some(point) = points.get_mut((at.div_euclid(width) - begin) as usize) {
            point.1 += *count as f64 / 100.0;
        }
    }
    let highest = points.iter().map(|point| point.1).fold(1.0, f64::max);
    Spec {
        subject: ticker,
        x: time_axis(first as f64, last.max(end) as f64),
        y: Axis::of("Contracts", (0.0, 1.06 * highest), Format::Plain),
        series: vec![series(format!("Contracts {name}"), "--text-2", Kind::Columns, points)],
        marks: Vec::new(),
        summary: format!("at most {} contracts {name}", format::grouped(highest as i64)),
    }
}
