//! The whole backtest under a slider: every change reruns it in the worker before the hand has moved on.

mod axis;
mod charts;
mod choice;
mod compare;
mod evidence;
mod fills;
mod head;
mod link;
mod results;
mod run;
mod settings;
mod state;
mod sweep;
mod tape;

use leptos::prelude::*;
use shared::exchange::FillModel;

use self::state::{Lab, Stage};
use crate::desk::Desk;
use crate::parts::chart::Zoom;
use crate::parts::element::{Element, div, el};
use crate::parts::state::{failed, loading, working};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Lab",
    path: "lab",
    letter: 'l',
    audience: Audience::Everyone,
    // Its tape is chosen on the page.
    is_of_event: false,
    needs_no_events: false,
    open: |desk| {
        let lab = Lab::open(desk);
        provide_context(lab);
        Kept {
            read: Box::new(move |said| lab.read(said)),
            write: Box::new(move || lab.write()),
            commands: Box::new(move || lab.commands()),
            files: None,
        }
    },
    view: page,
};

/// The page.
fn page() -> Element {
    let (lab, desk) = (expect_context::<Lab>(), expect_context::<Desk>());
    // Progress moves without building the page anew.
    let kind = memo(move || match lab.stage.get() {
        Stage::Waiting | Stage::Loading => 0,
        Stage::Filtering(_) => 1,
        Stage::Ready => 2,
        Stage::Failed(_) => 3,
    });
    // They outlive a calibration, which builds the page anew.
    let zooms = [Zoom::new(), Zoom::new()];
    let main = move || match kind.get() {
        0 => vec![el("section").class("card").child(loading("Loading the tape …"))],
        1 => vec![el("section").class("card").child(filtering(lab))],
        2 => ready(lab, zooms),
        _ => {
            let reason = lab.stage.with_untracked(|stage| match stage {
                Stage::Failed(reason) => reason.clone(),
                _ => String::new(),
            });
            vec![el("section").class("card").child(failed(&reason, move || lab.retry()))]
        }
    };
    let card = |class: &str, label: &str| el("section").class(class).label(label);
    div("lab")
        .child(head::head(card("card lab-head", "Tape and result"), lab, desk))
        .child(settings::settings(card("card controls lab-settings", "Settings"), lab))
        .child(div("lab-main").shows(main))
}

/// Returns the cards of a tape that backtests run on.
fn ready(lab: Lab, [of_contract, of_equity]: [Zoom; 2]) -> Vec<Element> {
    let card = |label: &str, inside: Element| el("section").class("card").label(label).child(inside);
    vec![
        card("The chosen contract", charts::contract(lab, of_contract)),
        card("Equity", charts::equity(lab, of_equity)),
        card("Configurations", results::results(lab)),
        div("lab-pair").child(card("Sweep", sweep::sweep(lab))).child(card("Fills", fills::fills(lab))),
        card("Side by side", compare::compare(lab)),
        card("Evidence", evidence::evidence(lab)),
    ]
}

/// Returns how far the filter is.
fn filtering(lab: Lab) -> Element {
    let share = move || match lab.stage.get() {
        Stage::Filtering(share) => share,
        _ => 0.0,
    };
    let what = "The filter walks forward along the tape, print by print, learning only from what was before. \
                Once per tape.";
    working(what, share, move || lab.stop()).id("filtering")
}

/// Returns the token of a fill model's colour.
fn colour(model: FillModel) -> &'static str {
    match model {
        FillModel::Through => "--artist-2",
        FillModel::Queue => "--artist-6",
        FillModel::Front => "--artist-3",
        // The lab has no recorded books.
        FillModel::Touch | FillModel::Book(_) => "--text-2",
    }
}

/// Returns what a fill model means, in a line.
fn meaning(model: FillModel) -> &'static str {
    match model {
        FillModel::Through => {
            "Pessimistic: only prints strictly through our price, which price priority proves"
        }
        FillModel::Queue => {
            "Between: prints at our price count once what is assumed to stand before us has traded"
        }
        FillModel::Front => {
            "Optimistic: every print at our price or through it, as if we were first in the queue"
        }
        FillModel::Touch => {
            "For comparison: as front, but an order that had crossed the last print was never placed"
        }
        FillModel::Book(_) => "In recorded books: an order waits in its queue",
    }
}
