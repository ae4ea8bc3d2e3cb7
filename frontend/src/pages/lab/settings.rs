//! The settings of quoting and the assumptions about the exchange, under the hand.

use leptos::prelude::*;
use shared::backtest::{ASSUMPTIONS, Config};
use shared::decimal;
use shared::quoting::{Kind, Preset, SETTINGS, place};

use super::head::range;
use super::state::Lab;
use crate::parts::slider::{Dial, dial};
use crate::reactive::memo;

/// The settings that both rules have, those of the mission's, and those of coherent quoting.
const BOTH: [usize; 9] = [
    place::QUOTE_SIZE,
    place::PULL_AT,
    place::Z_WIDEN,
    place::Z_PULL,
    place::DRIFT_CENTS,
    place::LATENCY_MS,
    place::REFRESH_S,
    place::MAX_ORDER_SIZE,
    place::MAX_POSITION_PER_TICKER,
];
const SEED: [usize; 5] = [
    place::HALF_SPREAD_CENTS,
    place::SKEW_CENTS,
    place::DYNAMIC,
    place::HALF_SPREAD_MIN_CENTS,
    place::HALF_SPREAD_MAX_CENTS,
];
const COHERENT: [usize; 6] = [
    place::RISK_AVERSION,
    place::FILL_DECAY,
    place::FILL_RATE,
    place::HORIZON_H,
    place::OTHER,
    place::OFFSET,
];

/// The preset, the sliders, and what else there is to set.
#[component]
pub(super) fn Settings() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let named = memo(move || lab.config.with(|config| config.settings().named().map(Preset::name)));
    let is_coherent = memo(move || lab.config.with(|config| config.settings().choice(place::RULES) != 0));
    let choose = move |event: web_sys::Event| {
        if let Ok(preset) = event_target_value(&event).parse() {
            lab.quote_as(preset);
        }
    };
    let presets = Vec::from(Preset::ALL.map(|preset| {
        view! { <option value=preset.name() selected=move || named.get() == Some(preset.name())>{preset.label()}</option> }
        .into_any()
    }));
    let own = move || {
        let places: &'static [usize] = if is_coherent.get() { &COHERENT } else { &SEED };
        places.iter().map(|place| setting(lab, *place)).collect::<Vec<_>>()
    };
    view! {
        <label class="lab-choice">
            <span>"Preset"</span>
            <select id="preset" on:change=choose prop:value=move || named.get().unwrap_or("")>
                <option value="" disabled=true selected=move || named.get().is_none()>"Of your own"</option>
                {presets}
            </select>
        </label>
        {own}
        {BOTH.iter().map(|place| setting(lab, *place)).collect::<Vec<_>>()}
        <h2>"The exchange, assumed"</h2>
        {setting(lab, place::FEE)}
        {ASSUMPTIONS.iter().enumerate().map(|(place, assumed)| {
            let value = move |config: &Config| decimal::text(config.assumption(place), assumed.decimals);
            let knob = Knob { key: assumed.key, label: label(assumed.key), unit: assumed.unit, meaning: assumed.meaning };
            let (low, high) = assumed.range;
            number(lab, knob, (low, if high > 1_000.0 { 1_000.0 } else { high }), step(assumed.decimals), value)
        }).collect::<Vec<_>>()}
        <h2>"The filter"</h2>
        {setting(lab, place::CALIBRATION)}
        <p class="lab-now" aria-hidden="true"><span class="aside">"Net "</span><strong class="num">{move || range(lab)}</strong></p>
    }
}

/// What a control is about.
#[derive(Clone, Copy)]
struct Knob {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    meaning: &'static str,
}

/// Returns the control of the setting at a place of the table.
fn setting(lab: Lab, place: usize) -> AnyView {
    let setting = &SETTINGS[place];
    let knob = Knob { key: setting.key, label: setting.label, unit: setting.unit, meaning: setting.meaning };
    let text = move |config: &Config| config.settings().value_text(place);
    match setting.kind {
        Kind::Number { range, step, .. } => {
            // The ends of some ranges are beyond what a hand would ever want.
            let high = match setting.key {
                "z_widen" | "z_pull" => 10.0,
                "latency_ms" | "refresh_s" => 10_000.0,
                "pull_at" | "max_position_per_ticker" | "quote_size" | "max_order_size" => 100.0,
                _ => range.1,
            };
            number(lab, knob, (range.0, high), step, text)
        }
        Kind::Flag => {
            let on = memo(move || lab.config.with(text) == "true");
            view! {
                <label class="lab-flag" title=knob.meaning data-parameter=knob.key>
                    <input
                        type="checkbox"
                        prop:checked=move || on.get()
                        on:change=move |event| {
                            lab.set(knob.key, if event_target_checked(&event) { "true" } else { "false" });
                        }
                    />
                    {knob.label}
                </label>
            }
            .into_any()
        }
        Kind::Choice(words) => choice(lab, knob, words, text),
        Kind::Fee => choice(lab, knob, &["exact", "maker", "flat:0.015"], text),
    }
}

fn choice(
    lab: Lab,
    knob: Knob,
    words: &'static [&'static str],
    text: impl Fn(&Config) -> String + Send + Sync + Copy + 'static,
) -> AnyView {
    let value = memo(move || lab.config.with(text));
    let options = words.iter().map(|word| {
        view! { <option value=*word selected=move || value.get() == *word>{*word}</option> }.into_any()
    });
    view! {
        <label class="lab-choice" title=knob.meaning data-parameter=knob.key>
            <span>{knob.label}</span>
            <select
                prop:value=move || value.get()
                on:change=move |event| { lab.set(knob.key, &event_target_value(&event)); }
            >
                {options.collect::<Vec<_>>()}
            </select>
        </label>
    }
    .into_any()
}

fn number(
    lab: Lab,
    knob: Knob,
    (low, high): (f64, f64),
    step: f64,
    text: impl Fn(&Config) -> String + Send + Sync + Copy + 'static,
) -> AnyView {
    let usual = text(&Config::preset(Preset::Seed));
    let text = memo(move || lab.config.with(text));
    let first = usual.clone();
    dial(Dial {
        key: knob.key,
        label: knob.label,
        unit: knob.unit,
        meaning: knob.meaning,
        range: (low, high),
        step,
        text,
        changed: memo(move || text.with(|text| *text != first)),
        turn: Callback::new(move |(text, _): (String, bool)| lab.set(knob.key, &text)),
        restore: Callback::new(move |()| {
            lab.set(knob.key, &usual);
        }),
    })
}

/// Returns an assumption's name for people.
fn label(key: &'static str) -> &'static str {
    match key {
        "queue_ahead" => "Queue ahead",
        "slippage_cents" => "Slippage",
        "lost_fills_pct" => "Lost fills",
        "blackout_h" => "Blackout",
        other => other,
    }
}

fn step(decimals: usize) -> f64 {
    if decimals > 1 { 1.0 } else { 0.5 }
}
