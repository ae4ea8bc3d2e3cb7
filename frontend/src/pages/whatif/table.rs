//! The table: fair against market, and what the price implies.

use leptos::prelude::*;
use shared::format;
use shared::scenario::Row;

use crate::desk::Desk;
use crate::parts::table::{ArtistTable, Column};
use crate::reactive::{Memo, memo};

/// The table.
#[component]
pub(super) fn WhatIfTable(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let of = move |read: fn(&Row) -> Option<f64>| {
        memo(move || match desk.outcome.get() {
            Some(Ok(found)) => found.rows.iter().map(read).collect(),
            _ => Vec::new(),
        })
    };
    let percent = |value: f64| format::percent(value, 2);
    let cents = |value: f64| format::cents(value, 1);
    let signed = |value: f64| format::signed_cents(value, 1);
    let millions = |value: f64| format::millions(value, 2);
    let column = |name, meaning, read: fn(&Row) -> Option<f64>, text: fn(f64) -> String, is_signed| Column {
        name,
        meaning,
        value: of(read),
        text,
        signed: is_signed,
    };
    let columns = vec![
        column("Fair", "Probability to win the event", |row| Some(row.fair), percent, false),
        column("Market", "Price of the last trade", |row| row.market, cents, false),
        column("Edge", "Fair less market, a contract", |row| row.edge, signed, true),
        column(
            "After fees",
            "What the better side earns a contract after the taker's fee",
            |row| row.trade.map(|edge| edge.earns.to_dollars()),
            signed,
            true,
        ),
        column(
            "P > strike",
            "Probability to exceed the artist's own strike",
            |row| Some(row.digital.merton),
            percent,
            false,
        ),
        column(
            "No jumps",
            "The same without jumps: Black–Scholes",
            |row| Some(row.digital.black_scholes),
            percent,
            false,
        ),
        column(
            "Gap",
            "What the jumps add",
            |row| Some(row.digital.gap()),
            |gap| format::signed_percent(gap, 2),
            true,
        ),
        column(
            "Impl. fwd",
            "Median count at which the strike's probability is the market's price",
            |row| row.implied.as_ref().map(|implied| implied.forward),
            millions,
            false,
        ),
        column(
            "Impl. vol",
            "Least volatility at which the strike's probability is the market's price; a dash where there is none",
            |row| row.implied.as_ref().and_then(|implied| implied.volatilities.first().copied()),
            |vol| format::fixed(vol, 3),
            false,
        ),
        column(
            "σ",
            "Volatility used, after TikTok and event",
            |row| Some(row.volatility.sigma),
            |sigma| format::fixed(sigma, 3),
            false,
        ),
        column(
            "Median",
            "Median count at settlement, without jumps",
            |row| Some(row.median),
            millions,
            false,
        ),
    ];
    view! { <ArtistTable caption="Fair against market" file="what-if" names=names columns=columns /> }
}
