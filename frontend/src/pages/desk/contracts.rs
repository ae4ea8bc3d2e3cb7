//! A row a contract: what it is worth, what we quote, what others do, and what it has brought.

use std::rc::Rc;

use shared::format;
use shared::market::Action;
use shared::quoting::{Regime, Status};
use shared::stream::DeskRow;
use shared::units::{Price, Quantity, Timestamp};

use super::state::Watch;
use crate::parts::artist;
use crate::parts::element::{Element, div, el};
use crate::parts::table::{Bit, Cell, Choosing, Kind, Row, Table, column};
use crate::reactive::memo;

/// How far a strip may reach to either side of the fair value, in dollars.
const REACHES: [f64; 7] = [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5];

/// Returns the table; choosing a row shows its book.
pub(super) fn table(watch: Watch) -> Element {
    let live = watch.live;
    let words = Kind::Words;
    let columns = vec![
        column("Artist", "", words),
        column("Fair", "What it is believed to be worth", Kind::Number(|p| format::cents(p, 1))),
        column(
            "Fair, quotes, market",
            "Around the fair value, all rows at one scale. Band: where the fair value is with 80 %; full marks: our bid and offer; hollow ones: the others' best; dot: last trade",
            words,
        ),
        column("Our bid", "Price and contracts", Kind::Number(|p| format::cents(p, 1))),
        column("Our offer", "Price and contracts", Kind::Number(|p| format::cents(p, 1))),
        column("Bid", "The others' best", Kind::Number(|p| format::cents(p, 1))),
        column("Offer", "The others' best", Kind::Number(|p| format::cents(p, 1))),
        column("Last", "Price of the last trade", Kind::Number(|p| format::cents(p, 1))),
        column("Position", "YES contracts held, net", Kind::Signed(format::shortest)),
        column(
            "Toxicity",
            "How its quotes are made after the last print's surprise, or while something may move its artist",
            words,
        ),
        column("P&L", "Since the start, the position at its mark", Kind::Signed(|d| format::dollars(d, 2))),
        column("Fills", "", Kind::Number(|n| format::grouped(n as i64))),
    ];
    let reach = memo(move || live.desk(|desk| desk.map_or(0.01, |desk| reach(&desk.rows))));
    let rows = move || {
        let reach = reach.get();
        live.desk(|desk| {
            let rows = desk.iter().flat_map(|desk| desk.rows.iter().map(|row| (row, desk.pulled_until)));
            rows.enumerate().map(|(i, (r, pulled))| row(i, r, pulled, reach)).collect()
        })
    };
    let scale = move || {
        if live.desk(|desk| desk.is_none_or(|desk| desk.rows.is_empty())) {
            return "The desk knows no contract yet: it finds them as it starts.".to_owned();
        }
        let reach = reach.get();
        format!("Strips reach {} to either side of the fair value.", format::cents(reach, 0))
    };
    let choosing = Choosing {
        chosen: Rc::new(move || watch.place()),
        ..Choosing::by("Show its book", move |place| watch.choose(place))
    };
    let table = Table {
        is_headed: true,
        id: "desk-rows",
        class: "numbers",
        choosing: Some(choosing),
        file: "desk",
        ..Table::of("Contracts", columns, rows)
    };
    div("").child(table.build()).child(el("p").class("aside").says(scale))
}

/// Returns the least reach that shows every interval and every quote of ours.
fn reach(rows: &[DeskRow]) -> f64 {
    let ends = rows.iter().filter_map(|row| {
        let [fair, low, high] = row.fair?;
        let ours = row.quotes.into_iter().flatten().map(|(price, _)| price.to_dollars());
        Some(ours.chain([low, high]).map(|end| (end - fair).abs()).fold(0.0, f64::max))
    });
    let most = ends.fold(0.0, f64::max);
    REACHES.into_iter().find(|reach| *reach >= most).unwrap_or(1.0)
}

fn row(place: usize, row: &DeskRow, pulled: Option<Timestamp>, reach: f64) -> Row {
    let dash = || Cell::Number(f64::NAN);
    let moving = |price: Option<Price>| {
        price.map_or_else(dash, |p| Cell::Moving(p.to_dollars(), format::cents(p.to_dollars(), 1)))
    };
    let quote = |quote: Option<(Price, Quantity)>| {
        quote.map_or_else(dash, |(price, count)| {
            let (price, count) = (price.to_dollars(), count.to_contracts());
            Cell::Moving(price, format!("{} ×{}", format::cents(price, 1), format::shortest(count)))
        })
    };
    let fair = row.fair.map(|[fair, ..]| fair);
    let ([bid, ask], [their_bid, their_ask]) = (row.quotes, row.others);
    let name = match row.status {
        Status::Open => row.name.clone(),
        Status::Paused => format!("{} (halted)", row.name),
        Status::Closed => format!("{} (closed)", row.name),
    };
    Row {
        cells: vec![
            name.into(),
            fair.map_or_else(dash, |fair| Cell::Moving(fair, format::cents(fair, 1))),
            strip(row, reach),
            quote(bid),
            quote(ask),
            moving(their_bid),
            moving(their_ask),
            moving(row.last),
            (row.position as f64 / 100.0).into(),
            lamp(row, pulled),
            row.pnl.to_dollars().into(),
            f64::from(row.fills).into(),
        ],
        colour: artist::colour(place),
        key: row.ticker.to_string(),
        ..Row::default()
    }
}

/// Returns the lamp: its shape says what its colour does. All quotes may be `pulled` until a time.
fn lamp(row: &DeskRow, pulled: Option<Timestamp>) -> Cell {
    let regime = row.regime;
    let (class, shape) = match regime {
        Regime::Calm => ("lamp", "○"),
        Regime::Widened => ("lamp wary", "◐"),
        Regime::Alarmed => ("lamp alarmed", "▲"),
        Regime::Pulled => ("lamp alarmed", "■"),
        Regime::Halted => ("lamp", "✕"),
        Regime::Catalyst => ("lamp alarmed", "◆"),
    };
    let until = match (regime, pulled, row.widened) {
        (Regime::Catalyst, Some(until), _) => format!(" until {}", format::minute(until)),
        (Regime::Calm | Regime::Widened, _, Some((percent, until))) => {
            format!(" · ×{} until {}", format::shortest(f64::from(percent) / 100.0), format::minute(until))
        }
        _ => String::new(),
    };
    Cell::Marked(class, format!("{shape} {}{until}", regime.name()))
}

fn strip(row: &DeskRow, reach: f64) -> Cell {
    let Some([fair, low, high]) = row.fair else {
        return Cell::Strip(Vec::new(), "nothing believed yet".into());
    };
    let at = |dollars: f64| 0.5 + 0.5 * (dollars - fair) / reach;
    let (from, to) = (at(low).max(0.0), at(high).min(1.0));
    let mut bits = vec![Bit { class: "band", from, length: to - from }];
    let mut mark = |class, dollars: Option<f64>| {
        if let Some(from) = dollars.map(at).filter(|at| (0.0..=1.0).contains(at)) {
            bits.push(Bit { class, from, length: 0.0 });
        }
    };
    let [bid, ask] = row.quotes.map(|quote| quote.map(|(price, _)| price.to_dollars()));
    let [their_bid, their_ask] = row.others.map(|price| price.map(Price::to_dollars));
    mark("bid theirs", their_bid);
    mark("ask theirs", their_ask);
    mark("last", row.last.map(Price::to_dollars));
    mark("fair", Some(fair));
    mark("bid", bid);
    mark("ask", ask);
    let end = |dollars| format::cents(dollars, 1);
    // Only a belief says how sure it is.
    let sure = if low < high {
        format!(", with 80 % between {} and {}", end(low), end(high))
    } else {
        String::new()
    };
    Cell::Strip(bits, format!("{}{sure}", end(fair)))
}

/// Returns the sign that a side has in a table: bought is positive.
pub(super) fn sign(action: Action) -> f64 {
    if action == Action::Buy { 1.0 } else { -1.0 }
}
