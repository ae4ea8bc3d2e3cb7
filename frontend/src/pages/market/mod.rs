//! What is quoted and traded: the open event as it happens, where the server follows one, and the tapes of events: their
//! contracts, the chosen one's prints, and files of trades that are opened here.

mod charts;
mod contracts;
mod fairs;
mod latest;
mod live;
mod tape;

use leptos::prelude::*;

use crate::desk::Desk;
use crate::parts::edge;
use crate::parts::element::{Element, div, el, text};
use crate::parts::open::open_tape;
use crate::parts::state::{Remote, empty, failed, loading};
use crate::reactive::memo;
use crate::route::{Audience, Page};
use fairs::Fairs;
use live::Hears;
use tape::Shown;

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Market",
    path: "market",
    letter: 'm',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: true,
    open: |desk| {
        provide_context(Fairs::open(desk));
        provide_context(Hears::open(desk));
        desk.of_scenario()
    },
    view: page,
};

/// The page.
fn page() -> Element {
    let desk = expect_context::<Desk>();
    let names = memo(move || desk.names());
    let shown = Shown::follow(desk);
    let fairs = expect_context::<Fairs>();
    let tape = move || match shown.state.get() {
        Remote::Loading => loading("Loading the tape …"),
        Remote::Failed(reason) => failed(&reason, move || shown.retry(desk)),
        Remote::Ready(false) => empty(
            "No tape of this contract is on the server. Choose an event above, or open a file of its trades.",
        ),
        Remote::Ready(true) => charts::tape_charts(desk, shown, fairs),
    };
    let advice = move || match desk.outcome.get() {
        Some(Ok(found)) => found.rows.get(desk.artist.get()).map(edge::in_words).unwrap_or_default(),
        _ => String::new(),
    };
    let why = move || {
        let name = names.with(|names| names.get(desk.artist.get()).cloned().unwrap_or_default());
        fairs.why(&shown.ticker(), &name)
    };
    let head = el("section")
        .class("card market-head")
        .label("The event")
        .child(contracts::event_figures(desk))
        .child(open_tape(desk))
        .child(el("p").class("market-note").says(move || desk.ground_in_words()));
    let name = el("h1")
        .id("tape-name")
        .attr("data-ticker", move || Some(shown.ticker()))
        .says(move || shown.heading(desk, &names.get()));
    let latest = el("section").class("card market-latest").label("Latest prints");
    let tapes = div("market")
        .child(head)
        .child(
            el("section")
                .class("card market-contracts")
                .label("Contracts")
                .child(contracts::table(desk, names)),
        )
        .child(
            el("section")
                .class("card market-tape")
                .label("Tape")
                .class_if("stale", move || shown.is_stale.get())
                .child(name)
                .child(text("p", "").class("advice").id("advice").says(advice))
                .child(el("p").class("market-note").id("fairs").says(why))
                .shows(move || vec![tape()]),
        )
        .child(
            latest
                .prop("hidden", move || (shown.state.get() != Remote::Ready(true)).into())
                .child(latest::table(shown)),
        );
    div("").child(live::open_event(expect_context::<Hears>())).child(tapes)
}
