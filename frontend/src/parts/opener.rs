//! A button that opens files; files dropped anywhere on the page are opened too.

use crate::reactive::RwSignal;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, HtmlInputElement};

/// The longest message about a file: its first line may be all of it.
const LONGEST_MESSAGE: usize = 300;

/// The button, with what it opens.
#[component]
pub(crate) fn Opener(
    /// The field's id.
    id: &'static str,
    /// What it opens.
    name: &'static str,
    /// What else to know.
    hint: &'static str,
    /// Takes the files.
    take: Callback<Option<FileList>>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let dragged = move |event: DragEvent, is_drop: bool| {
        // Without this the browser would leave the page to show the file.
        event.prevent_default();
        over.set(!is_drop);
        if is_drop {
            take.run(event.data_transfer().and_then(|dropped| dropped.files()));
        }
    };
    let listeners = [
        window_event_listener(leptos::ev::dragover, move |event| dragged(event, false)),
        window_event_listener(leptos::ev::drop, move |event| dragged(event, true)),
        window_event_listener(leptos::ev::dragleave, move |_| over.set(false)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        take.run(input.files());
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <label class="open-tape" class:over=move || over.get()>
            <span class="open-tape-name">{name}</span>
            <span class="open-tape-hint">{hint}</span>
            <input type="file" id=id accept=".csv,.gz" multiple=true on:change=chosen />
        </label>
    }
}

/// Returns why files were not opened, short enough to be read.
pub(crate) fn refusal(reason: &str) -> String {
    let shortened: String = reason.chars().take(LONGEST_MESSAGE).collect();
    let ellipsis = if shortened.len() < reason.len() { " …" } else { "" };
    format!("{shortened}{ellipsis} Nothing was changed.")
}
