//! The charts: what a contract printed, was worth, was quoted and filled at; the position; and equity.

use std::sync::Arc;

use shared::exchange::FillModel;
use shared::format;

use super::colour;
use super::fills::explained;
use super::state::Lab;
use crate::parts::chart::spec::{Axis, Format, Kind, Series, Spec, series};
use crate::parts::chart::{Chart, Click, Zoom};
use crate::parts::element::{Element, div, text};
use crate::parts::form::{Choice, item};
use crate::reactive::memo;

const MINUTE: f64 = 60e6;

/// Returns the chosen contract, and why the fill that was clicked stood where it stood.
pub(super) fn contract(lab: Lab, zoom: Zoom) -> Element {
    let contracts = move || {
        let tape = lab.tape.get();
        let one = |(place, (ticker, prints)): (usize, (&String, &f64))| {
            item(place.to_string(), format!("{ticker} · {} prints", format::grouped(*prints as i64)))
        };
        tape.contracts.iter().zip(&tape.prints).enumerate().map(one).collect()
    };
    let turn = move |place: String| {
        if let Ok(place) = place.parse() {
            lab.turn_to(place);
        }
    };
    let choose = move |model: String| {
        if let Ok(model) = model.parse() {
            lab.fill_by(model);
        }
    };
    let models = || FillModel::ALL.map(|model| item(model.name(), format!("Filled by {model}"))).into();
    let bare = |mut choice: Choice| {
        choice.is_named = false;
        choice.build()
    };
    let contract =
        Choice::of("lab-contract", "Contract", contracts, move || lab.contract.get().to_string(), turn);
    let model = Choice::of(
        "lab-model",
        "Fill model of the chart",
        models,
        move || lab.model.get().name().to_owned(),
        choose,
    );
    let clicked = move |Click { at: (x, y), reach: (wide, high) }| {
        let nearest = lab.found.with_untracked(|found| {
            let mut nearest = (1.0, None);
            for fill in found.fills.iter() {
                let (dx, dy) = ((fill.at - x) / wide, (fill.price - y) / high);
                let away = dx * dx + dy * dy;
                if away < nearest.0 {
                    nearest = (away, Some(fill.place));
                }
            }
            nearest.1
        });
        lab.pick(nearest);
    };
    let prices = Chart {
        zoom,
        still: 3,
        clicked: Some(Box::new(clicked)),
        ..Chart::of("Prints, fair, quotes and fills", "lab-prices", memo(move || prices(lab)))
    };
    let position = Chart { zoom, ..Chart::of("Position", "lab-position", memo(move || position(lab))) };
    let hint = "Click a fill for its explanation; wheel zooms, drag pans.";
    div("charts-of-contract")
        .child(
            div("lab-bar")
                .child(text("h1", "The chosen contract").class("unseen"))
                .child(bare(contract))
                .child(bare(model))
                .child(text("span", hint).class("aside")),
        )
        .child(prices.build())
        .child(position.build())
        .child(explained(lab))
}

/// Returns what the charts of a contract are about.
fn subject(lab: Lab) -> String {
    format!("{} {}", lab.chosen.get(), lab.contract.get())
}

fn time_axis(points: &[(f64, f64)]) -> Axis {
    let first = points.first().map_or(0.0, |point| point.0);
    let last = points.last().map_or(0.0, |point| point.0);
    let room = f64::max(0.01 * (last - first), MINUTE);
    Axis::of("Time (UTC), in microseconds since 1970", (first - room, last + room), Format::Time)
}

/// Returns the lowest and the highest value, with a little room.
fn span<'a>(points: impl Iterator<Item = &'a (f64, f64)>, least: f64) -> (f64, f64) {
    let (low, high) = points
        .filter(|point| !point.1.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point.1), high.max(point.1)));
    if low > high {
        return (0.0, least);
    }
    // Outward to a step of one, two or five: the axis stays where it is while a slider moves what is on it.
    let room = f64::max(0.03 * (high - low), 0.5 * least);
    let mut step = least;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if 16.0 * step > high - low {
            break;
        }
        step *= factor;
    }
    (((low - room) / step).floor() * step, ((high + room) / step).ceil() * step)
}

fn prices(lab: Lab) -> Spec {
    let belief = lab.belief.get();
    lab.found.with(|found| {
        let (low, high) = span(belief.prints.iter().chain(found.bid.iter()).chain(found.ask.iter()), 0.01);
        Spec {
            subject: subject(lab),
            x: time_axis(&belief.prints),
            y: Axis::of("Price, in dollars", (low.max(0.0), high.min(1.0)), Format::Cents),
            series: vec![
                series("95 % of fair", "--text-2", Kind::Band(0), &belief.band),
                series("Prints", "--text-2", Kind::Dots, &belief.prints),
                series("Fair", "--text-0", Kind::Steps, &belief.fair),
                series("Bid", "--bid", Kind::Steps, &found.bid),
                series("Ask", "--ask", Kind::Steps, &found.ask),
                series("Bought", "--bid", Kind::Marks, &found.bought),
                series("Sold", "--ask", Kind::Marks, &found.sold),
            ],
            marks: Vec::new(),
            summary: format!(
                "{} prints, {} purchases and {} sales",
                belief.prints.len(),
                found.bought.len(),
                found.sold.len()
            ),
        }
    })
}

fn position(lab: Lab) -> Spec {
    let x = lab.belief.with(|belief| time_axis(&belief.prints));
    lab.found.with(|found| {
        let last = found.position.last().map_or(0.0, |point| point.1);
        Spec {
            subject: subject(lab),
            x,
            y: Axis::of("Contracts", span(found.position.iter(), 2.0), Format::Plain),
            series: vec![series("YES contracts held", "--accent", Kind::Steps, &found.position)],
            marks: Vec::new(),
            summary: format!("{} at the end", format::shortest(last)),
        }
    })
}

/// Returns equity under every fill model, with a band from the pessimistic to the optimistic one.
pub(super) fn equity(lab: Lab, zoom: Zoom) -> Element {
    let spec = memo(move || {
        lab.found.with(|found| {
            let lines: Vec<Series> = FillModel::ALL
                .into_iter()
                .zip(&found.equity)
                .map(|(model, points)| series(model.name(), colour(model), Kind::Line, points))
                .collect();
            let mut all = Vec::new();
            if let [low, _, high, ..] = found.equity.as_slice() {
                let pair = |(a, b): (&(f64, f64), &(f64, f64))| [(a.0, a.1.min(b.1)), (a.0, a.1.max(b.1))];
                let band = low.iter().zip(high.iter()).flat_map(pair).collect();
                all.push(series("From through to front", "--accent", Kind::Band(0), &Arc::new(band)));
            }
            all.extend(lines);
            let first = found.equity.first().map(|points| points.as_slice()).unwrap_or_default();
            let nets: Vec<String> = FillModel::ALL
                .into_iter()
                .zip(&found.lines)
                .map(|(model, line)| format!("{model} {}", format::dollars(line.net, 2)))
                .collect();
            Spec {
                subject: lab.chosen.get(),
                x: time_axis(first),
                y: Axis::of(
                    "Equity, in dollars",
                    span(found.equity.iter().flat_map(|points| points.iter()), 1.0),
                    Format::Dollars,
                ),
                series: all,
                marks: Vec::new(),
                summary: nets.join(", "),
            }
        })
    });
    Chart { zoom, ..Chart::of("Equity of all contracts", "lab-equity", spec) }.build()
}
