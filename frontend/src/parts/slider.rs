//! A parameter under the hand: a slider and a number box over the same value.

use leptos::prelude::*;

/// What a parameter is and where it may go.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Parameter {
    /// Its name in links and in `data-` attributes.
    pub(crate) key: &'static str,
    /// Its name for people.
    pub(crate) label: &'static str,
    /// Its unit, where it has one.
    pub(crate) unit: &'static str,
    /// What it means, in a line.
    pub(crate) meaning: &'static str,
    /// The slider's ends; the number box takes these too.
    pub(crate) range: (f64, f64),
    /// One step of the slider.
    pub(crate) step: f64,
}

impl Parameter {
    /// Returns the number in `text`, when it is one and within the range.
    pub(crate) fn parse(&self, text: &str) -> Option<f64> {
        let value = number(text)?;
        (value >= self.range.0 && value <= self.range.1).then_some(value)
    }
}

/// Returns the number that `text` says in decimal digits, to the last bit.
///
/// The browser's own conversion gives the double nearest to up to twenty digits, as Rust's does, whose
/// table of powers would add 14 kB to the page.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let decimal = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let value = f64::try_from(wasm_bindgen::JsValue::from_str(text)).ok()?;
    (!text.is_empty() && decimal && value.is_finite()).then_some(value)
}

/// A slider with its number box; a double click on the label brings the default back.
#[component]
pub(crate) fn Slider(
    /// What it moves.
    parameter: Parameter,
    /// The value now.
    #[prop(into)]
    value: Signal<f64>,
    /// The value when nothing was changed.
    #[prop(into)]
    default: Signal<f64>,
    /// Takes a new value.
    set: Callback<f64>,
) -> impl IntoView {
    let Parameter { key, label, unit, meaning, range, step } = parameter;
    let typed_badly = RwSignal::new(false);
    let typed = move |event: web_sys::Event| match parameter.parse(&event_target_value(&event)) {
        Some(value) => {
            typed_badly.set(false);
            set.run(value);
        }
        None => typed_badly.set(true),
    };
    let changed = move || value.get() != default.get();
    let text = move || value.get().to_string();
    view! {
        <div class="slider" class:changed=changed title=meaning data-parameter=key>
            <label for=format!("{key}-box") on:dblclick=move |_| set.run(default.get_untracked())>{label}</label>
            <span class="slider-number">
                <input
                    id=format!("{key}-box")
                    type="number"
                    min=range.0.to_string()
                    max=range.1.to_string()
                    step="any"
                    prop:value=text
                    aria-invalid=move || typed_badly.get().to_string()
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
                aria-label=label
                on:input=move |event| {
                    if let Some(value) = parameter.parse(&event_target_value(&event)) {
                        set.run(value);
                    }
                }
            />
        </div>
    }
}
