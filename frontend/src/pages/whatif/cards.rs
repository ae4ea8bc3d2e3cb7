//! One card an artist: the number, the market, and which side earns what.

use shared::format;

use crate::desk::Desk;
use crate::parts::element::{Element, div, el};
use crate::parts::{artist, edge};
use crate::reactive::{Memo, memo};

/// Returns the cards; a click chooses the artist whose sliders are shown.
pub(super) fn cards(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let count = memo(move || names.with(Vec::len));
    div("artist-cards").shows(move || (0..count.get()).map(|place| card(desk, names, place)).collect())
}

fn card(desk: Desk, names: Memo<Vec<String>>, place: usize) -> Element {
    let row = memo(move || match desk.outcome.get() {
        Some(Ok(found)) => found
            .rows
            .get(place)
            .map(|row| (row.fair, row.market, edge::side(row).is_some(), edge::briefly(row))),
        _ => None,
    });
    let fair = move || row.with(|row| row.as_ref().map(|row| row.0));
    let is_earning = move || row.with(|row| row.as_ref().is_some_and(|row| row.2));
    let name = move || names.with(|names| names.get(place).cloned().unwrap_or_default());
    let market = move || {
        let price = row.with(|row| row.as_ref().and_then(|row| row.1));
        price.map_or_else(|| "no price".to_owned(), |price| format!("mkt {}", format::cents(price, 0)))
    };
    let fair_text = move || fair().map_or_else(|| "–".to_owned(), format::probability);
    el("button")
        .set("type", "button")
        .class("artist-card")
        .class_if("chosen", move || desk.artist.get() == place)
        .class_if("pointed", move || desk.pointed.get() == Some(place))
        .attr("aria-pressed", move || Some((desk.artist.get() == place).to_string()))
        .style("border-left-color", &artist::css(artist::colour(place)))
        .click(move || desk.choose_artist(place))
        .on("pointerenter", move |_: web_sys::Event| desk.point(Some(place)))
        .on("pointerleave", move |_: web_sys::Event| desk.point(None))
        .child(el("span").class("artist-name").says(name))
        .child(el("span").class("artist-fair num").says(fair_text))
        .child(el("span").class("artist-market num").says(market))
        .child(
            el("span")
                .class("artist-edge num")
                .class_if("up", is_earning)
                .says(move || row.with(|row| row.as_ref().map(|row| row.3.clone()).unwrap_or_default())),
        )
}
