//! What rests now, and what would rest: found here, by the desk's own step on a copy of what it knows.

use leptos::prelude::untrack;
use shared::engine::Previewed;
use shared::format;
use shared::market::Ticker;
use shared::quoting::{Quote, Quotes};

use super::Watch;
use crate::parts::element::{Element, div, el};
use crate::parts::table::{Cell, Kind, Row, Table, column};
use crate::reactive::memo;

/// Returns the table.
pub(super) fn table(watch: Watch) -> Element {
    let tune = watch.tune;
    let found = memo(move || {
        let draft = tune.draft.get();
        let is_turned = !tune.turned().is_empty();
        tune.snapshot.with(|snapshot| match snapshot {
            Some(snapshot) if is_turned => snapshot.preview(&draft).map_err(|error| error.to_string()),
            _ => Ok(Vec::new()),
        })
    });
    let words = Kind::Words;
    let columns = vec![
        column("Artist", "", words),
        column("Bid", "What is to rest now", words),
        column("would be", "The bid with what is changed", words),
        column("Offer", "What is to rest now", words),
        column("would be", "The offer with what is changed", words),
        column("Refused", "What a limit, or something else, would keep out, and why", words),
    ];
    let rows = move || {
        tune.snapshot.with(|snapshot| {
            let Some(snapshot) = snapshot else { return Vec::new() };
            let would = |place: usize| {
                let sides = found.with(|found| found.as_ref().ok()?.get(place).cloned());
                sides.map_or([None, None], |sides: [Previewed; 2]| sides.map(Some))
            };
            let tickers = snapshot.tickers.iter().zip(0..);
            tickers.map(|(ticker, place)| row(watch, ticker, snapshot.quotes(place), &would(place))).collect()
        })
    };
    let as_of = move || {
        let wrong = found.with(|found| found.as_ref().err().cloned());
        let at =
            tune.snapshot.with(|snapshot| snapshot.as_ref().map(|snapshot| format::instant(snapshot.at)));
        match (wrong, at) {
            (Some(why), _) => format!("It can't be found out what would rest: {why}"),
            (None, Some(at)) => format!(
                "As of {at}, looked at anew every two seconds. Nothing is sent by looking; where the desk is paused or killed, what would rest without that. Orders that stay as they are keep their place in the queue."
            ),
            (None, None) => "The desk is asked what it knows …".to_owned(),
        }
    };
    let table = Table::of("What would rest", columns, rows);
    let table = Table { is_headed: true, id: "settings-preview", class: "numbers", sorts: false, ..table };
    div("").child(table.build()).child(el("p").class("aside").says(as_of))
}

fn row(watch: Watch, ticker: &Ticker, now: Quotes, [bid, ask]: &[Option<Previewed>; 2]) -> Row {
    // What rests moves all the time, and the names don't.
    let name = untrack(|| {
        watch
            .live
            .desk(|desk| desk?.rows.iter().find(|row| row.ticker == *ticker).map(|row| row.name.clone()))
    });
    Row {
        cells: vec![
            name.unwrap_or_else(|| ticker.to_string()).into(),
            said(now.bid).into(),
            would(now.bid, bid.as_ref()),
            said(now.ask).into(),
            would(now.ask, ask.as_ref()),
            refused(bid.as_ref(), ask.as_ref()).into(),
        ],
        key: ticker.to_string(),
        ..Row::default()
    }
}

/// Says what rests, price and contracts.
fn said(quote: Option<Quote>) -> String {
    let said = |Quote { price, count }: Quote| {
        let (price, count) = (format::cents(price.to_dollars(), 1), format::shortest(count.to_contracts()));
        format!("{price} ×{count}")
    };
    quote.map_or_else(|| "–".to_owned(), said)
}

/// Says what would rest, marked where that is something else.
fn would(now: Option<Quote>, then: Option<&Previewed>) -> Cell {
    match then {
        Some(then) if then.quote != now => Cell::Marked("moved", said(then.quote)),
        Some(then) => said(then.quote).into(),
        None => "".into(),
    }
}

/// Says why sides would have no quote.
fn refused(bid: Option<&Previewed>, ask: Option<&Previewed>) -> String {
    let sides = [("bid", bid), ("offer", ask)].into_iter();
    let why = sides.filter_map(|(name, side)| {
        let side = side.filter(|side| !side.why.is_empty())?;
        Some(format!("{name}: {}", side.why))
    });
    why.collect::<Vec<_>>().join("; ")
}
