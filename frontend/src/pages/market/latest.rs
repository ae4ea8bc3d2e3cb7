//! The latest prints, newest first.

use core::fmt::Display;

use shared::api::Prints;
use shared::units::{Price, Quantity, Timestamp};
use shared::{Invalid, format};

use super::tape::Shown;
use crate::parts::element::Element;
use crate::parts::table::{Kind, Row, Table, column, row};

/// How many prints are listed.
const LISTED: usize = 100;

/// Returns the table of the latest prints; its CSV holds the whole tape.
pub(super) fn table(shown: Shown) -> Element {
    let tick = |step: f64| match step {
        0.0 => "=".to_owned(),
        step => format!("{} {}", if step > 0.0 { "▲" } else { "▼" }, format::signed_cents(step, 1)),
    };
    let columns = vec![
        column("Time (UTC)", "", Kind::Words),
        column("Price", "", Kind::Number(|price| format::cents(price, 1))),
        column("Tick", "Against the print before", Kind::Signed(tick)),
        column("Size", "", Kind::Number(format::shortest)),
    ];
    let rows = move || {
        shown.prints.with(|prints| {
            let Some(prints) = prints else { return Vec::new() };
            let count = prints.micros.len();
            (count.saturating_sub(LISTED)..count).rev().map(|place| print(prints, place)).collect()
        })
    };
    let whole = move || shown.prints.get_untracked().map(|prints| whole_tape(&prints)).unwrap_or_default();
    Table {
        is_headed: true,
        id: "latest",
        file: "trades",
        save: Some(Box::new(whole)),
        ..Table::of("Latest prints", columns, rows)
    }
    .build()
}

/// Returns the row of the print at a place of the tape.
fn print(prints: &Prints, place: usize) -> Row {
    let at = |column: &[i64], place: usize| column.get(place).copied().unwrap_or(0);
    let price = at(&prints.centicents, place);
    let step = if place > 0 { price - at(&prints.centicents, place - 1) } else { 0 };
    // To the second: `2026-02-28 23:59:59`.
    let mut time = text(Timestamp::from_micros(at(&prints.micros, place))).replace('T', " ");
    time.truncate(19);
    row(vec![
        time.into(),
        (price as f64 / 1e4).into(),
        (step as f64 / 1e4).into(),
        (at(&prints.hundredths, place) as f64 / 100.0).into(),
    ])
}

/// Returns the tape with the columns that the reader of trades knows: the file can be opened again.
fn whole_tape(prints: &Prints) -> Vec<Vec<String>> {
    let mut rows = vec![["ticker", "timestamp", "price", "count"].map(str::to_owned).to_vec()];
    for ((at, price), count) in prints.micros.iter().zip(&prints.centicents).zip(&prints.hundredths) {
        rows.push(vec![
            prints.ticker.to_string(),
            text(Timestamp::from_micros(*at)),
            text(Price::from_centicents(*price)),
            text(Quantity::from_hundredths(*count)),
        ]);
    }
    rows
}

/// Returns the value as text, or what is wrong with it.
fn text(value: Result<impl Display, Invalid>) -> String {
    value.map_or_else(|invalid| invalid.to_string(), |value| value.to_string())
}
