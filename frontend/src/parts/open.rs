//! Files of trades that a person opens: read in the worker, never sent anywhere, and shown as events of their own.

use shared::api::EventSummary;
use shared::format;
use web_sys::File;

use crate::desk::Desk;
use crate::parts::element::{Element, button, div, text};
use crate::parts::opener::{opener, refusal};
use crate::parts::state::progress;
use crate::reactive::RwSignal;
use crate::worker::{self, Answer, Ask};

/// How far reading is.
#[derive(Clone, PartialEq)]
pub(crate) struct Reading {
    name: String,
    share: f64,
    trades: f64,
}

/// Returns the button that opens files of trades.
pub(crate) fn open_tape(desk: Desk) -> Element {
    let hint = "or drop .csv or .csv.gz of trades: they stay on this machine";
    opener("tape-file", "Open tapes", hint, move |files| open(desk, files))
}

/// Returns how far the files are that are read now, on whatever page.
pub(crate) fn reading_bar(reading: RwSignal<Option<Reading>>) -> Element {
    let shown = move || {
        reading.get().map_or_else(Vec::new, |Reading { name, share, trades }| {
            let said = format!("Reading {name}: {} prints", format::grouped(trades as i64));
            vec![
                div("reading")
                    .set("role", "status")
                    .child(text("span", &said))
                    .child(progress("How much was read", move || share))
                    .child(button("quiet", "Stop", stop)),
            ]
        })
    };
    div("").shows(shown)
}

fn stop() {
    worker::ask(Ask::Stop {}, |_| {});
}

/// Opens files of trades: reads them in the worker and shows what they hold.
pub(crate) fn open(desk: Desk, files: Vec<File>) {
    if files.is_empty() {
        return;
    }
    let names = files.iter().map(File::name).collect::<Vec<_>>().join(", ");
    worker::open(files, move |answer| {
        if let Answer::Reading { name, share, trades } = answer {
            desk.reading.set(Some(Reading { name, share, trades }));
            return;
        }
        desk.reading.set(None);
        let said = match answer {
            Answer::Opened { events, contracts, problems, .. } if events.is_empty() && contracts > 0 => {
                desk.files_opened();
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
        match said {
            Ok(said) => desk.say(said),
            Err(reason) => desk.warn(refusal(&reason)),
        }
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
    if events.is_empty() {
        let why = problems.first().map(|problem| format!(" {problem}.")).unwrap_or_default();
        return Err(format!("{names}: no trade was read.{why}"));
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
    let stands_in = desk
        .show_opened(events, problems)
        .ok_or_else(|| format!("{names} can be opened once the server's events are here."))?;
    if stands_in {
        said.push_str(" What was opened stands in for the server's tape until the page is reloaded.");
    }
    Ok(said)
}
