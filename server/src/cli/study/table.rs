//! A look for a person at a terminal.

use std::fmt::Write;

use shared::format::{fixed, percent};
use shared::study::{Judged, ModelRow, Side, StudyReport};
use shared::units::{Cash, Timestamp};

/// Returns what was looked at, what was found, and what to think of it.
pub(super) fn render(report: &StudyReport, frozen: &Timestamp) -> String {
    let mut text = String::new();
    for line in head(report, frozen) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "\n{:<22}{}", "net $ an event", names(report));
    let events = report.rows().first().map_or(0, |row| row.events.len());
    for place in 0..events {
        let own: Vec<_> = report.rows().iter().filter_map(|row| row.events.get(place)).collect();
        let name = own.first().map_or("", |event| event.event.as_str());
        let cells: String = own.iter().map(|event| format!("{:>10}", two(event.net))).collect();
        let _ = writeln!(text, "{name:<22}{cells}");
    }
    for (name, cell) in ROWS {
        let cells: String = report.rows().iter().map(|row| format!("{:>10}", cell(row))).collect();
        let _ = writeln!(text, "{name:<22}{cells}");
    }
    let _ = writeln!(text, "\n{}", verdict(report));
    text
}

/// A row's name, and its cell of each fill model.
pub(super) type Cell = (&'static str, fn(&ModelRow) -> String);

/// The rows below the events.
pub(super) const ROWS: [Cell; 9] = [
    ("all", |row| two(row.judged.net)),
    ("  from", |row| low(&row.judged)),
    ("  to", |row| high(&row.judged)),
    ("events above zero", |row| format!("{} of {}", row.positive(), row.events.len())),
    ("p if prices are right", |row| fixed(row.judged.p_if_right, 4)),
    ("called real", |row| if row.judged.is_real { "yes" } else { "no" }.to_owned()),
    ("makers charged", |row| two(row.charged.net)),
    ("  from", |row| low(&row.charged)),
    ("  to", |row| high(&row.charged)),
];

/// Returns what was looked at, in lines.
pub(super) fn head(report: &StudyReport, frozen: &Timestamp) -> Vec<String> {
    let mut lines = vec![
        format!("Study {}, frozen at {frozen}", report.study()),
        format!("Claim: {}", report.hypothesis()),
        format!("Quotes: {}", report.config()),
        format!(
            "Side: {}. Looks, with this one: {} to explore, {} to confirm",
            report.side().name(),
            report.looks(Side::Explore),
            report.looks(Side::Confirm)
        ),
    ];
    if !report.before().is_empty() {
        let times: Vec<String> = report.before().iter().map(ToString::to_string).collect();
        lines.push(format!("This side was looked at before, at {}", times.join(", ")));
    }
    lines.push(format!(
        "Intervals of {}, as of all looks together; what settles by one date is resampled as one",
        percent(report.coverage(), 2)
    ));
    lines
}

/// Returns what the fill model that decides says.
pub(super) fn verdict(report: &StudyReport) -> String {
    let Some(row) = report.decisive() else { return String::new() };
    let deflated = report.deflated().map_or_else(String::new, |deflated| {
        format!(
            " Sharpe ratio an event above zero with probability {}, deflated.",
            fixed(deflated.probability, 3)
        )
    });
    let called = match (report.side(), row.judged.is_real) {
        (Side::Confirm, true) => "the claim is confirmed",
        (Side::Confirm, false) => "the claim is not confirmed",
        (Side::Explore, true) => "there is something to confirm on other events",
        (Side::Explore, false) => "nothing is shown",
    };
    format!("By `{}`, {called}.{deflated}", row.model)
}

fn names(report: &StudyReport) -> String {
    report.rows().iter().map(|row| format!("{:>10}", row.model.name())).collect()
}

pub(super) fn two(amount: Cash) -> String {
    fixed(amount.to_dollars(), 2)
}

fn low(judged: &Judged) -> String {
    judged.interval.map_or_else(|| "–".to_owned(), |(low, _)| two(low))
}

fn high(judged: &Judged) -> String {
    judged.interval.map_or_else(|| "–".to_owned(), |(_, high)| two(high))
}
