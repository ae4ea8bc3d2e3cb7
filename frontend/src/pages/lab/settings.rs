//! The settings of quoting and the assumptions about the exchange, under the hand.

use leptos::prelude::*;
use shared::backtest::{Config, Entry, Preset, SETTINGS};
use shared::quoting::Rules;
use shared::settings::Kind;

use super::head::range;
use super::state::Lab;
use crate::parts::slider::{Dial, dial};
use crate::reactive::memo;

/// The settings that both rules have, those of the rules `seed`, and those of coherent quoting.
const BOTH: [&Entry; 9] = [
    Entry::named("quote_size"),
    Entry::named("pull_at"),
    Entry::named("z_widen"),
    Entry::named("z_pull"),
    Entry::named("drift_cents"),
    Entry::named("latency_ms"),
    Entry::named("refresh_s"),
    Entry::named("max_order_size"),
    Entry::named("max_position_per_ticker"),
];
const SEED: [&Entry; 5] = [
    Entry::named("half_spread_cents"),
    Entry::named("skew_cents"),
    Entry::named("dynamic"),
    Entry::named("half_spread_min_cents"),
    Entry::named("half_spread_max_cents"),
];
const COHERENT: [&Entry; 6] = [
    Entry::named("risk_aversion"),
    Entry::named("fill_decay"),
    Entry::named("fill_rate"),
    Entry::named("horizon_h"),
    Entry::named("other"),
    Entry::named("offset"),
];

/// The preset, the sliders, and what else there is to set.
#[component]
pub(super) fn Settings() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let named = memo(move || lab.config.with(|config| config.named().map(Preset::name)));
    let is_coherent = memo(move || lab.config.with(|config| config.quoting.rules == Rules::Coherent));
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
        let entries: &'static [&'static Entry] = if is_coherent.get() { &COHERENT } else { &SEED };
        entries.iter().map(|entry| setting(lab, entry)).collect::<Vec<_>>()
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
        {BOTH.iter().map(|entry| setting(lab, entry)).collect::<Vec<_>>()}
        <h2>"The exchange, assumed"</h2>
        {setting(lab, Entry::named("fee"))}
        {SETTINGS.iter().filter(|entry| entry.is_assumed()).map(|entry| setting(lab, entry)).collect::<Vec<_>>()}
        <h2>"The filter"</h2>
        {setting(lab, Entry::named("calibration"))}
        <p class="lab-now" aria-hidden="true"><span class="aside">"Net "</span><strong class="num">{move || range(lab)}</strong></p>
    }
}

/// Returns the control of a setting.
fn setting(lab: Lab, entry: &'static Entry) -> AnyView {
    let setting = entry.setting;
    let text = move |config: &Config| config.value(entry);
    match setting.kind {
        Kind::Number { range, step, .. } => {
            // The ends of some ranges are beyond what a hand would ever want.
            let high = match setting.key {
                "z_widen" | "z_pull" => 10.0,
                "latency_ms" | "refresh_s" => 10_000.0,
                "queue_ahead" | "blackout_h" => 1_000.0,
                "pull_at" | "max_position_per_ticker" | "quote_size" | "max_order_size" => 100.0,
                _ => range.1,
            };
            number(lab, entry, (range.0, high), step)
        }
        Kind::Flag => {
            let on = memo(move || lab.config.with(text) == "true");
            view! {
                <label class="lab-flag" title=setting.meaning data-parameter=setting.key>
                    <input
                        type="checkbox"
                        prop:checked=move || on.get()
                        on:change=move |event| {
                            lab.set(setting.key, if event_target_checked(&event) { "true" } else { "false" });
                        }
                    />
                    {setting.label}
                </label>
            }
            .into_any()
        }
        Kind::Choice(words) => choice(lab, entry, words),
        Kind::Fee => choice(lab, entry, &["exact", "maker", "flat:0.015"]),
    }
}

fn choice(lab: Lab, entry: &'static Entry, words: &'static [&'static str]) -> AnyView {
    let setting = entry.setting;
    let value = memo(move || lab.config.with(|config| config.value(entry)));
    let options = words.iter().map(|word| {
        view! { <option value=*word selected=move || value.get() == *word>{*word}</option> }.into_any()
    });
    view! {
        <label class="lab-choice" title=setting.meaning data-parameter=setting.key>
            <span>{setting.label}</span>
            <select
                prop:value=move || value.get()
                on:change=move |event| { lab.set(setting.key, &event_target_value(&event)); }
            >
                {options.collect::<Vec<_>>()}
            </select>
        </label>
    }
    .into_any()
}

fn number(lab: Lab, entry: &'static Entry, range: (f64, f64), step: f64) -> AnyView {
    let setting = entry.setting;
    let usual = Config::preset(Preset::Seed).value(entry);
    let text = memo(move || lab.config.with(|config| config.value(entry)));
    let first = usual.clone();
    dial(Dial {
        key: setting.key,
        label: setting.label,
        unit: setting.unit,
        meaning: setting.meaning,
        range,
        step,
        text,
        changed: memo(move || text.with(|text| *text != first)),
        turn: Callback::new(move |(text, _): (String, bool)| lab.set(setting.key, &text)),
        restore: Callback::new(move |()| {
            lab.set(setting.key, &usual);
        }),
    })
}
