//! The latest prints, newest first.

use core::fmt::Display;

use leptos::prelude::*;
use shared::api::Prints;
use shared::units::{Price, Quantity, Timestamp};
use shared::{Invalid, format};

use super::tape::Shown;
use crate::parts::download;

/// How many prints are listed.
const LISTED: usize = 100;

/// The table of the latest prints; its CSV holds the whole tape.
#[component]
pub(super) fn Latest(
    /// The contract.
    shown: Shown,
) -> impl IntoView {
    let save = move |_| {
        if let Some(prints) = shown.prints.get_untracked() {
            let name = format!("tauroi-{}.trades.csv", prints.ticker);
            download::save_text(&name, "text/csv", &download::csv(&whole_tape(&prints)));
        }
    };
    let rows = move || {
        shown.prints.with(|prints| {
            let Some(prints) = prints else { return Vec::new() };
            let count = prints.micros.len();
            (count.saturating_sub(LISTED)..count).rev().map(|place| row(prints, place)).collect()
        })
    };
    view! {
        <div class="table-head">
            <h2>"Latest prints"</h2>
            <button type="button" class="quiet" title="Save the whole tape as CSV" on:click=save>"CSV"</button>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Latest prints">
            <table id="latest">
                <thead>
                    <tr>
                        <th scope="col">"Time (UTC)"</th>
                        <th scope="col" class="num">"Price"</th>
                        <th scope="col" class="num" title="Against the print before">"Tick"</th>
                        <th scope="col" class="num">"Size"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Returns the row of the print at a place of the tape.
fn row(prints: &Prints, place: usize) -> AnyView {
    let at = |column: &[i64], place: usize| column.get(place).copied().unwrap_or(0);
    let price = at(&prints.centicents, place);
    let step = if place > 0 { price - at(&prints.centicents, place - 1) } else { 0 };
    let (class, arrow) = match step {
        1.. => ("num up", "▲ "),
        0 => ("num", "="),
        _ => ("num down", "▼ "),
    };
    let tick = if step == 0 { String::new() } else { format::signed_cents(step as f64 / 1e4, 1) };
    // To the second: `2026-02-28 23:59:59`.
    let mut time = text(Timestamp::from_micros(at(&prints.micros, place))).replace('T', " ");
    time.truncate(19);
    view! {
        <tr>
            <td class="num time">{time}</td>
            <td class="num">{format::cents(price as f64 / 1e4, 1)}</td>
            <td class=class>{arrow} {tick}</td>
            <td class="num">{format::shortest(at(&prints.hundredths, place) as f64 / 100.0)}</td>
        </tr>
    }
    .into_any()
}

/// Returns the tape with the columns that the reader of trades knows: the file can be opened again.
fn whole_tape(prints: &Prints) -> Vec<Vec<String>> {
    let mut rows = vec![["ticker", "timestamp", "price", "count"].map(str::to_owned).to_vec()];
    for ((at, price), count) in prints.micros.iter().zip(&prints.centicents).zip(&prints.hundredths) {
        rows.push(vec![
            prints.ticker.to_string(),
            text(Timestamp::from_micros(*at)),
            text(Price::from_centicents(*price)),
            text(Quantity::from_hundredths(*count)),
        ]);
    }
    rows
}

/// Returns the value as text, or what is wrong with it.
fn text(value: Result<impl Display, Invalid>) -> String {
    value.map_or_else(|invalid| invalid.to_string(), |value| value.to_string())
}
