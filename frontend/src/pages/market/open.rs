//! Files of trades, opened in the browser: nothing of them leaves it.

use std::sync::Arc;

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{EventSummary, Prints};
use shared::format;
use shared::market::csv::read_trades;
use shared::market::{EventTape, Tape};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File, FileList, HtmlInputElement, ReadableStream, ReadableStreamDefaultReader};

use crate::desk::Desk;
use crate::parts::state::Remote;

const MEGABYTE: usize = 1 << 20;
/// The largest file that is opened.
const MOST_MEGABYTES: usize = 32;
/// The most that a compressed one may unpack to: a small file can unpack to anything.
const MOST_UNPACKED: usize = 64;
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
    let bytes = bytes(file, &name).await?;
    let trades = read_trades(&bytes, &name).map_err(|error| format!("{error}."))?;
    let tapes = EventTape::group(trades).map_err(|invalid| format!("{name}: {invalid}."))?;
    let events: Vec<_> = tapes.iter().map(EventSummary::recorded).collect();
    let Some(first) = events.first().cloned() else { return Err(format!("{name} holds no trade.")) };
    if desk.list.with_untracked(|list| !matches!(list, Remote::Ready(_))) {
        return Err(format!("{name} can be opened once the server's events are here."));
    }
    let contracts = || tapes.iter().flat_map(EventTape::contracts);
    let trades = contracts().map(|tape| tape.trades().len()).sum::<usize>();
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
        kept.retain(|old| !contracts().any(|tape| *tape.ticker() == old.ticker));
        kept.extend(contracts().map(|tape: &Tape| Arc::new(Prints::from(tape))));
    });
    desk.open_event(&first);
    let stead = if known { " It stands in for the server's tape until the page is reloaded." } else { "" };
    Ok(format!(
        "Opened {name}: {} prints of {} contracts in {}.{stead}",
        format::grouped(trades as i64),
        contracts().count(),
        tapes.iter().map(|tape| tape.event().as_str()).collect::<Vec<_>>().join(", "),
    ))
}

/// Returns the file's bytes, unpacked if its name ends with `.gz`.
async fn bytes(file: &File, name: &str) -> Result<Vec<u8>, String> {
    let zipped = name.ends_with(".gz");
    let refused = |_: JsValue| {
        let why = if zipped { "it is no gzip file, or a damaged one" } else { "the browser gives no reason" };
        format!("{name} can't be read: {why}.")
    };
    let stream = if zipped { unpacked(&file.stream()).map_err(refused)? } else { file.stream() };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let read = JsFuture::from(reader.read()).await.map_err(refused)?;
        // The end carries no value.
        let Ok(chunk) = Reflect::get(&read, &"value".into()).map_err(refused)?.dyn_into::<Uint8Array>()
        else {
            return Ok(bytes);
        };
        if bytes.len() + chunk.length() as usize > MOST_UNPACKED * MEGABYTE {
            // What is left is not waited for.
            let _ = reader.cancel();
            return Err(format!("{name} unpacks to more than {MOST_UNPACKED} MB."));
        }
        bytes.extend(chunk.to_vec());
    }
}

/// Returns the stream through the browser's own gzip.
fn unpacked(stream: &ReadableStream) -> Result<ReadableStream, JsValue> {
    // Not among the stable names of web-sys yet.
    let constructor: Function = Reflect::get(&js_sys::global(), &"DecompressionStream".into())?.dyn_into()?;
    let gzip = Reflect::construct(&constructor, &Array::of1(&"gzip".into()))?;
    // It has both ends of a pair under the names that a pair has.
    Ok(stream.pipe_through(gzip.unchecked_ref()))
}
