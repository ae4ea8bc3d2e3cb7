//! A number under the hand: a slider, with a number box over the same value or what the value means.

use std::rc::Rc;

use leptos::prelude::{document, event_target_value};
use shared::decimal;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::parts::element::{Element, div, el, text};
use crate::reactive::{Memo, RwSignal};

/// Takes a value as text, and whether it was typed; tells whether it is one.
pub(crate) type Turn = Rc<dyn Fn(&str, bool) -> bool>;

/// A slider with a number box; a double click on the name brings the first value back.
pub(crate) struct Dial {
    /// The parameter's key.
    pub(crate) key: &'static str,
    /// Its name.
    pub(crate) label: &'static str,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What it means, in a line.
    pub(crate) meaning: &'static str,
    /// The slider's ends.
    pub(crate) ends: (f64, f64),
    /// The slider's step.
    pub(crate) step: f64,
    /// The value as it is shown.
    pub(crate) text: Memo<String>,
    /// Whether it isn't what it was at first.
    pub(crate) changed: Memo<bool>,
    /// Takes a value that was dragged to or, if the second is true, typed; tells whether it is one.
    pub(crate) turn: Turn,
    /// Brings the first value back.
    pub(crate) restore: Box<dyn Fn()>,
}

impl Dial {
    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { key, label, unit, meaning, ends, step, text: shown, changed, turn, restore } = self;
        let refused = RwSignal::new(false);
        let id = format!("{key}-box");
        let take = Rc::clone(&turn);
        let typed = move |event: web_sys::Event| refused.set(!take(&event_target_value(&event), true));
        let number = el("input")
            .id(&id)
            .set("type", "text")
            .set("inputmode", "decimal")
            .set("autocomplete", "off")
            .prop("value", move || shown.get().into())
            .attr("aria-invalid", move || Some(refused.get().to_string()))
            .on("change", typed);
        let slider = slider(
            step,
            move || ends,
            // What is no number, `auto`, is the slider's 0.
            move || Some(shown.get()).filter(|text| text != "auto").unwrap_or_else(|| "0".to_owned()),
            move |text| {
                refused.set(!turn(text, false));
            },
        )
        .label(&format!("{label}: {meaning}"));
        let name = text("label", label).set("for", &id);
        div("slider")
            .title(meaning)
            .set("data-parameter", key)
            .class_if("changed", move || changed.get())
            .child(name.on("dblclick", move |_: web_sys::Event| restore()))
            .child(el("span").class("slider-number").child(number).child(text("span", unit).class("unit")))
            .child(slider)
    }
}

/// A slider beside what its value means.
pub(crate) struct Range {
    /// The parameter's key: the slider's id.
    pub(crate) key: &'static str,
    /// Its name.
    pub(crate) label: &'static str,
    /// What it means, in a line.
    pub(crate) meaning: &'static str,
    /// The slider's ends.
    pub(crate) ends: Box<dyn Fn() -> (f64, f64)>,
    /// The slider's step.
    pub(crate) step: f64,
    /// The value.
    pub(crate) value: Box<dyn Fn() -> f64>,
    /// The value as the person reads it.
    pub(crate) said: Memo<String>,
    /// Whether it isn't what it is without a hand.
    pub(crate) changed: Memo<bool>,
    /// Takes a value.
    pub(crate) turn: Box<dyn Fn(f64)>,
}

impl Range {
    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { key, label, meaning, ends, step, value, said, changed, turn } = self;
        let take = move |text: &str| {
            if let Ok(value) = decimal::parse(key, text) {
                turn(value);
            }
        };
        let slider = slider(step, ends, move || decimal::text(value(), 2), take)
            .id(key)
            .attr("aria-valuetext", move || Some(said.get()));
        let output = el("output").class("slider-number").set("for", key).says(move || said.get());
        div("slider")
            .title(meaning)
            .set("data-parameter", key)
            .class_if("changed", move || changed.get())
            .child(text("label", label).set("for", key))
            .child(output)
            .child(slider)
    }
}

fn slider(
    step: f64,
    ends: impl Fn() -> (f64, f64) + 'static,
    value: impl Fn() -> String + 'static,
    turn: impl Fn(&str) + 'static,
) -> Element {
    let input = el("input").set("type", "range").set("step", &step.to_string());
    let (node, ended): (HtmlInputElement, HtmlInputElement) = (input.node_as(), input.node_as());
    input
        // The ends first: a value beyond them is moved inside.
        .follow(Box::new(move || {
            let (low, high) = ends();
            ended.set_min(&low.to_string());
            ended.set_max(&high.to_string());
        }))
        .follow(Box::new(move || node.set_value(&value())))
        .on("input", move |event: web_sys::Event| turn(&event_target_value(&event)))
        .on("focus", touched)
        .on("pointerdown", touched)
}

/// Remembers the slider as the one that the bracket keys nudge.
fn touched(event: web_sys::Event) {
    let Some(slider) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    if let Ok(Some(before)) = document().query_selector("[data-touched=true]") {
        let _ = before.remove_attribute("data-touched");
    }
    let _ = slider.set_attribute("data-touched", "true");
}
