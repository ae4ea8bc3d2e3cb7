//! The desk: what it quotes, holds and earns as it happens, and the buttons that start, pause and kill it.

mod alerts;
mod book;
mod contracts;
mod equity;
mod fills;
mod flatten;
mod hand;
mod head;
mod profit;
mod settings;
mod state;

use leptos::prelude::*;

use self::state::Watch;
use crate::live::Link;
use crate::parts::element::{Element, button, div, el};
use crate::parts::state::{empty, failed, loading, refused};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Desk",
    path: "desk",
    letter: 'd',
    audience: Audience::Everyone,
    is_of_event: false,
    needs_no_events: true,
    open: |desk| {
        let watch = Watch::new(desk);
        provide_context(watch);
        Kept {
            read: Box::new(move |said| watch.read(said)),
            write: Box::new(move || Some(watch.write())),
            commands: Box::new(move || watch.commands()),
            files: None,
        }
    },
    view: page,
};

/// What the page has to show.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Desk,
    /// Nothing, as there is no desk to be heard.
    Instead(Link),
}

/// The page.
fn page() -> Element {
    let watch = expect_context::<Watch>();
    let live = watch.live;
    live.enter();
    watch.follow_book();
    let shown = memo(move || match live.link() {
        link @ (Link::Absent | Link::Outdated) => Shown::Instead(link),
        _ if live.desk(|desk| desk.is_some()) => Shown::Desk,
        // Since when it is cut is nothing that this depends on.
        Link::Cut(_) => Shown::Instead(Link::Cut(0.0)),
        _ => Shown::Instead(Link::Opening),
    });
    div("").shows_in_turn(move || match shown.get() {
        Shown::Desk => desk_page(watch),
        Shown::Instead(Link::Absent) => {
            empty("This server has no desk, so there is nothing to watch: it was started with --no-desk.")
        }
        Shown::Instead(Link::Outdated) => refused(
            "The server speaks another version than this page: reload it.",
        )
        .child(button("", "Reload", || {
            let _ = window().location().reload();
        })),
        Shown::Instead(Link::Cut(_)) => {
            failed("The desk can't be reached. It is tried again and again.", move || live.connect())
        }
        Shown::Instead(_) => loading("Asking the desk …"),
    })
}

/// Returns the page of a desk that was heard of.
fn desk_page(watch: Watch) -> Element {
    let live = watch.live;
    let card = |class: &str, label: &str, child: Element| {
        el("section").class(&format!("card {class}")).label(label).child(child)
    };
    div("desk")
        .class_if("stale", move || live.link() != Link::Open)
        .child(card("desk-head", "The desk", head::head(watch)))
        .child(card("desk-contracts", "Contracts", contracts::table(watch)))
        .child(card("desk-book", "The chosen contract", book::book(watch)))
        .child(card("desk-equity", "Equity", equity::chart(watch)))
        .child(card("desk-fills", "Fills", fills::table(watch)))
        .child(card("desk-profit", "Profit", profit::tables(watch)))
        .child(card("desk-alerts", "Alerts", alerts::list(watch)))
        .child(flatten::sheet(watch))
        .child(settings::sheet(watch))
}
