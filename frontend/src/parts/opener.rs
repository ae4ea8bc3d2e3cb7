//! A button that opens files.

use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

use crate::parts::drop;
use crate::parts::element::{Element, el, text};

/// The longest message about a file: its first line may be all of it.
const LONGEST_MESSAGE: usize = 300;

/// Returns the button, with what it opens and what else to know; `id` is its field's.
pub(crate) fn opener(id: &str, name: &str, hint: &str, take: impl Fn(Vec<File>) + 'static) -> Element {
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        take(drop::files(input.files()));
        // The same file can be chosen again.
        input.set_value("");
    };
    let input = el("input").set("type", "file").id(id).set("accept", ".csv,.gz").set("multiple", "");
    el("label")
        .class("opener")
        .child(text("span", name).class("opener-name"))
        .child(text("span", hint).class("opener-hint"))
        .child(input.on("change", chosen))
}

/// Returns why files were not opened, short enough to be read.
pub(crate) fn refusal(reason: &str) -> String {
    let shortened: String = reason.chars().take(LONGEST_MESSAGE).collect();
    let ellipsis = if shortened.len() < reason.len() { " …" } else { "" };
    format!("{shortened}{ellipsis} Nothing was changed.")
}
