//! The event's contracts, and what they add up to.

use leptos::prelude::*;
use shared::api::ContractSummary;
use shared::format;
use shared::scenario::Row;

use crate::desk::Desk;
use crate::parts::table::{ArtistTable, Column};
use crate::reactive::{Memo, memo};

/// The event's sum of last prices, volume and trades.
#[component]
pub(super) fn EventFigures() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let figures = move || {
        let contracts = desk.event().map(|event| event.contracts).unwrap_or_default();
        let sum = |of: fn(&ContractSummary) -> i64| contracts.iter().map(of).sum::<i64>();
        let last = sum(|contract| contract.last.centicents()) as f64 / 1e4;
        let volume = sum(|contract| contract.volume.hundredths()) / 100;
        let trades = sum(|contract| contract.trades as i64);
        [
            ("last-sum", "Sum of last prices", format::cents(last, 1)),
            ("event-volume", "Contracts traded", format::grouped(volume)),
            ("event-trades", "Prints", format::grouped(trades)),
            ("event-contracts", "Contracts listed", contracts.len().to_string()),
        ]
        .into_iter()
        .map(|(id, name, value)| {
            view! { <div><dt>{name}</dt><dd class="num" id=id>{value}</dd></div> }.into_any()
        })
        .collect::<Vec<_>>()
    };
    view! { <dl class="figures">{figures}</dl> }
}

/// What the model's fair rests on where no count of listeners is known.
#[component]
pub(super) fn Assumed() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let implied = move || {
        desk.event().is_some_and(|event| event.contracts.iter().any(|c| c.listeners.is_none())).then_some(
            "No listener counts are known for this event: the model starts at its last prices, scaled to one, \
             so the edge says only how far they are from adding up, until an assumption moves.",
        )
    };
    view! { <p class="market-note">{implied}</p> }
}

/// The table of contracts.
#[component]
pub(super) fn Contracts(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let traded = move |read: fn(&ContractSummary) -> f64| {
        memo(move || {
            let contracts = desk.event().map(|event| event.contracts).unwrap_or_default();
            desk.scenario.with(|scenario| {
                let artists = scenario.iter().flat_map(|scenario| scenario.artists());
                artists.map(|artist| contracts.iter().find(|c| c.ticker == artist.ticker).map(read)).collect()
            })
        })
    };
    let priced = move |read: fn(&Row) -> Option<f64>| {
        memo(move || match desk.outcome.get() {
            Some(Ok(found)) => found.rows.iter().map(read).collect(),
            _ => Vec::new(),
        })
    };
    let count = |value: f64| format::grouped(value as i64);
    let column =
        |name, meaning, value, text: fn(f64) -> String, signed| Column { name, meaning, value, text, signed };
    let columns = vec![
        column(
            "Last",
            "Price of the last trade",
            traded(|c| c.last.to_dollars()),
            |p| format::cents(p, 1),
            false,
        ),
        column("Volume", "Contracts traded", traded(|c| c.volume.to_contracts()), count, false),
        column("Prints", "Trades", traded(|c| c.trades as f64), count, false),
        column("Fair", "The model's value now", priced(|row| Some(row.fair)), |p| format::cents(p, 1), false),
        column(
            "Edge",
            "Fair less the last price, a contract",
            priced(|row| row.edge),
            |edge| format::signed_cents(edge, 1),
            true,
        ),
    ];
    view! { <ArtistTable caption="Contracts" file="contracts" names=names columns=columns /> }
}
