//! Who may sign in: accounts, their roles, and invitations.

use leptos::prelude::{untrack, window};
use shared::access::{Action, Person, Role};
use shared::format;
use web_sys::{Event, HtmlAnchorElement, HtmlInputElement};

use super::state::Team;
use super::{problem, twice};
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::{Choice, item};
use crate::parts::state::{Remote, failed, loading};
use crate::parts::table::{Choosing, Kind, Row, Table, column};
use crate::reactive::{RwSignal, memo};

/// Returns the card's content.
pub(super) fn people(team: Team) -> Element {
    // No list is built anew under a hand.
    let state = memo(move || {
        team.people.with(|people| match people {
            Remote::Loading => Remote::Loading,
            Remote::Ready(_) => Remote::Ready(()),
            Remote::Failed(reason) => Remote::Failed(reason.clone()),
        })
    });
    let list = move || match state.get() {
        Remote::Loading => vec![loading("Asking who may sign in …")],
        Remote::Failed(reason) => vec![failed(&reason, move || team.load_people())],
        Remote::Ready(()) => vec![table(team), div("team-bar").id("team-person").shows(move || person(team))],
    };
    let told = move || match team.told.get() {
        Err(reason) => vec![problem(&reason)],
        Ok(said) if said.is_empty() => Vec::new(),
        Ok(said) => vec![text("p", &said).set("role", "status")],
    };
    div("")
        .child(div("").shows(list))
        .child(invitation(team))
        .child(div("").id("team-told").shows(told).shows(move || link(team)))
}

fn listed(team: Team) -> Vec<Person> {
    team.people.with(|people| match people {
        Remote::Ready(list) => list.to_vec(),
        _ => Vec::new(),
    })
}

fn table(team: Team) -> Element {
    let columns = vec![
        column("E-mail", "", Kind::Words),
        column("Role", "", Kind::Words),
        column("Authenticator", "Whether codes are asked for", Kind::Words),
        column("Since (UTC)", "", Kind::Words),
        column("Ended (UTC)", "", Kind::Words),
    ];
    let row = |person: Person| Row {
        key: person.id.to_string(),
        cells: vec![
            person.email.into(),
            person.role.name().into(),
            if person.has_codes { "yes" } else { "no" }.into(),
            format::instant(person.made).into(),
            person.ended.map(format::instant).unwrap_or_default().into(),
        ],
        ..Row::default()
    };
    let rows = move || listed(team).into_iter().map(row).collect();
    let choose = move |place: usize| team.person.set(untrack(|| listed(team)).get(place).map(|one| one.id));
    let chosen = move || {
        let id = team.person.get();
        listed(team).iter().position(|person| Some(person.id) == id)
    };
    let choosing =
        Choosing { chosen: std::rc::Rc::new(chosen), ..Choosing::by("Change what they may do", choose) };
    Table { id: "team-accounts", choosing: Some(choosing), ..Table::of("People", columns, rows) }.build()
}

/// Returns what can be done about the chosen account.
fn person(team: Team) -> Vec<Element> {
    let Some(person) = team.chosen_person().filter(|_| team.desk.may(Action::ChangePerson)) else {
        return Vec::new();
    };
    let id = person.id;
    let others = Role::ALL.into_iter().filter(|role| *role != person.role);
    let mut shown = vec![text("span", &person.email)];
    shown.extend(
        others.map(|role| {
            button("", &format!("Make {role}"), move || team.change_person(id, Some(role.name())))
        }),
    );
    shown.push(twice("End the account", "End it now: nobody signs in with it", move || {
        team.change_person(id, None);
    }));
    shown
}

/// Returns the form that invites somebody.
fn invitation(team: Team) -> Element {
    let role = RwSignal::new(Role::Viewer);
    let field = el("input").id("invite-email").set("type", "text").set("autocomplete", "off");
    let typed: HtmlInputElement = field.node_as();
    let roles = move || Role::ALL.map(|role| item(role.name(), role.name())).to_vec();
    let choose = move |name: String| role.set(name.parse().unwrap_or(Role::Viewer));
    let choice = Choice::of("invite-role", "Role", roles, move || role.get().name().to_owned(), choose);
    let send = move |event: Event| {
        event.prevent_default();
        team.invite(typed.value(), role.get_untracked().name());
    };
    el("form")
        .class("team-bar")
        .on("submit", send)
        .prop("hidden", move || (!team.desk.may(Action::Invite)).into())
        .child(el("label").class("choice").child(text("span", "Invite, by e-mail address")).child(field))
        .child(choice.build())
        .child(el("button").id("invite-do").text("Make a link"))
}

/// Returns the link of the last invitation, and the button that copies it.
fn link(team: Team) -> Vec<Element> {
    let Some(path) = team.invited.get() else { return Vec::new() };
    let anchor = el("a").id("invite-link").set("href", &path);
    let whole = anchor.node_as::<HtmlAnchorElement>().href();
    let copied = whole.clone();
    let copy = move || {
        // What is refused can be selected.
        let _ = window().navigator().clipboard().write_text(&copied);
    };
    vec![text("code", &whole), button("quiet", "Copy the link", copy)]
}
