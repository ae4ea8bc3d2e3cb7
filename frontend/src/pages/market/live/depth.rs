//! The chosen contract's ladder, and its latest trades.

use shared::format;
use shared::market::Action;
use shared::stream::{BookView, TradeRow};

use super::state::Hears;
use crate::parts::element::{Element, div, el};
use crate::parts::ladder::ladder;
use crate::parts::table::{Cell, Kind, Table, column, row};
use crate::reactive::{RwSignal, memo};

/// Returns the ladder.
pub(super) fn book(hears: Hears) -> Element {
    let live = hears.live;
    let name = move || {
        let chosen = hears.chosen.get();
        live.market(|market| {
            let row = market?.rows.iter().find(|row| Some(&row.ticker) == chosen.as_ref())?;
            Some(format!("{} · {}", row.name, row.ticker))
        })
        .unwrap_or_default()
    };
    let nothing = move || {
        match live.depth(|depth| depth.map(|depth| depth.book.levels.is_empty())) {
            None => "Asking for its book …",
            Some(true) => "Nothing rests in its book.",
            Some(false) => "",
        }
        .to_owned()
    };
    let rungs = memo(move || {
        live.depth(|depth| depth.map(|depth| BookView::ladder(&depth.book)).unwrap_or_default())
    });
    div("")
        .child(el("h2").id("live-name").says(name))
        // Whose orders they are isn't told.
        .child(ladder(rungs, RwSignal::new(None), ("Why our order stands here", |_| {})))
        .child(el("p").class("aside").says(nothing))
}

/// Returns the latest trades.
pub(super) fn trades(hears: Hears) -> Element {
    let live = hears.live;
    let trades =
        memo(move || live.depth(|depth| depth.map(|depth| depth.trades.clone()).unwrap_or_default()));
    let columns = vec![
        column("Time (UTC)", "By the exchange's clock", Kind::Words),
        column("Price", "", Kind::Number(|price| format::cents(price, 1))),
        column("Size", "Contracts", Kind::Number(format::shortest)),
        column("Taker", "Who came to what rested", Kind::Words),
    ];
    Table {
        is_headed: true,
        id: "live-trades",
        file: "live-trades",
        ..Table::of("Its trades", columns, move || trades.with(|trades| trades.iter().map(trade).collect()))
    }
    .build()
}

fn trade(trade: &TradeRow) -> crate::parts::table::Row {
    let taker = match trade.taker {
        _ if trade.is_block => Cell::Words("off the book".to_owned()),
        Some(Action::Buy) => Cell::Marked("up", "▲ bought".to_owned()),
        Some(Action::Sell) => Cell::Marked("down", "▼ sold".to_owned()),
        None => Cell::Words("–".to_owned()),
    };
    row(vec![
        format::instant(trade.at).into(),
        trade.price.to_dollars().into(),
        trade.count.to_contracts().into(),
        taker,
    ])
}
