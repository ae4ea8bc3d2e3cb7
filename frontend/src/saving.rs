//! Saving what a page shows: its address, under a name, in a dialog that any page can open.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::{Action, NAME_LETTERS, NOTE_LETTERS};
use web_sys::{Event, HtmlInputElement};

use crate::desk::Desk;
use crate::keys;
use crate::net;
use crate::parts::element::{Element, button, el, text};
use crate::reactive::RwSignal;
use crate::sheets::dialog;

/// What is saved once the person has named it.
#[derive(Clone)]
pub(crate) struct Draft {
    what: What,
    name: String,
    note: String,
}

#[derive(Clone)]
enum What {
    /// An address, and the item that it was forked from.
    Save(String, Option<i64>),
    /// Another name and note for an item.
    Rename(i64),
}

impl Desk {
    /// Returns whether what is shown can be saved.
    pub(crate) fn can_save(self) -> bool {
        untrack(|| self.may(Action::SaveWork) && self.gone.with(Option::is_none))
    }

    /// Asks for a name for what is shown.
    pub(crate) fn save_shown(self) {
        let page = self.page.get_untracked();
        let event = self.scenario.with_untracked(|s| s.as_ref().map(|s| s.event().to_string()));
        let event = event.filter(|_| page.is_of_event).map(|event| format!(", {event}"));
        let name = format!("{}{}", page.name, event.unwrap_or_default());
        let what = What::Save(untrack(|| self.address()), None);
        self.draft.set(Some(Draft { what, name, note: String::new() }));
    }

    /// Asks for a name for a fork of an item.
    pub(crate) fn fork(self, id: i64, address: String, name: &str, note: &str) {
        let name = format!("{name} (fork)");
        self.draft.set(Some(Draft { what: What::Save(address, Some(id)), name, note: note.to_owned() }));
    }

    /// Asks for another name for an item.
    pub(crate) fn rename(self, id: i64, name: &str, note: &str) {
        let (name, note) = (name.to_owned(), note.to_owned());
        self.draft.set(Some(Draft { what: What::Rename(id), name, note }));
    }
}

/// Returns the dialog, while something is to be saved.
pub(crate) fn sheet(desk: Desk) -> Element {
    el("div").shows(move || desk.draft.get().map(|draft| opened(desk, draft)).into_iter().collect())
}

fn opened(desk: Desk, draft: Draft) -> Element {
    let Draft { what, name, note } = draft;
    let problem = RwSignal::new(String::new());
    let field = |tag: &str, id: &str, label: &str, value: &str, most: usize| {
        let field = el(tag).id(id).set("maxlength", &most.to_string()).set("autocomplete", "off");
        let typed: HtmlInputElement = field.node_as();
        typed.set_value(value);
        (el("label").child(text("span", label)).child(field), typed)
    };
    let (name, named) = field("input", "save-name", "Name", &name, NAME_LETTERS);
    named.set_type("text");
    let (note, noted) = field("textarea", "save-note", "Note", &note, NOTE_LETTERS);
    let (title, saved) = match what {
        What::Save(_, None) => ("Save what is shown", "It is saved: the Team page lists it."),
        What::Save(_, Some(_)) => ("Fork", "The fork is saved, and it is yours."),
        What::Rename(_) => ("Rename", "It is renamed."),
    };
    let send = move |event: Event| {
        event.prevent_default();
        let (name, note, what) = (named.value(), noted.value(), what.clone());
        spawn_local(async move {
            let done = match what {
                What::Save(address, source) => net::save_work(&name, &note, &address, source).await,
                What::Rename(id) => net::change_work(id, Some((&name, &note))).await,
            };
            match done {
                Ok(()) => {
                    keys::close();
                    desk.saved.update(|times| *times += 1);
                    desk.say(saved);
                }
                Err(reason) => problem.set(reason),
            }
        });
    };
    let form = el("form")
        .on("submit", send)
        .child(name)
        .child(note)
        .child(el("p").class("wrong").set("role", "alert").says(move || problem.get()))
        .child(el("div").class("saving-do").child(el("button").id("save-do").text("Save")).child(button(
            "quiet",
            "Close",
            keys::close,
        )));
    dialog("help saving", title, move || desk.draft.set(None)).child(text("h2", title)).child(form)
}
