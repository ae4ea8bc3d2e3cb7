//! The table of configurations: this one under every fill model, and what was reported of four presets beside what this
//! engine gets.

use shared::backtest::{REPORTED, Reported};
use shared::exchange::FillModel;
use shared::format;

use super::meaning;
use super::state::Lab;
use crate::parts::element::{Element, div, text};
use crate::parts::table::{Cell, Choosing, Kind, Row, Table, column, row};
use crate::worker::found::{Line, MODELS};

fn money(value: f64) -> String {
    format::dollars(value, 2)
}

/// Returns both tables.
pub(super) fn results(lab: Lab) -> Element {
    let note = "Fills · net. The reports, made before this engine, name neither fill model nor tape; with the assumptions \
                about the exchange on the left.";
    div("results")
        .child(this(lab))
        .child(text("h2", "Reported of four presets, and what this engine makes of them on this tape"))
        .child(text("p", note).class("aside"))
        .child(reported(lab))
}

/// This configuration under every fill model.
fn this(lab: Lab) -> Element {
    let columns = vec![
        column("Filled by", "", Kind::Words),
        column("Fills", "", Kind::Number(|fills| format::grouped(fills as i64))),
        column("Gross", "", Kind::Number(money)),
        column("Fees", "", Kind::Number(money)),
        column("Net", "", Kind::Signed(money)),
        column("95 % interval", "Of net, events resampled; none of fewer than four events", Kind::Words),
        column("Drawdown", "", Kind::Number(money)),
        column("Largest position", "", Kind::Number(format::shortest)),
    ];
    let interval = move |place: usize| {
        let report = lab.report.get()?;
        let &[low, high, ..] = report.models.get(place)?;
        (!low.is_nan()).then(|| format!("{} to {}", money(low), money(high)))
    };
    let line = move |place: usize, line: &Line| Row {
        cells: vec![
            format!("This, {}", FillModel::ALL[place]).into(),
            line.fills.into(),
            (line.net + line.fees).into(),
            line.fees.into(),
            line.net.into(),
            interval(place).unwrap_or_else(|| "–".to_owned()).into(),
            line.drawdown.into(),
            line.position.into(),
        ],
        key: FillModel::ALL[place].name().to_owned(),
        meaning: meaning(FillModel::ALL[place]),
        ..Row::default()
    };
    let rows = move || {
        lab.found.with(|found| {
            (0..MODELS)
                .map(|place| line(place, &found.lines.get(place).copied().unwrap_or_default()))
                .collect()
        })
    };
    Table {
        is_headed: true,
        id: "results",
        class: "figured",
        file: "backtest",
        ..Table::of("This configuration", columns, rows)
    }
    .build()
}

/// What was reported of presets; choosing one quotes like it.
fn reported(lab: Lab) -> Element {
    let words = |name: String, meaning| column(name, meaning, Kind::Words);
    let mut columns = vec![words("Configuration".into(), ""), words("Reported".into(), "")];
    columns.extend(FillModel::ALL.map(|model| words(format!("Here, {model}"), meaning(model))));
    let rows = move || {
        let presets = lab.presets.get();
        let both = |fills: i64, net: f64| Cell::Words(format!("{} · {}", format::grouped(fills), money(net)));
        let one = |(place, said): (usize, &Reported)| {
            let ours = (0..MODELS).map(|model| {
                let line = presets.get(MODELS * place + model);
                line.map_or_else(|| "–".into(), |line| both(line.fills as i64, line.net))
            });
            let head = [said.preset.label().into(), both(said.fills, said.net)];
            row(head.into_iter().chain(ours).collect())
        };
        REPORTED.iter().enumerate().map(one).collect()
    };
    let take = move |place: usize| {
        if let Some(said) = REPORTED.get(place) {
            lab.quote_as(said.preset);
        }
    };
    Table {
        id: "reported",
        class: "figured",
        sorts: false,
        choosing: Some(Choosing::by("Quote like this", take)),
        ..Table::of("What was reported", columns, rows)
    }
    .build()
}
