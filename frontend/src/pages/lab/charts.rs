//! The charts: what a contract printed, was worth, was quoted and filled at; the position; and equity.

use std::sync::Arc;

use leptos::prelude::*;
use shared::exchange::FillModel;
use shared::format;

use super::colour;
use super::fills::Explained;
use super::state::Lab;
use crate::parts::chart::spec::{Axis, Format, Kind, Series, Spec};
use crate::parts::chart::{Chart, Click};
use crate::reactive::{RwSignal, memo};
use crate::worker::found::Points;

const MINUTE: f64 = 60e6;

/// The chosen contract, and why the fill that was clicked stood where it stood.
#[component]
pub(super) fn ContractCharts() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let zoom = RwSignal::new(None);
    let contracts = move || {
        let tape = lab.tape.get();
        let option = |(place, (ticker, prints)): (usize, (&String, &f64))| {
            let is_chosen = lab.contract.get() == place;
            let text = format!("{ticker} · {} prints", format::grouped(*prints as i64));
            view! { <option value=place.to_string() selected=is_chosen>{text}</option> }.into_any()
        };
        tape.contracts.iter().zip(&tape.prints).enumerate().map(option).collect::<Vec<_>>()
    };
    let turn = move |event: web_sys::Event| {
        if let Ok(place) = event_target_value(&event).parse() {
            lab.turn_to(place);
        }
    };
    let choose = move |event: web_sys::Event| {
        if let Ok(model) = event_target_value(&event).parse() {
            lab.pick(None);
            lab.model.set(model);
        }
    };
    let models = Vec::from(FillModel::ALL.map(|model| {
        view! { <option value=model.name() selected=move || lab.model.get() == model>{format!("Filled by {model}")}</option> }
        .into_any()
    }));
    let prices = memo(move || prices(lab));
    let position = memo(move || position(lab));
    let clicked = Callback::new(move |Click { at: (x, y), reach: (wide, high) }| {
        let nearest = lab.found.with(|found| {
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
    });
    view! {
        <div class="lab-bar">
            <h1 class="unseen">"The chosen contract"</h1>
            <select id="lab-contract" aria-label="Contract" on:change=turn>{contracts}</select>
            <select id="lab-model" aria-label="Fill model of the chart" on:change=choose>{models}</select>
            <span class="aside">"Click a fill for its explanation; wheel zooms, drag pans."</span>
        </div>
        <Chart title="Prints, fair, quotes and fills" slug="lab-prices" spec=prices zoom=zoom still=3 clicked=clicked />
        <Chart title="Position" slug="lab-position" spec=position zoom=zoom />
        <Explained />
    }
}

fn time_axis(points: &[(f64, f64)]) -> Axis {
    let first = points.first().map_or(0.0, |point| point.0);
    let last = points.last().map_or(0.0, |point| point.0);
    let room = f64::max(0.01 * (last - first), MINUTE);
    Axis::of("Time (UTC), in microseconds since 1970", (first - room, last + room), Format::Time)
}

fn series(name: &str, colour: &'static str, kind: Kind, points: &Points) -> Series {
    Series { name: name.to_owned(), colour, kind, points: Arc::clone(points) }
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
            x: time_axis(&belief.prints),
            y: Axis::of("Price, in dollars", (low.max(0.0), high.min(1.0)), Format::Cents),
            series: vec![
                series("95 % of fair", "--text-2", Kind::Band, &belief.band),
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
            x,
            y: Axis::of("Contracts", span(found.position.iter(), 2.0), Format::Plain),
            series: vec![series("YES contracts held", "--accent", Kind::Steps, &found.position)],
            marks: Vec::new(),
            summary: format!("{} at the end", format::shortest(last)),
        }
    })
}

/// Equity under every fill model, as a band from the pessimistic to the optimistic one.
#[component]
pub(super) fn EquityChart() -> impl IntoView {
    let lab = expect_context::<Lab>();
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
                all.push(series("From through to front", "--accent", Kind::Band, &Arc::new(band)));
            }
            all.extend(lines);
            let first = found.equity.first().map(|points| points.as_slice()).unwrap_or_default();
            let nets: Vec<String> = FillModel::ALL
                .into_iter()
                .zip(&found.lines)
                .map(|(model, line)| format!("{model} {}", format::dollars(line.net, 2)))
                .collect();
            Spec {
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
    view! { <Chart title="Equity of all contracts" slug="lab-equity" spec=spec /> }
}
