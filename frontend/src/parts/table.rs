//! Tables of numbers: sorted by a click, moved through by keys, saved as CSV.

use leptos::prelude::*;
use shared::sort;

use crate::desk::Desk;
use crate::parts::{artist, download};
use crate::reactive::{Memo, RwSignal, StoredValue, memo};

/// One column: its heading, what it means, and its cells.
#[derive(Clone)]
pub(crate) struct Column {
    /// The heading.
    pub(crate) name: &'static str,
    /// What it means, in a line.
    pub(crate) meaning: &'static str,
    /// The number of the row at a place: what it sorts by and what CSV holds.
    pub(crate) value: Memo<Vec<Option<f64>>>,
    /// How the number is written.
    pub(crate) text: fn(f64) -> String,
    /// Whether the sign is coloured: bid for positive, ask for negative.
    pub(crate) signed: bool,
}

/// A table with a row an artist. The row of the chosen artist is marked; a click or Enter chooses another.
#[component]
pub(crate) fn ArtistTable(
    /// What it is, for who can't see it.
    caption: &'static str,
    /// The file it is saved as, without an ending.
    file: &'static str,
    /// The artists' names.
    names: Memo<Vec<String>>,
    /// The columns.
    columns: Vec<Column>,
    /// Which artist is chosen, by place, where it isn't the scenario's.
    #[prop(optional)]
    chosen: Option<RwSignal<usize>>,
    /// The artists' places in the palette, where they aren't their places here.
    #[prop(optional)]
    colours: Option<Memo<Vec<usize>>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = chosen.unwrap_or(desk.artist);
    let colour = move |place: usize| {
        let of = |colours: Memo<Vec<usize>>| colours.with(|colours| colours.get(place).copied());
        artist::css(artist::colour(colours.and_then(of).unwrap_or(place)))
    };
    let columns = StoredValue::new(columns);
    let sorted = RwSignal::new(None::<(usize, bool)>);
    let count = memo(move || names.with(Vec::len));
    let order = memo(move || {
        if let Some((column, down)) = sorted.get() {
            let values = columns
                .with_value(|columns| columns.get(column).map(|column| column.value.get()))
                .unwrap_or_default();
            let of = |place: usize| values.get(place).copied().flatten().unwrap_or(f64::NEG_INFINITY);
            return sort::places(count.get(), &|a, b| if down { of(a) > of(b) } else { of(a) < of(b) });
        }
        (0..count.get()).collect::<Vec<_>>()
    });
    let save = move |_| {
        let mut rows = vec![
            std::iter::once("artist".to_owned())
                .chain(
                    columns
                        .with_value(|columns| columns.iter().map(|c| c.name.to_owned()).collect::<Vec<_>>()),
                )
                .collect::<Vec<_>>(),
        ];
        for place in order.get_untracked() {
            let name = names.with_untracked(|names| names.get(place).cloned().unwrap_or_default());
            let cells = columns.with_value(|columns| {
                let cell = |column: &Column| {
                    column
                        .value
                        .with_untracked(|v| v.get(place).copied().flatten())
                        .map(|v| v.to_string())
                        .unwrap_or_default()
                };
                columns.iter().map(cell).collect::<Vec<_>>()
            });
            rows.push(std::iter::once(name).chain(cells).collect());
        }
        download::save_text(&format!("tauroi-{file}.csv"), "text/csv", &download::csv(&rows));
    };
    let heading = move |(i, column): (usize, Column)| {
        let direction = move || match sorted.get() {
            Some((by, true)) if by == i => "descending",
            Some((by, false)) if by == i => "ascending",
            _ => "none",
        };
        let turn = move |_| {
            sorted.update(|sorted| {
                *sorted = match *sorted {
                    Some((by, true)) if by == i => Some((i, false)),
                    Some((by, false)) if by == i => None,
                    _ => Some((i, true)),
                }
            });
        };
        view! {
            <th class="num" scope="col" aria-sort=direction title=column.meaning>
                <button type="button" class="sort" on:click=turn>{column.name}</button>
            </th>
        }
        .into_any()
    };
    let row = move |place: usize| {
        let cell = move |column: Column| {
            let value = move || column.value.with(|values| values.get(place).copied().flatten());
            let text = column.text;
            let sign = move || match value() {
                Some(value) if column.signed && value > 0.0 => "num up",
                Some(value) if column.signed && value < 0.0 => "num down",
                _ => "num",
            };
            view! { <td class=sign data-value=move || value().map(|v| v.to_string()).unwrap_or_default()>{move || value().map_or_else(|| "–".to_owned(), text)}</td> }.into_any()
        };
        view! {
            <tr
                class:chosen=move || chosen.get() == place
                class:pointed=move || desk.pointed.get() == Some(place)
                on:click=move |_| chosen.set(place)
                on:pointerenter=move |_| desk.pointed.set(Some(place))
                on:pointerleave=move |_| desk.pointed.set(None)
            >
                <th scope="row">
                    <button type="button" class="row-name" on:click=move |_| chosen.set(place)>
                        <span class="swatch" style:background-color=move || colour(place)></span>
                        {move || names.with(|names| names.get(place).cloned().unwrap_or_default())}
                    </button>
                </th>
                {columns.with_value(|columns| columns.iter().cloned().map(cell).collect::<Vec<_>>())}
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="table-head">
            <h2>{caption}</h2>
            <button type="button" class="quiet" data-export="" title="Save this table as CSV (e)" on:click=save>"CSV"</button>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label=caption>
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">"Artist"</th>
                        {columns.with_value(|columns| columns.iter().cloned().enumerate().map(heading).collect::<Vec<_>>())}
                    </tr>
                </thead>
                <tbody>
                    {move || order.get().into_iter().map(row).collect::<Vec<_>>()}
                </tbody>
            </table>
        </div>
    }
}
