//! What listeners are between two publications, and where they end.

mod chart;
mod controls;
mod open;
mod panels;
mod score;
mod studio;
mod table;

use std::rc::Rc;

use leptos::prelude::*;
use shared::format;
use shared::nowcast::other::{PastEvent, RECORDED};

use self::panels::date;
use self::studio::{Fitting, Studio};
use crate::commands;
use crate::desk::Desk;
use crate::parts::element::{Element, div, el};
use crate::parts::state::{Remote, failed, loading};
use crate::parts::winner_bar::{Bar, shares};
use crate::reactive::memo;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Nowcast",
    path: "nowcast",
    letter: 'n',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: true,
    open: |desk| {
        let studio = Studio::open(desk);
        provide_context(studio);
        Kept {
            read: Box::new(move |said| {
                desk.read_scenario(said);
                studio.read(said);
            }),
            write: Box::new(move || studio.write()),
            commands: Box::new(move || {
                commands::steps("artist", studio.names.get_untracked(), studio.chosen)
            }),
            files: Some(Box::new(move |files| studio.open_files(files))),
        }
    },
    view: page,
};

/// The page.
fn page() -> Element {
    let (studio, desk) = (expect_context::<Studio>(), expect_context::<Desk>());
    let phase = memo(move || studio.phase());
    let is_stale = move || studio.with(|state| matches!(state.fitting, Fitting::Running));
    div("nowcast")
        .class_if("stale", is_stale)
        .child(winner(studio, desk))
        .child(controls::controls(studio, desk))
        .child(div("nowcast-main").shows(move || main(studio, desk, phase.get())))
}

fn main(studio: Studio, desk: Desk, phase: usize) -> Vec<Element> {
    let card = |label: &str| el("section").class("card").label(label);
    let waiting = |text: &str| vec![el("section").class("card").child(loading(text))];
    match phase {
        studio::LOADING => waiting("Loading the histories …"),
        studio::FITTING => waiting("Fitting the model to these histories …"),
        studio::REFUSED => waiting("These histories can't be forecast: the controls say why. Open others."),
        studio::MISSING => {
            let reason = studio.with(|state| match &state.loaded {
                Remote::Failed(reason) => reason.clone(),
                _ => String::new(),
            });
            vec![el("section").class("card").child(failed(&reason, move || studio.load()))]
        }
        _ => {
            let chosen = move || {
                studio.names.with(|names| names.get(studio.chosen.get()).cloned().unwrap_or_default())
            };
            vec![
                card("The chosen artist")
                    .child(el("h1").id("nowcast-artist").says(chosen))
                    .child(panels::figures_of_chosen(studio))
                    .child(panels::verdict(studio))
                    .child(chart::chart(studio)),
                card("Artists").child(table::table(studio, desk)),
                div("nowcast-pair")
                    .child(panels::drivers(card("Drivers"), studio))
                    .child(score::score(card("Accuracy"), studio)),
            ]
        }
    }
}

/// Who has the most listeners on the day that settles.
fn winner(studio: Studio, desk: Desk) -> Element {
    let all = move || {
        let Some(event) = studio.event() else { return Vec::new() };
        let colours = studio.colours.get();
        let colour = |place: usize| colours.get(place).copied().unwrap_or(place);
        let wins = event.standings.iter().map(|standing| standing.win);
        studio.names.with(|names| shares(names, wins, colour, Some(event.other)))
    };
    let bar = Bar {
        id: "winner-bar",
        class: "",
        label: "Who wins",
        shares: Box::new(all),
        choose: Rc::new(move |place| studio.choose(place)),
        pointed: Rc::new(move || desk.pointed.get()),
        point: Rc::new(move |place| desk.point(place)),
    };
    let seen = |of: fn(&PastEvent) -> u32| RECORDED.iter().map(of).sum::<u32>();
    let note = move || {
        studio.event().map_or_else(String::new, |event| {
            format!(
                "Who has the most listeners on {}. OTHER, {}, is how often an artist who wasn't listed has come to \
                 lead: {} in the {} days of the events known, a rate with Jeffreys's prior.",
                date(event.settlement),
                format::probability(event.other),
                seen(|past| past.outsiders),
                seen(|past| past.days)
            )
        })
    };
    let card = el("section").class("card headline-card").label("Who wins");
    card.child(bar.build()).child(el("p").class("winner-note").says(note))
}
