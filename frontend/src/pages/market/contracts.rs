//! The event's contracts, and what they add up to.

use shared::api::ContractSummary;
use shared::format;
use shared::scenario::Row;

use crate::desk::Desk;
use crate::parts::element::Element;
use crate::parts::figures::{Figure, figures};
use crate::parts::table::{self as parts, Cell, Kind, Table, column};
use crate::parts::{artist, edge};
use crate::reactive::Memo;

/// Returns the event's sum of last prices, volume and trades.
pub(super) fn event_figures(desk: Desk) -> Element {
    figures("figures", move || {
        let contracts = desk.event().map(|event| event.contracts).unwrap_or_default();
        let sum = |of: fn(&ContractSummary) -> i64| contracts.iter().map(of).sum::<i64>();
        let last = sum(|contract| contract.last.centicents()) as f64 / 1e4;
        let volume = sum(|contract| contract.volume.hundredths()) / 100;
        let trades = sum(|contract| contract.trades as i64);
        let figure = |id, name: &str, value| Figure { id, name: name.to_owned(), value, note: String::new() };
        vec![
            figure("last-sum", "Sum of last prices", format::cents(last, 1)),
            figure("event-volume", "Contracts traded", format::grouped(volume)),
            figure("event-trades", "Prints", format::grouped(trades)),
            figure("event-contracts", "Contracts listed", contracts.len().to_string()),
        ]
    })
}

/// Returns the table of contracts.
pub(super) fn table(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let cents = Kind::Number(|p| format::cents(p, 1));
    let count = Kind::Number(|value| format::grouped(value as i64));
    let signed = Kind::Signed(|edge| format::signed_cents(edge, 1));
    let columns = vec![
        column("Artist", "", Kind::Words),
        column("Last", "Price of the last trade", cents),
        column("Volume", "Contracts traded", count),
        column("Prints", "Trades", count),
        column("Fair", "The model's value now", cents),
        column(
            "Side",
            "Which side earns something after the taker's fee, against the last price",
            Kind::Words,
        ),
        column("Earns", "What the better side earns a contract after the taker's fee", signed),
    ];
    let rows = move || {
        let contracts = desk.event().map(|event| event.contracts).unwrap_or_default();
        let priced = desk.outcome.get().and_then(Result::ok);
        let row = |place: usize, ticker| {
            let contract = contracts.iter().find(|contract| contract.ticker == ticker);
            let priced: Option<&Row> = priced.as_ref().and_then(|found| found.rows.get(place));
            let traded = |read: fn(&ContractSummary) -> f64| Cell::from(contract.map(read));
            parts::Row {
                cells: vec![
                    names.with(|names| names.get(place).cloned().unwrap_or_default()).into(),
                    traded(|c| c.last.to_dollars()),
                    traded(|c| c.volume.to_contracts()),
                    traded(|c| c.trades as f64),
                    priced.map(|row| row.fair).into(),
                    priced.and_then(edge::side).unwrap_or("neither").into(),
                    priced.and_then(edge::earns).into(),
                ],
                colour: artist::colour(place),
                ..parts::Row::default()
            }
        };
        desk.scenario.with(|scenario| {
            let artists = scenario.iter().flat_map(|scenario| scenario.artists()).enumerate();
            artists.map(|(place, artist)| row(place, artist.ticker.clone())).collect()
        })
    };
    Table {
        is_headed: true,
        class: "numbers",
        choosing: Some(artist::choosing(desk)),
        file: "contracts",
        ..Table::of("Contracts", columns, rows)
    }
    .build()
}
