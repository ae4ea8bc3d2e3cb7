//! Files of trades that a person opens: read in the worker, never sent anywhere, and shown as events of their own.

use leptos::prelude::*;
use shared::api::{EventSummary, Origin};
use shared::format;
use web_sys::{File, FileList};

use crate::desk::Desk;
use crate::parts::opener::{Opener, refusal};
use crate::parts::state::Remote;
use crate::reactive::RwSignal;
use crate::worker::{self, Answer, Ask};

/// How far reading is.
#[derive(Clone, PartialEq)]
struct Reading {
    name: String,
    share: f64,
    trades: f64,
}

/// The button that opens files; files dropped anywhere on the page are opened too.
#[component]
pub(crate) fn OpenTape() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let reading = RwSignal::new(None::<Reading>);
    let take = Callback::new(move |files| open(desk, reading, files));
    let progress = move || {
        reading.get().map(|Reading { name, share, trades }| {
            view! {
                <div class="reading" role="status">
                    <span>"Reading " {name} ": " {format::grouped(trades as i64)} " prints"</span>
                    <progress max="1" value=share.to_string() aria-label="How much was read"></progress>
                    <button type="button" class="quiet" on:click=move |_| stop()>"Stop"</button>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <div class="open">
            <Opener
                id="tape-file"
                name="Open tapes"
                hint="or drop .csv or .csv.gz of trades: they stay on this machine"
                take=take
            />
            {progress}
        </div>
    }
}

fn stop() {
    worker::ask(Ask::Stop {}, |_| {});
}

fn open(desk: Desk, reading: RwSignal<Option<Reading>>, files: Option<FileList>) {
    let files: Vec<File> =
        files.map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect()).unwrap_or_default();
    if files.is_empty() {
        return;
    }
    let names = files.iter().map(File::name).collect::<Vec<_>>().join(", ");
    worker::open(files, move |answer| {
        if let Answer::Reading { name, share, trades } = answer {
            // The page that asked may have been left.
            reading.set(Some(Reading { name, share, trades }));
            return;
        }
        reading.set(None);
        let said = match answer {
            Answer::Opened { events, contracts, problems, .. } if events.is_empty() && contracts > 0 => {
                desk.opened_files.update(|count| *count += 1);
                let contracts = format::counted(contracts, "contract");
                let mut said = format!("{names}: how {contracts} settled is known now.");
                if !problems.is_empty() {
                    said.push_str(" Left out: ");
                    said.push_str(&problems.join("; "));
                    said.push('.');
                }
                Ok(said)
            }
            Answer::Opened { events, malformed, problems, .. } => {
                show(desk, &names, events, malformed as i64, problems)
            }
            Answer::Failed { reason } => Err(reason),
            _ => return,
        };
        desk.say(said.unwrap_or_else(|reason| refusal(&reason)));
    });
}

/// Shows what was read in front of the other events; returns what to say, or why nothing was opened.
fn show(
    desk: Desk,
    names: &str,
    events: Vec<EventSummary>,
    malformed: i64,
    problems: Vec<String>,
) -> Result<String, String> {
    let Some(first) = events.first().cloned() else {
        let why = problems.first().map(|problem| format!(" {problem}.")).unwrap_or_default();
        return Err(format!("{names}: no trade was read.{why}"));
    };
    if desk.list.with_untracked(|list| !matches!(list, Remote::Ready(_))) {
        return Err(format!("{names} can be opened once the server's events are here."));
    }
    let contracts = || events.iter().flat_map(|event| &event.contracts);
    let trades: usize = contracts().map(|contract| contract.trades).sum();
    let mut said = format!(
        "Opened {names}: {} of {} in {}.",
        format::counted(trades, "print"),
        format::counted(contracts().count(), "contract"),
        events.iter().map(|event| event.event.as_str()).collect::<Vec<_>>().join(", ")
    );
    if malformed > 0 {
        said.push_str(&format!(
            " {} skipped; the foot of the page names what is wrong.",
            if malformed == 1 {
                "1 malformed row was".to_owned()
            } else {
                format!("{} malformed rows were", format::grouped(malformed))
            }
        ));
    } else if let Some(problem) = problems.first() {
        said.push_str(&format!(" {problem}."));
    }
    desk.prints.update(|kept| kept.retain(|old| !contracts().any(|new| new.ticker == old.ticker)));
    desk.list.update(|list| {
        if let Remote::Ready(list) = list {
            let is_new = |old: &EventSummary| !events.iter().any(|event| event.event == old.event);
            if list.events.iter().any(|old| !is_new(old) && old.origin != Origin::Opened) {
                said.push_str(" What was opened stands in for the server's tape until the page is reloaded.");
            }
            list.events.retain(is_new);
            list.events.splice(0..0, events);
            list.problems.extend(problems);
        }
    });
    desk.open_event(&first);
    desk.opened_files.update(|count| *count += 1);
    Ok(said)
}
