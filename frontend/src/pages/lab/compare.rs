//! Two or three configurations side by side: equity, totals, and where their fills differ.

use std::rc::Rc;

use shared::backtest::Config;
use shared::format;

use super::fills::time;
use super::state::{Lab, MOST_PINS};
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Spec, series};
use crate::parts::chips::{Chip, chips};
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::table::{self as parts, Choosing, Kind as Cells, Table, column, row};
use crate::reactive::memo;

/// The configurations' colours and names.
const LOOKS: [(&str, &str); MOST_PINS] = [("--accent", "A"), ("--artist-2", "B"), ("--artist-6", "C")];

/// Returns the comparison; the current configuration is A.
pub(super) fn compare(lab: Lab) -> Element {
    let spec = memo(move || equity(lab));
    let pin = button("", "Keep this one beside", move || lab.pin())
        .id("pin")
        .prop("disabled", move || (lab.pins.with(Vec::len) == MOST_PINS - 1).into());
    let hint = "Keep up to two configurations and move the sliders: the current one is A. Under the fill model of the \
                chart above.";
    let counts = move || {
        lab.compared.get().map_or_else(String::new, |found| {
            format!(
                "{} fills are the same in all; {} are not. The first of those:",
                format::grouped(found.common as i64),
                format::grouped(found.differing_count as i64)
            )
        })
    };
    let beside = div("compared")
        .prop("hidden", move || lab.compared.with(Option::is_none).into())
        .child(Chart::of("Equity", "lab-compare", spec).build())
        .child(configurations(lab))
        .child(el("p").class("aside").says(counts))
        .child(differing(lab));
    div("compare")
        .child(div("table-head").child(text("h2", "Side by side")).child(pin))
        .child(text("p", hint).class("aside"))
        .child(chips("Kept beside", move || pinned(lab)))
        .child(beside)
}

/// Returns what is kept, each with its way out.
fn pinned(lab: Lab) -> Vec<Chip> {
    let chip = |(config, (_, name)): (&Config, &(&str, &str))| {
        let dropped = *config;
        Chip { text: format!("{name} {}", words(&config.text())), drop: Rc::new(move || lab.unpin(dropped)) }
    };
    lab.pins.with(|pins| pins.iter().zip(&LOOKS[1..]).map(chip).collect())
}

/// Returns a configuration's text as a person reads it.
fn words(config: &str) -> String {
    config.replace("preset=", "").replace('&', ", ")
}

fn equity(lab: Lab) -> Spec {
    let found = lab.compared.get().unwrap_or_default();
    let all = || found.equity.iter().flat_map(|points| points.iter());
    let (low, high) =
        all().fold((0.0, 0.0), |(low, high), point| (f64::min(low, point.1), f64::max(high, point.1)));
    let first = all().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let last = all().map(|point| point.0).fold(0.0, f64::max);
    let lines = found.equity.iter().zip(LOOKS);
    Spec {
        subject: lab.chosen.get(),
        x: Axis::of(
            "Time (UTC), in microseconds since 1970",
            (first.min(last), last.max(first.min(last) + 1.0)),
            Format::Time,
        ),
        y: Axis::of("Equity, in dollars", (low - 0.5, high + 0.5), Format::Dollars),
        series: lines.map(|(points, (colour, name))| series(name, colour, Kind::Line, points)).collect(),
        marks: Vec::new(),
        summary: format!("{} configurations", found.lines.len()),
    }
}

/// The configurations' totals; choosing one quotes like it.
fn configurations(lab: Lab) -> Element {
    let money = Cells::Number(|value| format::dollars(value, 2));
    let columns = vec![
        column("Configuration", "", Cells::Words),
        column("Fills", "", Cells::Number(|fills| format::grouped(fills as i64))),
        column("Net", "", money),
        column("Spread", "", money),
        column("Markout", "", money),
        column("Drawdown", "", money),
    ];
    let rows = move || {
        let found = lab.compared.get().unwrap_or_default();
        let all = found.lines.iter().zip(LOOKS).zip(&found.configs);
        all.map(|((line, (colour, name)), config)| parts::Row {
            cells: std::iter::once(format!("{name} {}", words(config)).into())
                .chain([line.fills, line.net, line.spread, line.markout, line.drawdown].map(Into::into))
                .collect(),
            colour,
            ..parts::Row::default()
        })
        .collect()
    };
    let adopt = move |place: usize| {
        let config = lab.compared.with_untracked(|found| found.as_ref()?.configs.get(place).cloned());
        if let Some(Ok(config)) = config.map(|config| Config::from_text(&config)) {
            lab.replace(config);
        }
    };
    Table {
        id: "compared",
        choosing: Some(Choosing::by("Quote like this", adopt)),
        ..Table::of("Configurations", columns, rows)
    }
    .build()
}

/// The first fills that are not in all of them.
fn differing(lab: Lab) -> Element {
    let columns = vec![
        column("Time (UTC)", "", Cells::Words),
        column("Contract", "", Cells::Words),
        column("Side", "", Cells::Signed(super::fills::side)),
        column("Price", "", Cells::Number(|price| format::cents(price, 1))),
        column("In", "", Cells::Words),
    ];
    let rows = move || {
        let (found, tape) = (lab.compared.get().unwrap_or_default(), lab.tape.get());
        let all = found.differing.iter().zip(&found.contracts);
        all.map(|((fill, have), contract)| {
            let within = LOOKS.iter().enumerate().filter(|(i, _)| have >> i & 1 == 1);
            row(vec![
                time(fill.at).into(),
                tape.contracts.get(*contract).cloned().unwrap_or_default().into(),
                if fill.bought { 1.0 } else { -1.0 }.into(),
                fill.price.into(),
                within.map(|(_, (_, name))| *name).collect::<Vec<_>>().join(", ").into(),
            ])
        })
        .collect()
    };
    div("lab-short").child(Table::of("Fills that differ", columns, rows).build())
}
