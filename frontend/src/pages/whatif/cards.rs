//! One card an artist: the number, the market, the edge.

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::parts::artist;
use crate::reactive::{Memo, memo};

/// The cards; a click chooses the artist whose sliders are shown.
#[component]
pub(super) fn Cards(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let count = memo(move || names.with(Vec::len));
    let card = move |place: usize| {
        let row = memo(move || match desk.outcome.get() {
            Some(Ok(found)) => found.rows.get(place).map(|row| (row.fair, row.market, row.edge)),
            _ => None,
        });
        let fair = move || row.get().map(|(fair, ..)| fair);
        let edge = move || row.get().and_then(|(.., edge)| edge);
        view! {
            <button
                type="button"
                class="artist-card"
                class:chosen=move || desk.artist.get() == place
                class:pointed=move || desk.pointed.get() == Some(place)
                aria-pressed=move || (desk.artist.get() == place).to_string()
                style:border-left-color=artist::css(artist::colour(place))
                on:click=move |_| desk.artist.set(place)
                on:pointerenter=move |_| desk.pointed.set(Some(place))
                on:pointerleave=move |_| desk.pointed.set(None)
            >
                <span class="artist-name">{move || names.with(|names| names.get(place).cloned().unwrap_or_default())}</span>
                <span class="artist-fair num" data-fair=move || fair().map(|p| p.to_string()).unwrap_or_default()>
                    {move || fair().map_or_else(|| "–".to_owned(), format::probability)}
                </span>
                <span class="artist-market num">
                    {move || row.get().and_then(|(_, market, _)| market).map_or_else(|| "no price".to_owned(), |price| format!("mkt {}", format::cents(price, 0)))}
                </span>
                <span class="artist-edge num" class:up=move || edge().is_some_and(|e| e > 0.0) class:down=move || edge().is_some_and(|e| e < 0.0)>
                    {move || edge().map(|edge| format::signed_cents(edge, 1)).unwrap_or_default()}
                </span>
            </button>
        }
        .into_any()
    };
    view! {
        <div class="artist-cards">{move || (0..count.get()).map(card).collect::<Vec<_>>()}</div>
    }
}
