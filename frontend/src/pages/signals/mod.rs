//! What the engine says of every contract, run after run: what it is worth beside its price, and what changed.

mod charts;
mod head;
mod latest;
mod log;
mod state;

use leptos::prelude::*;

use self::state::Watch;
use crate::commands::Command;
use crate::parts::element::{Element, button, div, el};
use crate::parts::state::{Remote, empty, failed, loading};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Signals",
    path: "signals",
    letter: 's',
    audience: Audience::Everyone,
    is_of_event: false,
    needs_no_events: true,
    open: |desk| {
        let watch = Watch::new(desk);
        provide_context(watch);
        Kept {
            read: Box::new(move |said| watch.read(said)),
            write: Box::new(move || Some(watch.write())),
            commands: Box::new(move || {
                vec![Command::new("Open the chosen signal in What-if", "o", move || open(watch))]
            }),
            files: None,
        }
    },
    view: page,
};

/// What the page has to show.
#[derive(Clone, PartialEq)]
enum Shown {
    Signals,
    Nothing,
    Loading,
    Failed(String),
}

/// The page.
fn page() -> Element {
    let watch = expect_context::<Watch>();
    watch.follow();
    let shown = memo(move || {
        watch.heard.with(|heard| match heard {
            Remote::Ready(heard) if heard.rows.is_empty() => Shown::Nothing,
            Remote::Ready(_) => Shown::Signals,
            Remote::Loading => Shown::Loading,
            Remote::Failed(reason) => Shown::Failed(reason.clone()),
        })
    });
    div("").shows_in_turn(move || match shown.get() {
        Shown::Signals => signals(watch),
        Shown::Nothing => div("").child(head::problems(watch)).child(empty(
            "No signal has been found yet: the first run is under way, or it could not be made, which is said here then.",
        )),
        Shown::Loading => loading("Asking for the signals …"),
        Shown::Failed(reason) => failed(&reason, move || watch.retry()),
    })
}

fn signals(watch: Watch) -> Element {
    let card = |class: &str, label: &str| el("section").class(&format!("card {class}")).label(label);
    let name = el("h1").id("signal-name").says(move || charts::heading(watch));
    let why = el("p").class("advice").id("signal-why").says(move || charts::reason(watch));
    let whatif =
        button("", "Open in What-if", move || open(watch)).title("With what this signal was found from (o)");
    div("signals")
        .child(card("signals-head", "The runs").child(head::head(watch)))
        .child(card("signals-latest", "The latest run").child(latest::table(watch)))
        .child(
            card("signals-chosen", "The chosen contract")
                .child(div("signals-title").child(name).child(whatif))
                .child(why)
                .child(charts::fair(watch))
                .child(charts::edge(watch)),
        )
        .child(card("signals-log", "The log").child(log::log(watch)))
}

/// Opens the latest line of the chosen contract.
fn open(watch: Watch) {
    let row = untrack(|| charts::current(watch));
    if let Some(row) = row {
        watch.open(&row);
    }
}
