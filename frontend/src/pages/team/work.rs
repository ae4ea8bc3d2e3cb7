//! What is saved: a table, and what can be done with the item that is chosen.

use leptos::prelude::untrack;
use shared::access::{Action, WorkItem, page_of};
use shared::format;

use super::state::Team;
use super::{problem, twice};
use crate::parts::element::{Element, button, div, text};
use crate::parts::state::{Remote, empty, failed, loading};
use crate::parts::table::{Choosing, Kind, Row, Table, column};
use crate::reactive::memo;
use crate::route::Page;

/// What the card has to show.
#[derive(Clone, PartialEq)]
enum Shown {
    Items,
    Nothing,
    Loading,
    Failed(String),
}

/// Returns the card's content.
pub(super) fn work(team: Team) -> Element {
    let shown = memo(move || {
        team.work.with(|work| match work {
            Remote::Ready(work) if work.is_empty() => Shown::Nothing,
            Remote::Ready(_) => Shown::Items,
            Remote::Loading => Shown::Loading,
            Remote::Failed(reason) => Shown::Failed(reason.clone()),
        })
    });
    div("").shows(move || match shown.get() {
        Shown::Items => vec![table(team), div("").id("team-item").shows(move || item(team))],
        Shown::Nothing => vec![empty("Nothing is saved yet. On any page, w saves what is shown.")],
        Shown::Loading => vec![loading("Asking what is saved …")],
        Shown::Failed(reason) => vec![failed(&reason, move || team.load_work())],
    })
}

fn items(team: Team) -> Vec<WorkItem> {
    team.work.with(|work| match work {
        Remote::Ready(work) => work.to_vec(),
        _ => Vec::new(),
    })
}

fn table(team: Team) -> Element {
    let columns = vec![
        column("Name", "", Kind::Words),
        column("Page", "", Kind::Words),
        column("Of", "Who saved it", Kind::Words),
        column("Saved (UTC)", "", Kind::Words),
        column("Changed (UTC)", "When its name or note was last changed", Kind::Words),
        column("Forked from", "", Kind::Words),
    ];
    let rows = move || {
        let items = items(team);
        items.iter().map(|item| line(item, &items)).collect()
    };
    let choose = move |place: usize| team.item.set(untrack(|| items(team)).get(place).map(|item| item.id));
    let chosen = move || {
        let id = team.item.get();
        items(team).iter().position(|item| Some(item.id) == id)
    };
    let choosing =
        Choosing { chosen: std::rc::Rc::new(chosen), ..Choosing::by("What can be done with it", choose) };
    Table {
        id: "team-items",
        choosing: Some(choosing),
        file: "saved-work",
        ..Table::of("Saved work", columns, rows)
    }
    .build()
}

/// Returns what an item was forked from, by name.
fn source(item: &WorkItem, items: &[WorkItem]) -> String {
    let Some(id) = item.source else { return String::new() };
    items
        .iter()
        .find(|other| other.id == id)
        .map_or_else(|| "something that is gone".to_owned(), |other| other.name.clone())
}

fn line(item: &WorkItem, items: &[WorkItem]) -> Row {
    let path = page_of(&item.address);
    let page = Page::all().find(|page| page.path == path).map_or(path, |page| page.name);
    Row {
        cells: vec![
            item.name.as_str().into(),
            page.into(),
            item.owner.as_str().into(),
            format::instant(item.made).into(),
            if item.changed == item.made { "".into() } else { format::instant(item.changed).into() },
            source(item, items).into(),
        ],
        key: item.id.to_string(),
        ..Row::default()
    }
}

/// Returns what is said of the chosen item, and what can be done with it.
fn item(team: Team) -> Vec<Element> {
    let Some(item) = team.chosen() else { return Vec::new() };
    let desk = team.desk;
    let link = text("a", "Open").id("team-open").set("href", &item.address).title("Show it (o)").on(
        "click",
        move |event: web_sys::MouseEvent| {
            // With a key held down the browser opens the link elsewhere.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                team.open();
            }
        },
    );
    let mut bar = div("team-bar").child(link);
    if desk.may(Action::SaveWork) {
        let of = item.clone();
        let fork = move || desk.fork(of.id, of.address.clone(), &of.name, &of.note);
        bar = bar.child(button("", "Fork…", fork).id("team-fork"));
    }
    if item.may_change && desk.may(Action::ChangeWork) {
        let (of, id) = (item.clone(), item.id);
        bar = bar
            .child(button("", "Rename…", move || desk.rename(of.id, &of.name, &of.note)).id("team-rename"))
            .child(twice("Delete", "Delete it for everybody", move || team.take_away(id)).id("team-delete"));
    }
    let wrong = move || {
        let reason = team.work_problem.get();
        if reason.is_empty() { Vec::new() } else { vec![problem(&reason)] }
    };
    vec![
        text("h3", &item.name),
        text("p", &item.note).class("team-note"),
        text("p", &item.address).class("aside team-address"),
        bar,
        div("").shows(wrong),
    ]
}
