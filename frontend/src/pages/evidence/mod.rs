//! The evidence: what was claimed and registered before it was run, what came of it, and what would falsify it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{StudyList, StudyView};
use shared::format;

use crate::net;
use crate::parts::element::{Element, div, el, text};
use crate::parts::figures::{figure, figures};
use crate::parts::state::{Remote, failed, loading};
use crate::parts::table::{Cell, Kind, Table, column, row};
use crate::reactive::RwSignal;
use crate::route::{Audience, Kept, Page};

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Evidence",
    path: "evidence",
    letter: 'e',
    audience: Audience::Everyone,
    is_of_event: false,
    needs_no_events: true,
    open: |_desk| {
        provide_context(Studies(RwSignal::new(Remote::Loading)));
        Kept {
            read: Box::new(|_| {}),
            write: Box::new(|| Some(String::new())),
            commands: Box::new(Vec::new),
            files: None,
        }
    },
    view: page,
};

/// What the server says of studies.
#[derive(Clone, Copy)]
struct Studies(RwSignal<Remote<Arc<StudyList>>>);

impl Studies {
    /// Asks for them: they don't change while the server runs.
    fn load(self) {
        self.0.set(Remote::Loading);
        spawn_local(async move {
            self.0.set(match net::studies().await {
                Ok(list) => Remote::Ready(Arc::new(list)),
                Err(reason) => Remote::Failed(reason),
            });
        });
    }
}

/// The page.
fn page() -> Element {
    let studies = expect_context::<Studies>();
    if untrack(|| !matches!(studies.0.get(), Remote::Ready(_))) {
        studies.load();
    }
    div("").shows(move || match studies.0.get() {
        Remote::Loading => vec![loading("Asking for the studies …")],
        Remote::Failed(reason) => vec![failed(&reason, move || studies.load())],
        Remote::Ready(list) => {
            list.problems.iter().map(problem).chain(list.studies.iter().map(study)).collect()
        }
    })
}

fn problem(problem: &String) -> Element {
    text("p", &format!("⚠ {problem}")).class("caution")
}

/// Returns the card of a study.
fn study(study: &StudyView) -> Element {
    let facts = study.facts.clone();
    let named = |fact: &Vec<String>| Some(figure(fact.first()?, fact.get(1)?));
    let facts = figures("facts", move || facts.iter().filter_map(named).collect());
    let card = el("section").class("card study").label(&study.name).child(text("h2", &study.name));
    let card = card.child(text("p", &study.verdict).class("advice")).child(facts);
    match study.found.split_first() {
        Some((heads, rows)) => card.child(found(heads, rows.to_vec())),
        None => card,
    }
}

/// Returns what was found: a row an event, then what they come to.
fn found(heads: &[String], rows: Vec<Vec<String>>) -> Element {
    let kind = |place| if place == 0 { Kind::Words } else { Kind::Number(format::shortest) };
    let columns = heads.iter().enumerate().map(|(place, name)| column(name, "", kind(place))).collect();
    let cells = |cells: &Vec<String>| row(cells.iter().cloned().map(Cell::Words).collect());
    let rows = move || rows.iter().map(cells).collect();
    Table { sorts: false, class: "numbers", ..Table::of("What was found", columns, rows) }.build()
}
