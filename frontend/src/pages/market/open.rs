//! Files of trades that a person opens: read by the server, which keeps nothing, and shown as events of their own.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::OpenedTapes;
use shared::format;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList, HtmlInputElement};

use crate::desk::Desk;
use crate::net;
use crate::parts::state::Remote;

const MEGABYTE: usize = 1 << 20;
/// The largest file that is opened.
const MOST_MEGABYTES: usize = 32;
/// The longest message: a file's first line may be all of it.
const LONGEST_MESSAGE: usize = 300;

/// The button that opens a file; a file dropped anywhere on the page is opened too.
#[component]
pub(super) fn OpenTape() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let over = RwSignal::new(false);
    let take = move |event: DragEvent, is_drop: bool| {
        // Without this the browser would leave the page to show the file.
        event.prevent_default();
        over.set(!is_drop);
        if is_drop {
            open_one(desk, event.data_transfer().and_then(|dropped| dropped.files()));
        }
    };
    let listeners = [
        window_event_listener(leptos::ev::dragover, move |event| take(event, false)),
        window_event_listener(leptos::ev::drop, move |event| take(event, true)),
        window_event_listener(leptos::ev::dragleave, move |_| over.set(false)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        open_one(desk, input.files());
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <label class="open-tape" class:over=move || over.get()>
            <span class="open-tape-name">"Open a tape"</span>
            <span class="open-tape-hint">"or drop a .csv or .csv.gz of trades"</span>
            <input type="file" id="tape-file" accept=".csv,.gz" on:change=chosen />
        </label>
    }
}

/// Opens the one file; any other number of them is told of.
fn open_one(desk: Desk, files: Option<FileList>) {
    match files.filter(|files| files.length() == 1).and_then(|files| files.get(0)) {
        Some(file) => spawn_local(async move {
            let said = match open(desk, &file).await {
                Ok(said) => said,
                Err(reason) => {
                    let shortened: String = reason.chars().take(LONGEST_MESSAGE).collect();
                    let ellipsis = if shortened.len() < reason.len() { " …" } else { "" };
                    format!("{shortened}{ellipsis} Nothing was changed.")
                }
            };
            desk.say(said);
        }),
        None => desk.say("Open one file of trades at a time."),
    }
}

/// Reads the file and shows its events in front of the others; returns what to say, or why nothing was opened.
async fn open(desk: Desk, file: &File) -> Result<String, String> {
    let name = file.name();
    if file.size() > (MOST_MEGABYTES * MEGABYTE) as f64 {
        return Err(format!("{name} is larger than {MOST_MEGABYTES} MB."));
    }
    let OpenedTapes { events, prints } = net::read_tape(file).await.map_err(|reason| format!("{reason}."))?;
    let Some(first) = events.first().cloned() else { return Err(format!("{name} holds no trade.")) };
    if desk.list.with_untracked(|list| !matches!(list, Remote::Ready(_))) {
        return Err(format!("{name} can be opened once the server's events are here."));
    }
    let trades: usize = prints.iter().map(|prints| prints.micros.len()).sum();
    let contracts = prints.len();
    let tickers = events.iter().map(|event| event.event.as_str()).collect::<Vec<_>>().join(", ");
    let mut known = false;
    desk.list.update(|list| {
        if let Remote::Ready(list) = list {
            let before = list.events.len();
            list.events.retain(|event| !events.iter().any(|new| new.event == event.event));
            known = list.events.len() < before;
            list.events.splice(0..0, events);
        }
    });
    desk.prints.update(|kept| {
        kept.retain(|old| !prints.iter().any(|new| new.ticker == old.ticker));
        kept.extend(prints.into_iter().map(Arc::new));
    });
    desk.open_event(&first);
    let stead = if known { " It stands in for the server's tape until the page is reloaded." } else { "" };
    Ok(format!(
        "Opened {name}: {} prints of {contracts} contracts in {tickers}.{stead}",
        format::grouped(trades as i64)
    ))
}
