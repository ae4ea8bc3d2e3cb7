//! Where the profit comes from, and what fills were worth later beside what a backtest expects.

use shared::format;
use shared::stream::{MarkoutView, Parts};
use shared::units::Cash;

use super::state::Watch;
use crate::parts::element::{Element, div, el};
use crate::parts::table::{Cell, Kind, Table, column, row};

/// Returns both tables.
pub(super) fn tables(watch: Watch) -> Element {
    let expects = move || watch.live.desk(|desk| desk.map(|desk| desk.expects.clone()).unwrap_or_default());
    let expects = move || match expects() {
        by if by.starts_with("no ") => format!("Beside a backtest: {by}."),
        by => format!("Expected by {by}."),
    };
    div("desk-profits")
        .child(parts(watch))
        .child(div("").child(markouts(watch)).child(el("p").id("desk-expects").class("aside").says(expects)))
}

/// Returns the table of the parts: of all, then of each contract.
fn parts(watch: Watch) -> Element {
    let dollars = || Kind::Signed(|dollars| format::dollars(dollars, 2));
    let columns = vec![
        column("Contract", "", Kind::Words),
        column("Spread", "What quoting away from fair earned", dollars()),
        column("Markout", "How fair moved within 30 minutes of a fill, on what was filled", dollars()),
        column("Inventory", "How it moved later, and on what was held before", dollars()),
        column("Fees", "What the exchange charged", dollars()),
        column("P&L", "The sum of these, to the millionth of a dollar", dollars()),
    ];
    let of = |name: &str, parts: Parts| {
        let fees = Cash::from_microdollars(-parts.fees.microdollars());
        let numbers = [parts.spread, parts.markout, parts.inventory, fees, parts.pnl()];
        let numbers = numbers.map(|cash| Cell::from(cash.to_dollars()));
        row(std::iter::once(name.into()).chain(numbers).collect())
    };
    let rows = move || {
        watch.live.desk(|desk| {
            let Some(desk) = desk else { return Vec::new() };
            let contracts = desk.rows.iter().map(|contract| of(&contract.name, contract.parts));
            std::iter::once(of("All", desk.parts)).chain(contracts).collect()
        })
    };
    Table {
        is_headed: true,
        id: "desk-parts",
        class: "numbers",
        file: "desk-profit",
        ..Table::of("Where the profit comes from", columns, rows)
    }
    .build()
}

/// Returns the table of markouts.
fn markouts(watch: Watch) -> Element {
    let columns = vec![
        column("After", "How long after the fill", Kind::Words),
        column("Fills", "Whose time has come", Kind::Number(|n| format::grouped(n as i64))),
        column(
            "Mean",
            "Cents a contract, against the fills' own prices",
            Kind::Signed(|d| format::cents(d, 2)),
        ),
        column("95 %", "Holds the truth at all looks and horizons together", Kind::Words),
        column("Expected", "The interval by the backtest, over its fill models", Kind::Words),
        column("", "", Kind::Words),
    ];
    let of = |told: &MarkoutView| {
        let ends = |ends: Option<(Cash, Cash)>| match ends {
            Some((low, high)) => {
                format!("{} to {}", format::cents(low.to_dollars(), 2), format::cents(high.to_dollars(), 2))
            }
            None => "–".to_owned(),
        };
        let verdict = match told.is_alarm {
            true => Cell::Marked("lamp alarmed", format!("▲ {}", told.verdict)),
            false => told.verdict.as_str().into(),
        };
        let mean = told.mean.map_or(f64::NAN, Cash::to_dollars);
        row(vec![
            told.horizon.as_str().into(),
            f64::from(told.fills).into(),
            mean.into(),
            ends(told.interval).into(),
            ends(told.expected).into(),
            verdict,
        ])
    };
    let rows = move || watch.live.desk(|desk| desk.iter().flat_map(|desk| &desk.markouts).map(of).collect());
    Table {
        is_headed: true,
        id: "desk-markouts",
        class: "numbers",
        file: "desk-markouts",
        ..Table::of("What fills were worth later", columns, rows)
    }
    .build()
}
