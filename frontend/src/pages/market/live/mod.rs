//! The open event as it happens: books, trades, and what they add up to.

mod contracts;
mod depth;
mod head;
mod state;

pub(super) use self::state::Hears;
use crate::live::Link;
use crate::parts::element::{Element, div, el};
use crate::reactive::memo;

/// Returns the cards, which are there as long as the server follows a market.
pub(super) fn open_event(hears: Hears) -> Element {
    let live = hears.live;
    live.enter();
    hears.follow_book();
    let is_heard = memo(move || live.market(|market| market.is_some()) && live.link() != Link::Absent);
    div("market-live").prop("hidden", move || (!is_heard.get()).into()).shows(move || {
        if !is_heard.get() {
            return Vec::new();
        }
        let card = |class: &str, label: &str, child: Element| {
            el("section").class(&format!("card {class}")).label(label).child(child)
        };
        vec![
            div("live")
                .id("live")
                .class_if("stale", move || hears.is_stale.get())
                .child(card("live-head", "The open event", head::head(hears)))
                .child(card("live-contracts", "Its contracts, live", contracts::table(hears)))
                .child(card("live-depth", "The chosen contract's book, live", depth::book(hears)))
                .child(card("live-trades", "Its trades, live", depth::trades(hears))),
        ]
    })
}
