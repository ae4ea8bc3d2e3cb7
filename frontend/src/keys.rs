//! The keyboard, in one place.

use leptos::prelude::*;
use shared::decimal;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};

use crate::desk::Desk;
use crate::pages::lab::Lab;
use crate::pages::nowcast::Studio;
use crate::parts::download;
use crate::reactive::{RwSignal, StoredValue};
use crate::route::Page;

/// What each key does, for the list that `?` shows.
pub(crate) const KEYS: [(&str, &str); 10] = [
    ("g w, g m, g n, g l", "go to What-if, Market, Nowcast, Lab"),
    ("j, k", "next, previous artist or contract"),
    ("[, ]", "nudge the slider last touched; with shift ten steps"),
    ("u", "undo"),
    ("r", "reset"),
    ("c", "copy the link"),
    ("e", "export the table as CSV"),
    ("t", "light or dark"),
    ("/", "choose an event"),
    ("?", "this list"),
];

/// Listens to the keyboard for as long as the page lives; `help` opens the list, `theme` turns the light on or off.
pub(crate) fn listen(desk: Desk, (studio, lab): (Studio, Lab), help: RwSignal<bool>, theme: Callback<()>) {
    let going = StoredValue::new(false);
    let in_lab = move || desk.page.get_untracked() == Page::Lab;
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let key = event.key();
        if going.get_value() {
            going.set_value(false);
            if let Some((page, _)) = Page::ALL.into_iter().find(|(_, letter)| key == letter.to_string()) {
                desk.visit(page);
                event.prevent_default();
            }
            return;
        }
        match key.as_str() {
            "g" => going.set_value(true),
            "j" | "k" if in_lab() => lab.step_contract(if key == "j" { 1 } else { -1 }),
            "j" => step_artist(desk, studio, 1),
            "k" => step_artist(desk, studio, -1),
            "u" if in_lab() => lab.undo(),
            "r" if in_lab() => lab.reset(),
            "u" => desk.undo(),
            "r" => desk.reset(),
            "c" => download::copy_link(desk),
            "e" => click("[data-export]"),
            "t" => theme.run(()),
            "/" => {
                focus(if in_lab() { "#lab-tape" } else { "#event" });
                event.prevent_default();
            }
            "?" => help.update(|shown| *shown = !*shown),
            "Escape" => {
                help.set(false);
                desk.notices.dismiss();
            }
            "[" | "{" => nudge(if key == "{" { -10 } else { -1 }),
            "]" | "}" => nudge(if key == "}" { 10 } else { 1 }),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

/// Returns whether a key belongs to a field that is being typed into.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    match element.tag_name().as_str() {
        "SELECT" | "TEXTAREA" => true,
        "INPUT" => element.dyn_into::<HtmlInputElement>().is_ok_and(|input| input.type_() != "range"),
        _ => false,
    }
}

fn step_artist(desk: Desk, studio: Studio, by: isize) {
    if desk.page.get_untracked() == Page::Nowcast {
        studio.step_artist(by);
        return;
    }
    let count = desk.scenario.with_untracked(|scenario| scenario.as_ref().map_or(0, |s| s.artists().len()));
    if count > 0 {
        desk.artist.update(|place| *place = (*place as isize + by).rem_euclid(count as isize) as usize);
    }
}

/// Moves the slider last touched by some of its steps, as its own arrow keys would.
fn nudge(steps: i32) {
    let Some(slider) = element::<HtmlInputElement>("input[type=range][data-touched=true]") else { return };
    let number = |text: String| decimal::parse("slider", &text).unwrap_or(0.0);
    // The element itself keeps the value within its range and on its steps.
    slider.set_value(&decimal::text(number(slider.value()) + f64::from(steps) * number(slider.step()), 6));
    if let Ok(event) = web_sys::Event::new("input") {
        // Nobody cancels it.
        let _ = slider.dispatch_event(&event);
    }
}

fn element<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

fn click(selector: &str) {
    if let Some(element) = element::<HtmlElement>(selector) {
        element.click();
    }
}

fn focus(selector: &str) {
    if let Some(element) = element::<HtmlElement>(selector) {
        let _ = element.focus();
    }
}
