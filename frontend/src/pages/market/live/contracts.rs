//! A row a contract of the open event.

use std::rc::Rc;

use shared::format;
use shared::quoting::Status;
use shared::stream::MarketRow;
use shared::units::{Price, Quantity};

use super::state::Hears;
use crate::parts::artist;
use crate::parts::element::Element;
use crate::parts::table::{Cell, Choosing, Kind, Row, Table, column};

/// Returns the table; choosing a row shows its book.
pub(super) fn table(hears: Hears) -> Element {
    let cents = Kind::Number(|price| format::cents(price, 1));
    let count = Kind::Number(|count| format::grouped(count as i64));
    let columns = vec![
        column("Artist", "", Kind::Words),
        column(
            "Says",
            "The micro-price, else the last trade, scaled so that all sum to one",
            Kind::Number(format::probability),
        ),
        column("Bid", "The best bid for YES, and how many contracts", cents),
        column("Offer", "The best offer of YES, and how many contracts", cents),
        column("Spread", "Between them", cents),
        column(
            "Micro",
            "The middle, nearer to the side where less rests",
            Kind::Number(|price| format::cents(price, 2)),
        ),
        column("Last", "Price of the last trade", cents),
        column("Traded", "Contracts since the server began to listen", count),
    ];
    let rows = move || {
        hears.live.market(|market| market.iter().flat_map(|m| &m.rows).enumerate().map(row).collect())
    };
    let choosing = Choosing {
        chosen: Rc::new(move || hears.place()),
        pointed: Rc::new(move || hears.pointed.get()),
        point: Rc::new(move |place| hears.pointed.set(place)),
        ..Choosing::by("Show its book", move |place| hears.choose(place))
    };
    Table {
        is_headed: true,
        id: "live-rows",
        class: "numbers",
        choosing: Some(choosing),
        file: "market",
        ..Table::of("Live", columns, rows)
    }
    .build()
}

fn row((place, row): (usize, &MarketRow)) -> Row {
    let dash = || Cell::Number(f64::NAN);
    let level = |level: Option<(Price, Quantity)>| {
        level.map_or_else(dash, |(price, count)| {
            let price = price.to_dollars();
            Cell::Moving(
                price,
                format!("{} ×{}", format::cents(price, 1), format::grouped(count.hundredths() / 100)),
            )
        })
    };
    let [bid, ask] = row.best;
    let spread = bid.zip(ask).map(|((bid, _), (ask, _))| ask.to_dollars() - bid.to_dollars());
    let name = match row.status {
        _ if !row.is_known => format!("{} (no book)", row.name),
        Status::Open => row.name.clone(),
        Status::Paused => format!("{} (halted)", row.name),
        Status::Closed => format!("{} (closed)", row.name),
    };
    let last = row.last.map(|(price, _)| price.to_dollars());
    Row {
        cells: vec![
            name.into(),
            row.share.into(),
            level(bid),
            level(ask),
            spread.into(),
            row.micro.into(),
            last.map_or_else(dash, |last| Cell::Moving(last, format::cents(last, 1))),
            row.volume.to_contracts().into(),
        ],
        colour: artist::colour(place),
        key: row.ticker.to_string(),
        ..Row::default()
    }
}
