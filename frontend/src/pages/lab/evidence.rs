//! The evidence: each figure with its sample and its interval.

use shared::exchange::FillModel;
use shared::format;

use super::state::Lab;
use crate::parts::chart::Chart;
use crate::parts::chart::spec::{Axis, Format, Kind, Spec, series};
use crate::parts::element::{Element, div, el, text};
use crate::parts::figures::{figure, figures};
use crate::parts::table::{Cell, Column, Kind as Cells, Row, Table, column, row};
use crate::reactive::memo;
use crate::worker::found::{Line, MODELS, ReportFound};

/// Returns everything that speaks for or against the result.
pub(super) fn evidence(lab: Lab) -> Element {
    let part = |title: &str, note: &str, inside: Element| {
        let note = text("p", note).class("aside");
        div("").child(text("h3", title)).child(note).child(inside)
    };
    let grid = div("lab-evidence")
        .child(part(
            "Where it comes from",
            "Every row adds up to net to the microdollar; nothing is counted twice. Sample: all fills.",
            by_model("Attribution", move || attribution(lab)),
        ))
        .child(part(
            "What fills were worth later",
            "Fair so long after a fill against its price, ¢ a contract, for us where positive; intervals by resampling \
             events, none of fewer than four.",
            by_model("Markouts", move || markouts(lab)),
        ))
        .child(part(
            "Could it be luck?",
            "",
            div("").child(el("p").class("aside").says(move || luck(lab))).child(by_model(
                "Significance",
                move || significance(lab),
            )),
        ))
        .child(part("Did fair prices come true?", "", calibration(lab)));
    div("evidence").child(text("h2", "Evidence")).child(grid)
}

/// Returns a table with a column a fill model.
fn by_model(caption: &'static str, rows: impl Fn() -> Vec<Row> + 'static) -> Element {
    let mut columns = vec![column("", "", Cells::Words)];
    columns.extend(FillModel::ALL.map(|model| column(model.name(), "", Cells::Number(format::shortest))));
    Table { sorts: false, ..Table::of(caption, columns, rows) }.build()
}

/// Returns a row: a name, and what is said of each fill model.
fn said(name: &str, of: impl Fn(usize) -> String) -> Row {
    row(std::iter::once(name.into()).chain((0..MODELS).map(|model| of(model).into())).collect())
}

fn of_line(lab: Lab, name: &str, read: impl Fn(&Line) -> String) -> Row {
    said(name, |model| lab.rested_found.with(|found| found.lines.get(model).map(&read).unwrap_or_default()))
}

/// Returns where the profit comes from.
fn attribution(lab: Lab) -> Vec<Row> {
    type Part = (&'static str, fn(&Line) -> f64);
    let parts: [Part; 6] = [
        ("Spread: quoted away from fair", |line| line.spread),
        ("Markout: fair moved within 30 min", |line| line.markout),
        ("Revaluation: it moved later", |line| line.revaluation),
        ("Slippage", |line| -line.slippage),
        ("Fees", |line| -line.fees),
        ("Net, the sum", |line| line.net),
    ];
    parts.map(|(name, read)| of_line(lab, name, |line| format::dollars(read(line), 2))).into()
}

/// Returns what fills were worth later.
fn markouts(lab: Lab) -> Vec<Row> {
    let cents = |value: f64| or_dash(value, |value| format::signed_cents(value / 100.0, 2));
    let report = lab.report.get().unwrap_or_default();
    let interval = |model: usize, horizon: usize| {
        let all = report.markouts.get(model);
        match all.map(|all| (all[2 * horizon], all[2 * horizon + 1])) {
            Some((low, high)) if !low.is_nan() => format!("{} to {}", cents(low), cents(high)),
            _ => "–".to_owned(),
        }
    };
    let mut rows = Vec::new();
    for (i, name) in ["1 min", "5 min", "30 min", "6 h", "Settlement"].into_iter().enumerate() {
        rows.push(of_line(lab, name, |line| cents(line.markouts.get(i).copied().unwrap_or(line.settled.0))));
        rows.push(said("95 %", |model| interval(model, i)));
    }
    rows.push(of_line(lab, "Contracts traded", |line| format::shortest(line.volume)));
    rows.push(of_line(lab, "of them settled", |line| format::shortest(line.settled.1)));
    rows
}

fn or_dash(value: f64, write: impl Fn(f64) -> String) -> String {
    if value.is_nan() { "–".to_owned() } else { write(value) }
}

/// Returns what the interval rests on, and how many configurations were tried.
fn luck(lab: Lab) -> String {
    let events = lab.report.get().unwrap_or_default().event_names.len();
    let tried = match lab.sweep.get().filter(|sweep| !sweep.verdicts.is_empty()) {
        Some(sweep) => format!(
            "{} configurations were tried in the sweep: the last row accounts for it.",
            sweep.nets.len() / MODELS
        ),
        None => "Sliders try many configurations: run the sweep to see the best one judged with their number in mind."
            .to_owned(),
    };
    format!("Interval: {events} events resampled as a whole; of fewer than four there is none. {tried}")
}

/// Returns whether it could be luck.
fn significance(lab: Lab) -> Vec<Row> {
    let report = lab.report.get().unwrap_or_default();
    let money: fn(f64) -> String = |value| format::dollars(value, 2);
    let percent: fn(f64) -> String = |value| format::percent(value, 0);
    type Named = (&'static str, fn(f64) -> String);
    let names: [Named; 5] = [
        ("Net, lower end of 95 %", money),
        ("Net, upper end", money),
        ("Days with prints", format::shortest),
        ("Sharpe ratio of a day", |value| format::fixed(value, 3)),
        ("P(it is positive)", percent),
    ];
    let one = |(i, (name, write)): (usize, Named)| {
        said(name, |model| report.models.get(model).map(|row| or_dash(row[i], write)).unwrap_or_default())
    };
    let mut rows: Vec<Row> = names.into_iter().enumerate().map(one).collect();
    if let Some(sweep) = lab.sweep.get().filter(|sweep| !sweep.verdicts.is_empty()) {
        rows.push(said("P(best of the sweep is more than luck)", |model| {
            or_dash(sweep.verdicts.get(model).map_or(f64::NAN, |verdict| verdict[1]), percent)
        }));
    }
    rows
}

/// Returns whether fair prices came true.
fn calibration(lab: Lab) -> Element {
    let spec = memo(move || reliability(&lab.report.get().unwrap_or_default()));
    div("").shows(move || match lab.report.get() {
        None => Vec::new(),
        Some(report) if report.scores.len() != SCORES => {
            let why = "Nothing on this tape has settled, as far as is known: drop a file called markets.csv with the \
                       results.";
            vec![text("p", why).class("aside")]
        }
        Some(report) => {
            let [n, contracts, events] = [0, 1, 2].map(|i| report.scores[i]);
            let sample = format!(
                "Fair prices 14, 7, 3 and 1 days before settlement: {n} of {contracts} contracts in {events} events. \
                 Lower is better."
            );
            let summary = spec.with(|spec| format!("{}.", spec.summary));
            let (scores, horizons) = (std::sync::Arc::clone(&report), std::sync::Arc::clone(&report));
            vec![
                text("p", &sample).class("aside"),
                Chart::of("Reliability", "lab-reliability", spec).build(),
                text("p", &summary).class("aside"),
                figures("facts lab-inputs", move || figures_of(&scores.scores)),
                before_settlement(move || horizons.horizons.iter().map(|row| row.map(Into::into).into()).collect()),
            ]
        }
    })
}

/// How many scores a report has, if anything has settled.
const SCORES: usize = 14;

fn figures_of(scores: &[f64]) -> Vec<crate::parts::figures::Figure> {
    let &[
        _,
        _,
        _,
        brier,
        low,
        high,
        last,
        log,
        last_log,
        reliability,
        resolution,
        uncertainty,
        variance,
        covariance,
    ] = scores
    else {
        return Vec::new();
    };
    let four = |value: f64| format::fixed(value, 4);
    let interval = if low.is_nan() {
        "none, of so few events".to_owned()
    } else {
        format!("{} to {}", four(low), four(high))
    };
    let mut all = vec![figure("Brier score", four(brier)), figure("95 % interval", interval)];
    let rest = [
        ("The last print's", last),
        ("Log score", log),
        ("The last print's", last_log),
        ("Reliability", reliability),
        ("− resolution", resolution),
        ("+ uncertainty", uncertainty),
        ("+ within bins", variance - covariance),
    ];
    all.extend(rest.map(|(name, value)| figure(name, four(value))));
    all
}

/// Returns the scores by time before settlement.
fn before_settlement(rows: impl Fn() -> Vec<Vec<Cell>> + 'static) -> Element {
    let four = Cells::Number(|value| format::fixed(value, 4));
    let of = |name, kind| -> Column { column(name, "", kind) };
    let columns = vec![
        of("Days before", Cells::Number(format::shortest)),
        of("Contracts", Cells::Number(format::shortest)),
        of("Fair", four),
        of("Last print", four),
    ];
    Table::of("Brier score by time before settlement", columns, move || rows().into_iter().map(row).collect())
        .build()
}

fn reliability(report: &ReportFound) -> Spec {
    let points: Vec<(f64, f64)> = report.bins.iter().map(|bin| (bin[1], bin[2])).collect();
    let bin = |bin: &[f64; 3]| {
        let (said, came) = (format::percent(bin[1], 0), format::percent(bin[2], 0));
        format!("{came} of {} that said {said} came true", bin[0])
    };
    Spec {
        subject: String::new(),
        x: Axis::of("Fair price", (0.0, 1.0), Format::Percent),
        y: Axis::of("Came true", (0.0, 1.0), Format::Percent),
        series: vec![
            series("Perfect", "--text-2", Kind::Line, vec![(0.0, 0.0), (1.0, 1.0)]),
            series("Fair prices by tenths", "--accent", Kind::Marks, points),
        ],
        marks: Vec::new(),
        summary: report.bins.iter().map(bin).collect::<Vec<_>>().join("; "),
    }
}
