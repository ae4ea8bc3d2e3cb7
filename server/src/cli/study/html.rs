//! `report.html`: a look in one file that asks nothing of the network.

use shared::units::Timestamp;

use crate::cli::page::{self, Markup, grid};
use crate::studies::{Reported, table};

/// Returns the page.
pub(super) fn render(report: &Reported, frozen: &Timestamp) -> String {
    let mut page = page::head("Study");
    page.start("h1", &[]).text("Study: ").text(report.side.name()).end("h1");
    for line in report.head(frozen) {
        page.add(&Markup::element("p", &[], line));
    }
    let names = report.rows.iter().map(|row| row.fill_model.clone());
    let columns: Vec<String> =
        std::iter::once("net $ an event: fills, net".to_owned()).chain(names).collect();
    page.add(&grid(&columns, &table(report)));
    page.add(&Markup::element("p", &[], report.verdict()));
    page.add(&page::foot());
    page.into_string()
}
