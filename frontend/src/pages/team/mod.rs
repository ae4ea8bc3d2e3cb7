//! What people here have saved; and, where people sign in, who they are and what each did.

mod ask;
mod log;
mod people;
mod state;
mod work;

use leptos::prelude::*;

use self::state::Team;
use crate::commands::Command;
use crate::net;
use crate::parts::element::{Element, button, div, el, text};
use crate::reactive::{RwSignal, effect};
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Team",
    path: "team",
    letter: 't',
    audience: Audience::Everyone,
    is_of_event: false,
    needs_no_events: true,
    open: |desk| {
        let team = Team::new(desk);
        provide_context(team);
        Kept {
            read: Box::new(move |said| team.item.set(said.value("item").and_then(|id| id.parse().ok()))),
            write: Box::new(move || Some(team.item.get().map(|id| format!("item={id}")).unwrap_or_default())),
            commands: Box::new(move || {
                vec![
                    Command::new("Open the chosen item", "o", move || team.open())
                        .when(move || team.chosen().is_some()),
                ]
            }),
            files: None,
        }
    },
    view: page,
};

/// The page.
fn page() -> Element {
    let team = expect_context::<Team>();
    effect(move || {
        team.desk.saved.track();
        team.desk.returned.track();
        team.load_work();
    });
    effect(move || {
        if team.sees_people() {
            team.load_people();
        }
    });
    effect(move || {
        if team.sees_log() {
            team.load_log(false);
        }
    });
    let card = |class: &str, name: &str| {
        el("section").class(&format!("card {class}")).label(name).child(text("h2", name))
    };
    let people = move || {
        let card = || card("team-people", "People").child(people::people(team));
        if team.sees_people() { vec![card()] } else { Vec::new() }
    };
    let log = move || {
        let card = || card("team-log", "Who did what").child(log::log(team));
        if team.sees_log() { vec![card()] } else { Vec::new() }
    };
    div("team")
        .child(card("team-work", "Saved work").child(work::work(team)))
        .child(div("").shows(people))
        .child(div("").shows(log))
}

/// Returns what went wrong, with the way to where one shows again who one is if that is what it takes.
fn problem(reason: &str) -> Element {
    let said = text("p", reason).class("wrong").set("role", "alert");
    if net::asks_who(reason) {
        said.text(" ").child(text("a", "Your account").set("href", "account"))
    } else {
        said
    }
}

/// Returns a button that does something when it is pressed a second time, and says so after the first.
fn twice(name: &'static str, again: &'static str, act: impl Fn() + 'static) -> Element {
    let is_sure = RwSignal::new(false);
    let press = move || if is_sure.get_untracked() { act() } else { is_sure.set(true) };
    button("", "", press).says(move || if is_sure.get() { again } else { name }.to_owned())
}
