//! A look for a person at a terminal.

use std::fmt::Write;

use shared::units::Timestamp;

use crate::studies::{ROWS, Reported, two};

/// Returns what was looked at, what was found, and what to think of it.
pub(super) fn render(report: &Reported, frozen: &Timestamp) -> String {
    let mut text = String::new();
    for line in report.head(frozen) {
        let _ = writeln!(text, "{line}");
    }
    let names: String = report.rows.iter().map(|row| format!("{:>10}", row.fill_model)).collect();
    let _ = writeln!(text, "\n{:<22}{names}", "net $ an event");
    let events = report.rows.first().map_or(0, |row| row.events.len());
    for place in 0..events {
        let own: Vec<_> = report.rows.iter().filter_map(|row| row.events.get(place)).collect();
        let name = own.first().map_or("", |event| event.event.as_str());
        let cells: String = own.iter().map(|event| format!("{:>10}", two(event.net))).collect();
        let _ = writeln!(text, "{name:<22}{cells}");
    }
    for (name, cell) in ROWS {
        let cells: String = report.rows.iter().map(|row| format!("{:>10}", cell(row))).collect();
        let _ = writeln!(text, "{name:<22}{cells}");
    }
    let _ = writeln!(text, "\n{}", report.verdict());
    text
}
