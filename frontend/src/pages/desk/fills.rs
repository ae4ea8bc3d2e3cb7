//! The desk's fills, as they come.

use shared::format;
use shared::stream::{Appended, FillRow};

use super::contracts::sign;
use super::state::Watch;
use crate::parts::element::Element;
use crate::parts::table::{Kind, Row, Table, column};
use crate::reactive::memo;

/// How many fills are listed; all that are kept are saved.
const LISTED: usize = 100;

/// Returns the table of the latest fills, the latest first.
pub(super) fn table(watch: Watch) -> Element {
    let columns = vec![
        column("Time (UTC)", "By the desk's clock", Kind::Words),
        column("Contract", "", Kind::Words),
        column("Side", "", Kind::Signed(|sign| if sign > 0.0 { "Buy" } else { "Sell" }.to_owned())),
        column("Price", "", Kind::Number(|p| format::cents(p, 1))),
        column("Size", "Contracts", Kind::Number(format::shortest)),
        column("Fee", "", Kind::Number(|fee| format::cents(fee, 2))),
        column("Position", "YES contracts held after it, net", Kind::Signed(format::shortest)),
    ];
    let kept =
        move || watch.live.log(|log: Option<&Appended>| log.map(|log| log.fills.clone()).unwrap_or_default());
    let fills = memo(kept);
    let rows = move || fills.with(|fills| fills.iter().rev().take(LISTED).map(shown).collect());
    let save = move || {
        let head =
            ["time", "ticker", "side", "price", "count", "fee", "position"].map(str::to_owned).to_vec();
        fills.with_untracked(|fills| std::iter::once(head).chain(fills.iter().map(saved)).collect())
    };
    Table {
        is_headed: true,
        id: "desk-fills",
        file: "desk-fills",
        save: Some(Box::new(save)),
        ..Table::of("Fills", columns, rows)
    }
    .build()
}

fn shown(fill: &FillRow) -> Row {
    let numbers = [
        sign(fill.action),
        fill.price.to_dollars(),
        fill.count.to_contracts(),
        fill.fee.to_dollars(),
        fill.position as f64 / 100.0,
    ];
    let words = [format::instant(fill.at).into(), fill.ticker.outcome().into()];
    Row { cells: words.into_iter().chain(numbers.map(Into::into)).collect(), ..Row::default() }
}

fn saved(fill: &FillRow) -> Vec<String> {
    vec![
        fill.at.to_string(),
        fill.ticker.to_string(),
        fill.action.to_string(),
        fill.price.to_string(),
        fill.count.to_string(),
        fill.fee.to_string(),
        (fill.position as f64 / 100.0).to_string(),
    ]
}
