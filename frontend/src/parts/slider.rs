//! A parameter under the hand: a slider and a number box over the same value.

use leptos::prelude::*;
use shared::decimal;
use shared::scenario::Parameter;
use wasm_bindgen::JsCast;

use crate::desk::{Desk, Knob};
use crate::reactive::{Memo, RwSignal, memo};

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
    let turn = Callback::new(move |(text, typed): (String, bool)| match decimal::parse(key, &text) {
        Ok(value) if !typed || value >= range.0 && value <= range.1 => {
            desk.turn(knob, value);
            true
        }
        _ => {
            if typed {
                let (low, high) = (decimal::text(range.0, decimals), decimal::text(range.1, decimals));
                desk.say(format!("{label} takes a number from {low} to {high}."));
            }
            false
        }
    });
    let text = memo(move || decimal::text(value.get(), decimals));
    let changed = memo(move || value.get() != opening.get());
    let restore = Callback::new(move |()| desk.turn(knob, opening.get_untracked()));
    dial(Dial { key, label, unit, meaning, range, step, text, changed, turn, restore })
}

/// A slider with a number box over the same value, whatever it moves.
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
    pub(crate) range: (f64, f64),
    /// The slider's step.
    pub(crate) step: f64,
    /// The value as it is shown.
    pub(crate) text: Memo<String>,
    /// Whether it isn't what it was at first.
    pub(crate) changed: Memo<bool>,
    /// Takes a value that was dragged to or, if the second is true, typed; tells whether it is one.
    pub(crate) turn: Callback<(String, bool), bool>,
    /// Brings the first value back.
    pub(crate) restore: Callback<()>,
}

/// Returns the control.
pub(crate) fn dial(dial: Dial) -> AnyView {
    let Dial { key, label, unit, meaning, range, step, text, changed, turn, restore } = dial;
    let refused = RwSignal::new(false);
    let typed = move |event: web_sys::Event| refused.set(!turn.run((event_target_value(&event), true)));
    let dragged = move |event: web_sys::Event| {
        turn.run((event_target_value(&event), false));
    };
    let id = format!("{key}-box");
    view! {
        <div class="slider" class:changed=move || changed.get() title=meaning data-parameter=key>
            <label for=id.clone() on:dblclick=move |_| restore.run(())>{label}</label>
            <span class="slider-number">
                <input
                    id=id
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    prop:value=move || text.get()
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
                prop:value=move || text.get()
                aria-label=format!("{label}: {meaning}")
                on:input=dragged
                on:focus=touched
                on:pointerdown=touched
            />
        </div>
    }
    .into_any()
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
