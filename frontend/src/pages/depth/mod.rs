//! A contract's book through time: what stood at each price, the ladder of an instant, and where an order would have stood.

mod canvas;
mod chart;
mod head;
mod instant;
mod state;

use leptos::prelude::*;

use self::state::{Scene, Stage};
use crate::parts::element::{Element, div, el, text};
use crate::parts::state::{empty, failed, loading};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Depth",
    path: "depth",
    letter: 'b',
    audience: Audience::Everyone,
    is_of_event: false,
    needs_no_events: true,
    open: |desk| {
        let scene = Scene::new(desk);
        provide_context(scene);
        Kept {
            read: Box::new(move |said| scene.read(said)),
            write: Box::new(move || scene.write()),
            commands: Box::new(move || scene.commands()),
            files: None,
        }
    },
    view: page,
};

/// The page.
fn page() -> Element {
    let scene = expect_context::<Scene>();
    scene.enter();
    let stage = memo(move || scene.stage.get());
    let card = |class: &str, label: &str| el("section").class(&format!("card {class}")).label(label);
    let main = div("depth-main").shows_in_turn(move || match stage.get() {
        Stage::Ready => div("depth-ready")
            .child(card("depth-chart", "Depth through time").child(chart::chart(scene)))
            .child(card("depth-instant", "The book at the instant").child(instant::instant(scene))),
        Stage::Loading => card("", "Depth").child(loading("Loading what was recorded …")),
        Stage::Empty => card("", "Depth").child(nothing()),
        Stage::Failed(reason) => card("", "Depth").child(failed(&reason, move || scene.retry())),
    });
    div("depth").child(head::head(card("depth-head", "Recording"), scene)).child(main)
}

/// Says how there comes to be something to see.
fn nothing() -> Element {
    empty("Nothing was recorded of any book yet. A server with a desk keeps what it hears, and serves recordings that it is given:")
        .child(text("code", "tauroi serve --tapes FOLDER"))
}
