//! The keyboard, and the two sheets that are opened by it: the list of keys and the palette.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use crate::commands;
use crate::desk::{self, Desk};
use crate::reactive::{RwSignal, StoredValue};
use crate::theme::Theme;

/// How long the first of two keys waits for the second, in milliseconds.
const PATIENCE: f64 = 1_000.0;
/// What kills the desk.
const KILL: &str = "K";
const STORED_AS: &str = "tauroi-keys";

/// What lies over the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// The list of keys.
    Help,
    /// Everything that can be done, by its name.
    Palette,
}

/// The keyboard's state.
#[derive(Clone, Copy)]
pub(crate) struct Keyboard {
    /// What lies over the page, if anything does.
    pub(crate) sheet: RwSignal<Option<Sheet>>,
    /// Whether keys do anything outside of fields.
    pub(crate) is_on: RwSignal<bool>,
}

impl Keyboard {
    /// Returns the keyboard as it was chosen in earlier visits.
    pub(crate) fn open() -> Self {
        let off = window().local_storage().ok().flatten().and_then(|kept| kept.get_item(STORED_AS).ok()?);
        Self { sheet: RwSignal::new(None), is_on: RwSignal::new(off.is_none()) }
    }

    /// Switches the keys on or off, for the visits to come too.
    pub(crate) fn switch(self, is_on: bool) {
        self.is_on.set(is_on);
        if let Ok(Some(kept)) = window().local_storage() {
            // A browser that forbids storage forgets the choice.
            let _ = if is_on { kept.remove_item(STORED_AS) } else { kept.set_item(STORED_AS, "off") };
        }
    }

    /// Lays a sheet over the page, or takes away the one that is there.
    pub(crate) fn show(self, sheet: Sheet) {
        if self.sheet.get_untracked().is_none() {
            self.sheet.set(Some(sheet));
        } else {
            close();
        }
    }

    /// Listens for as long as the page lives.
    pub(crate) fn listen(self, desk: Desk, theme: RwSignal<Theme>) {
        let waiting = StoredValue::new(None::<(String, f64)>);
        let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
                return;
            }
            let sheet = self.sheet.get_untracked();
            if event.key() == "Escape" && sheet.is_none() {
                desk.notices.dismiss();
            }
            // A space would be taken for what parts two keys, and belongs to whatever it presses.
            let pressed = if event.key() == " " { "space".to_owned() } else { event.key() };
            if pressed == "space" && is_pressable(&event) {
                return;
            }
            let first = waiting.get_value().filter(|(_, then)| desk::now() - then < PATIENCE);
            waiting.set_value(None);
            if !self.is_on.get_untracked() {
                return;
            }
            let keys = match first {
                Some((first, _)) => format!("{first} {pressed}"),
                None => pressed,
            };
            if sheet.is_some() {
                // Nothing happens behind a sheet.
                if sheet == Some(Sheet::Help) && keys == "?" {
                    close();
                }
                return;
            }
            // Behind a page's own dialog nothing happens either, but a kill always does.
            if keys != KILL && opened().is_some() {
                return;
            }
            let commands = commands::all(desk, self, theme);
            if let Some(command) = commands.iter().find(|command| command.keys == keys) {
                event.prevent_default();
                if command.is_enabled() {
                    command.run();
                }
            } else if commands.iter().any(|command| {
                command.keys.strip_prefix(keys.as_str()).is_some_and(|rest| rest.starts_with(' '))
            }) {
                waiting.set_value(Some((keys, desk::now())));
            }
        });
        on_cleanup(move || listener.remove());
    }
}

/// Closes the sheet; the browser gives the focus back to where it was.
pub(crate) fn close() {
    let sheet = opened();
    if let Some(sheet) = sheet.and_then(|sheet| sheet.dyn_into::<HtmlDialogElement>().ok()) {
        sheet.close();
    }
}

/// Returns what lies over the page: a sheet, or a page's own dialog.
fn opened() -> Option<web_sys::Element> {
    document().query_selector("dialog[open]").ok().flatten()
}

/// Returns whether the focus is on something that a space presses.
fn is_pressable(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.matches("button, summary, input").unwrap_or(false))
}

/// Returns whether a key belongs to a field that is being typed into.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    match element.tag_name().as_str() {
        "SELECT" | "TEXTAREA" => true,
        "INPUT" => element
            .dyn_into::<HtmlInputElement>()
            .is_ok_and(|input| !matches!(input.type_().as_str(), "range" | "checkbox")),
        _ => false,
    }
}
