//! The latest run, a row a contract, with what changed since the run before.

use std::rc::Rc;
use std::sync::Arc;

use shared::format;
use shared::signal::SignalRow;

use super::state::Watch;
use crate::parts::artist;
use crate::parts::element::Element;
use crate::parts::table::{Cell, Choosing, Kind, Row, Table, column};

/// How many runs a small line goes back.
const SPARK: usize = 96;

/// Returns the table.
pub(super) fn table(watch: Watch) -> Element {
    let cents = Kind::Number(|p| format::cents(p, 1));
    let signed = Kind::Signed(|p| format::signed_cents(p, 1));
    let millions = Kind::Number(|count| format::millions(count, 2));
    let columns = vec![
        column("Artist", "", Kind::Words),
        column("Signal", "Buy where the edge is above +5¢, sell where it is below −5¢", Kind::Words),
        column("Fair", "What YES is worth: the probability that the artist leads when the month ends", cents),
        column("Market", "The middle of the book, or the last trade where a side of it is empty", cents),
        column("Edge", "Fair less market", signed),
        column("Since last", "What the edge changed by since the run before", signed),
        column("Its course", "The edge in the runs that are kept here", Kind::Words),
        column(
            "Kelly",
            "Contracts that Kelly's rule over all of the event buys, as if nothing were held; of NO negative",
            Kind::Signed(format::shortest),
        ),
        column(
            "Leader-strike",
            "What a digital on the leader's count as the strike is worth, for comparison",
            cents,
        ),
        column("Official", "The last official count", millions),
        column("Nowcast", "The nowcast of the count that is not published yet", millions),
        column("Volatility", "A year's, after events", Kind::Number(|s| format::fixed(s, 2))),
    ];
    let choosing = Choosing {
        choose: Rc::new(move |place| watch.choose(place)),
        chosen: Rc::new(move || {
            let chosen = watch.chosen.get()?;
            watch.latest.with(|rows| rows.iter().position(|row| row.ticker == chosen))
        }),
        ..Choosing::by("Show this contract", |_| {})
    };
    let rows = move || {
        let latest = watch.latest.get();
        latest.iter().enumerate().map(|(place, row)| line(place, row, &watch.history(&row.ticker))).collect()
    };
    Table {
        is_headed: true,
        id: "signal-rows",
        class: "numbers",
        choosing: Some(choosing),
        file: "signals",
        ..Table::of("Latest run", columns, rows)
    }
    .build()
}

fn line(place: usize, row: &SignalRow, history: &[Arc<SignalRow>]) -> Row {
    let edges: Vec<f64> = history
        .iter()
        .skip(history.len().saturating_sub(SPARK))
        .map(|row| row.edge.unwrap_or(f64::NAN))
        .collect();
    let before = history.iter().rev().nth(1).and_then(|before| before.edge);
    let changed = row.edge.zip(before).map(|(now, before)| now - before);
    let words = match row.edge.zip(edges.first().copied()) {
        Some((now, first)) if !first.is_nan() => {
            format!("From {} to {}", format::signed_cents(first, 1), format::signed_cents(now, 1))
        }
        _ => "No price in some runs".to_owned(),
    };
    Row {
        cells: vec![
            name(row).into(),
            Cell::Marked(mark(row), row.signal.name().into()),
            row.fair_value.into(),
            row.market_price.into(),
            row.edge.into(),
            changed.into(),
            Cell::Spark(edges, words),
            row.kelly_contracts.into(),
            row.leader_strike_value.into(),
            row.spot_official.into(),
            row.spot_nowcast.into(),
            row.sigma_adj.into(),
        ],
        colour: artist::colour(place),
        key: row.ticker.to_string(),
        ..Row::default()
    }
}

/// Returns the artist, marked where what is known is old: the reason says since when.
pub(super) fn name(row: &SignalRow) -> String {
    if row.is_stale { format!("{} ⚠ stale", row.artist) } else { row.artist.clone() }
}

/// Returns the class of a signal's word.
pub(super) fn mark(row: &SignalRow) -> &'static str {
    use shared::signal::Action::{Buy, Hold, Sell};
    match row.signal {
        Buy => "up",
        Sell => "down",
        Hold => "",
    }
}
