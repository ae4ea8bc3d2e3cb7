//! `report.html`: a look in one file that asks nothing of the network.

use shared::study::StudyReport;
use shared::units::Timestamp;

use super::table::{ROWS, head, two, verdict};
use crate::cli::page::{self, Markup, grid};

/// Returns the page.
pub(super) fn render(report: &StudyReport, frozen: &Timestamp) -> String {
    let mut page = page::head("Study");
    page.start("h1", &[]).text("Study: ").text(report.side().name()).end("h1");
    for line in head(report, frozen) {
        page.add(&Markup::element("p", &[], line));
    }
    let names = report.rows().iter().map(|row| row.model.to_string());
    let columns: Vec<String> =
        std::iter::once("net $ an event: fills, net".to_owned()).chain(names).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let events = report.rows().first().map_or(0, |row| row.events.len());
    for place in 0..events {
        let own: Vec<_> = report.rows().iter().filter_map(|row| row.events.get(place)).collect();
        let name = own.first().map_or_else(String::new, |event| event.event.clone());
        let cells = own.iter().map(|event| format!("{} · {}", event.fills, two(event.net)));
        rows.push(std::iter::once(name).chain(cells).collect());
    }
    for (name, cell) in ROWS {
        rows.push(std::iter::once(name.trim().to_owned()).chain(report.rows().iter().map(cell)).collect());
    }
    page.add(&grid(&columns, &rows));
    page.add(&Markup::element("p", &[], verdict(report)));
    page.add(&page::foot());
    page.into_string()
}
