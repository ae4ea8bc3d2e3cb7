//! The table: fair against market, and what the price implies.

use shared::format;
use shared::scenario::Row;

use crate::desk::Desk;
use crate::parts::element::Element;
use crate::parts::table::{self as parts, Cell, Column, Kind, Table, column};
use crate::parts::{artist, edge};
use crate::reactive::Memo;

/// A column, and what of a row stands in it.
type Read = (Column, fn(&Row) -> Cell);

fn columns() -> [Read; 12] {
    let percent = Kind::Number(|p| format::percent(p, 2));
    let cents = Kind::Number(|p| format::cents(p, 1));
    let signed = Kind::Signed(|p| format::signed_cents(p, 1));
    let millions = Kind::Number(|count| format::millions(count, 2));
    let three = Kind::Number(|value| format::fixed(value, 3));
    [
        (column("Fair", "Probability to win the event", percent), |row| row.fair.into()),
        (column("Market", "Price of the last trade", cents), |row| row.market.into()),
        (column("Edge", "Fair less market, a contract", signed), |row| row.edge.into()),
        (column("Side", "Which side earns something after the taker's fee", Kind::Words), |row| {
            edge::side(row).unwrap_or("neither").into()
        }),
        (
            column("After fees", "What the better side earns a contract after the taker's fee", signed),
            |row| edge::earns(row).into(),
        ),
        (column("P > strike", "Probability to exceed the artist's own strike", percent), |row| {
            row.digital.merton.into()
        }),
        (column("No jumps", "The same without jumps: Black–Scholes", percent), |row| {
            row.digital.black_scholes.into()
        }),
        (column("Gap", "What the jumps add", Kind::Signed(|gap| format::signed_percent(gap, 2))), |row| {
            row.digital.gap().into()
        }),
        (
            column(
                "Impl. fwd",
                "Median count at which the strike's probability is the market's price",
                millions,
            ),
            |row| row.implied.as_ref().map(|implied| implied.forward).into(),
        ),
        (
            column(
                "Impl. vol",
                "Least volatility at which the strike's probability is the market's price; a dash where there is none",
                three,
            ),
            |row| row.implied.as_ref().and_then(|implied| implied.volatilities.first().copied()).into(),
        ),
        (column("σ", "Volatility used, after TikTok and event", three), |row| row.volatility.sigma.into()),
        (column("Median", "Median count at settlement, without jumps", millions), |row| row.median.into()),
    ]
}

/// Returns the table.
pub(super) fn table(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let rows = move || {
        let Some(Ok(found)) = desk.outcome.get() else { return Vec::new() };
        names.with(|names| {
            let row = |(place, row): (usize, &Row)| parts::Row {
                cells: std::iter::once(Cell::Words(names.get(place).cloned().unwrap_or_default()))
                    .chain(columns().iter().map(|(_, read)| read(row)))
                    .collect(),
                colour: artist::colour(place),
                ..parts::Row::default()
            };
            found.rows.iter().enumerate().map(row).collect()
        })
    };
    let mut all = vec![column("Artist", "", Kind::Words)];
    all.extend(columns().map(|(column, _)| column));
    Table {
        is_headed: true,
        class: "numbers",
        choosing: Some(artist::choosing(desk)),
        file: "what-if",
        ..Table::of("Fair against market", all, rows)
    }
    .build()
}
