//! The table of artists.

use std::rc::Rc;

use shared::format;
use shared::nowcast::event::Standing;

use super::studio::Studio;
use crate::desk::Desk;
use crate::parts::artist;
use crate::parts::element::Element;
use crate::parts::table::{self as parts, Cell, Choosing, Column, Kind, Table, column};

/// A column, and what stands in it: of all standings, the row's place and the chosen artist's.
type Read = (Column, fn(&[Standing], usize, usize) -> Option<f64>);

fn columns() -> [Read; 9] {
    let millions = Kind::Number(|count| format::millions(count, 2));
    let points = Kind::Signed(|share| format::signed_percent(share, 2).replace('%', "pp"));
    [
        (column("Official", "The last official count", millions), |all, i, _| Some(all[i].fan.official.1)),
        (column("Now", "The nowcast of today's count, not yet published", millions), |all, i, _| {
            Some(all[i].today().listeners.median())
        }),
        (column("Settles", "The median forecast of the count that settles", millions), |all, i, _| {
            Some(all[i].settles().median())
        }),
        (column("Low", "Exceeded with a probability of 90 %", millions), |all, i, _| {
            Some(all[i].settles().quantile(0.1))
        }),
        (column("High", "Exceeded with a probability of 10 %", millions), |all, i, _| {
            Some(all[i].settles().quantile(0.9))
        }),
        (
            column("Wins", "Probability to win; all and OTHER sum to one", Kind::Number(format::probability)),
            |all, i, _| Some(all[i].win),
        ),
        (
            column(
                "Own +1 %",
                "What one more percent of the artist's listeners at settlement adds to its probability",
                points,
            ),
            |all, i, _| Some(0.01 * all[i].levels.get(i)?),
        ),
        (
            column("Own +1 sd", "The same for one standard deviation more of its forecast", points),
            |all, i, _| Some(all[i].settles().total_sd() * all[i].levels.get(i)?),
        ),
        (
            column(
                "On chosen",
                "What one more percent of this artist's listeners does to the chosen artist's probability",
                points,
            ),
            |all, i, chosen| Some(0.01 * all.get(chosen)?.levels.get(i)?),
        ),
    ]
}

/// Returns the table.
pub(super) fn table(studio: Studio, desk: Desk) -> Element {
    let rows = move || {
        let Some(event) = studio.event() else { return Vec::new() };
        let (names, colours, chosen) = (studio.names.get(), studio.colours.get(), studio.chosen.get());
        let row = |place: usize| parts::Row {
            cells: std::iter::once(Cell::Words(names.get(place).cloned().unwrap_or_default()))
                .chain(columns().iter().map(|(_, read)| read(&event.standings, place, chosen).into()))
                .collect(),
            colour: artist::colour(colours.get(place).copied().unwrap_or(place)),
            ..parts::Row::default()
        };
        (0..event.standings.len()).map(row).collect()
    };
    let mut all = vec![column("Artist", "", Kind::Words)];
    all.extend(columns().map(|(column, _)| column));
    let choosing = Choosing {
        choose: Rc::new(move |place| studio.choose(place)),
        chosen: Rc::new(move || Some(studio.chosen.get())),
        ..artist::choosing(desk)
    };
    Table {
        is_headed: true,
        class: "numbers",
        choosing: Some(choosing),
        file: "nowcast",
        ..Table::of("Artists", all, rows)
    }
    .build()
}
