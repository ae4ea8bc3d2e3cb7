//! The charts: where the counts end, probability against strike, through time, and what moves the chosen artist.

use leptos::prelude::*;
use shared::format;
use shared::scenario::{Sensitivity, artist_parameter, density, strike_curve};
use shared::sort;

use super::slow;
use crate::desk::Desk;
use crate::parts::artist;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Mark, Spec, series};
use crate::parts::element::{Element, div, el};
use crate::reactive::{Memo, memo};

const DENSITY_POINTS: usize = 140;
const STRIKE_POINTS: usize = 160;

/// Returns the four charts.
pub(super) fn charts(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let slow = slow::follow(desk);
    let densities = memo(move || densities(desk, &names.get()));
    let against_strike = memo(move || against_strike(desk, &names.get()));
    let through_time = memo(move || slow.with(|slow| through_time(slow, &names.get())));
    let tornado = memo(move || slow.with(|slow| tornado(slow, &names.get(), desk.artist.get_untracked())));
    let card = |title, slug, spec| el("section").class("card").child(Chart::of(title, slug, spec).build());
    div("charts")
        .child(card("Listeners at settlement", "densities", densities))
        .child(card("Probability against strike", "strike", against_strike))
        .child(card("Fair through time, were nothing to change", "through-time", through_time))
        .child(card("What moves the chosen artist", "tornado", tornado))
}

fn name(names: &[String], place: usize) -> String {
    names.get(place).cloned().unwrap_or_default()
}

fn densities(desk: Desk, names: &[String]) -> Spec {
    let Some(found) = desk.scenario.with(|s| s.as_ref().and_then(|s| density(s, DENSITY_POINTS).ok())) else {
        return Spec::empty();
    };
    let chosen = desk.artist.get();
    let highest = found.artists.iter().flatten().copied().fold(0.0, f64::max);
    let range =
        (found.listeners.first().copied().unwrap_or(0.0), found.listeners.last().copied().unwrap_or(1.0));
    let curves = found
        .artists
        .iter()
        .enumerate()
        .filter(|(_, curve)| !curve.is_empty())
        .map(|(place, curve)| {
            let kind = if place == chosen { Kind::Area } else { Kind::Line };
            let points: Vec<_> = found.listeners.iter().copied().zip(curve.iter().copied()).collect();
            series(name(names, place), artist::colour(place), kind, points)
        })
        .collect();
    Spec {
        subject: names.join(","),
        x: Axis::of("Listeners", range, Format::Listeners),
        y: Axis::of("Density of the logarithm", (0.0, 1.05 * highest.max(1e-9)), Format::None),
        series: curves,
        marks: Vec::new(),
        summary: format!(
            "densities of {} artists between {} and {}",
            names.len(),
            format::millions(range.0, 0),
            format::millions(range.1, 0)
        ),
    }
}

fn against_strike(desk: Desk, names: &[String]) -> Spec {
    let place = desk.artist.get();
    let curve = desk.scenario.with(|scenario| {
        let scenario = scenario.as_ref()?;
        let own = scenario.artists().get(place)?;
        let (spot, strike) = (own.value(artist_parameter::SPOT), own.value(artist_parameter::STRIKE));
        let range = (0.6 * spot.min(strike), 1.4 * spot.max(strike));
        Some((range, strike, strike_curve(scenario, place, range, STRIKE_POINTS).ok()?))
    });
    let Some((range, strike, curve)) = curve else { return Spec::empty() };
    let of = |name: &str, colour, kind, read: fn(&(f64, f64, f64)) -> (f64, f64)| {
        series(name, colour, kind, curve.iter().map(read).collect::<Vec<_>>())
    };
    Spec {
        subject: name(names, place),
        x: Axis::of("Strike", range, Format::Listeners),
        y: Axis::of("Probability", (0.0, 1.0), Format::Percent),
        series: vec![
            of("No jumps", "--text-2", Kind::Line, |point| (point.0, point.2)),
            of("With jumps", artist::colour(place), Kind::Area, |point| (point.0, point.1)),
        ],
        marks: vec![Mark { name: "Strike".into(), colour: "--ask", x: strike }],
        summary: format!("{}'s probability falls as the strike rises", name(names, place)),
    }
}

fn through_time(slow: &slow::Slow, names: &[String]) -> Spec {
    let Some((days, _)) = slow.through_time.first() else { return Spec::empty() };
    let highest = slow.through_time.iter().flat_map(|(_, fair)| fair).copied().fold(0.0, f64::max);
    let curve = |place: usize| {
        let point = |(left, fair): &(f64, Vec<f64>)| Some((days - left, *fair.get(place)?));
        let points: Vec<_> = slow.through_time.iter().filter_map(point).collect();
        series(name(names, place), artist::colour(place), Kind::Line, points)
    };
    Spec {
        subject: names.join(","),
        x: Axis::of("Days from now", (0.0, days.max(1e-3)), Format::Plain),
        y: Axis::of("Fair", (0.0, (1.05 * highest).clamp(0.05, 1.0)), Format::Percent),
        series: (0..names.len()).map(curve).collect(),
        marks: Vec::new(),
        summary: format!("each artist's fair value over the next {} days", format::shortest(*days)),
    }
}

fn tornado(slow: &slow::Slow, names: &[String], place: usize) -> Spec {
    let width = |bar: &Sensitivity| (bar.fair.1 - bar.fair.0).abs();
    let bars: Vec<&Sensitivity> = slow.tornado.iter().filter(|bar| width(bar) > 0.0).collect();
    let bars: Vec<_> = sort::places(bars.len(), &|a, b| width(bars[a]) > width(bars[b]))
        .into_iter()
        .map(|place| bars[place])
        .collect();
    if bars.is_empty() {
        return Spec::empty();
    }
    let points = |read: fn(&Sensitivity) -> f64| {
        bars.iter().enumerate().map(|(row, bar)| (read(bar), row as f64)).collect::<Vec<_>>()
    };
    let all = bars.iter().flat_map(|bar| [bar.fair.0, bar.fair.1]).chain([slow.fair]);
    let (low, high) = all.fold((1.0_f64, 0.0_f64), |(low, high), p| (low.min(p), high.max(p)));
    let room = (0.08 * (high - low)).max(0.002);
    Spec {
        subject: name(names, place),
        x: Axis::of("Fair", (low - room, high + room), Format::Percent),
        y: Axis::of_names("Parameter", bars.iter().map(|bar| bar.label.to_owned()).collect()),
        summary: format!(
            "{}: {} matters most",
            name(names, place),
            bars.first().map_or("nothing", |bar| bar.label)
        ),
        series: vec![
            series("lower", "--ask", Kind::Bars, points(|bar| bar.fair.0)),
            series("higher", "--bid", Kind::Bars, points(|bar| bar.fair.1)),
        ],
        marks: vec![Mark { name: "Fair now".into(), colour: "--text-1", x: slow.fair }],
    }
}
