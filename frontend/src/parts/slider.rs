//! A parameter under the hand: a slider and a number box over the same value.

use leptos::prelude::*;
use shared::scenario::{Parameter, decimal};
use wasm_bindgen::JsCast;

use crate::desk::{Desk, Knob};
use crate::reactive::{RwSignal, memo};

/// A slider with its number box; a double click on the name brings the opening value back.
#[component]
pub(crate) fn Slider(
    /// What it moves.
    knob: Knob,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let &Parameter { key, label, unit, meaning, range, step, decimals, .. } = knob.parameter();
    let value = memo(move || desk.scenario.with(|s| s.as_ref().map_or(f64::NAN, |s| knob.read(s))));
    let opening = memo(move || desk.opened.with(|s| s.as_ref().map_or(f64::NAN, |s| knob.read(s))));
    let refused = RwSignal::new(false);
    let typed = move |event: web_sys::Event| match decimal::parse(key, &event_target_value(&event)) {
        Ok(typed) if typed >= range.0 && typed <= range.1 => {
            refused.set(false);
            desk.turn(knob, typed);
        }
        _ => {
            refused.set(true);
            let (low, high) = (decimal::text(range.0, decimals), decimal::text(range.1, decimals));
            desk.say(format!("{label} takes a number from {low} to {high}."));
        }
    };
    let dragged = move |event: web_sys::Event| {
        if let Ok(value) = decimal::parse(key, &event_target_value(&event)) {
            desk.turn(knob, value);
        }
    };
    let text = move || decimal::text(value.get(), decimals);
    let id = format!("{key}-box");
    view! {
        <div class="slider" class:changed=move || value.get() != opening.get() title=meaning data-parameter=key>
            <label
                for=id.clone()
                on:dblclick=move |_| desk.turn(knob, opening.get_untracked())
            >
                {label}
            </label>
            <span class="slider-number">
                <input
                    id=id
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    prop:value=text
                    aria-invalid=move || refused.get().to_string()
                    on:change=typed
                />
                <span class="unit">{unit}</span>
            </span>
            <input
                type="range"
                min=range.0.to_string()
                max=range.1.to_string()
                step=step.to_string()
                prop:value=text
                aria-label=format!("{label}: {meaning}")
                on:input=dragged
                on:focus=touched
                on:pointerdown=touched
            />
        </div>
    }
}

/// Remembers the slider as the one that the bracket keys nudge.
pub(crate) fn touched<E: JsCast + Into<web_sys::Event>>(event: E) {
    let event: web_sys::Event = event.into();
    let Some(slider) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    if let Ok(Some(before)) = document().query_selector("[data-touched=true]") {
        let _ = before.remove_attribute("data-touched");
    }
    let _ = slider.set_attribute("data-touched", "true");
}
