//! The settings of quoting and the assumptions about the exchange, under the hand.

use std::rc::Rc;

use shared::backtest::{Config, Entry, Preset, SETTINGS};
use shared::quoting::Rules;

use super::head::range;
use super::state::Lab;
use crate::parts::element::{Element, div, el, text};
use crate::parts::form::{Choice, Control, item};
use crate::reactive::memo;

/// The settings that both rules have, those of the rules `seed`, and those of coherent quoting.
const BOTH: [&Entry; 11] = [
    Entry::named("fair"),
    Entry::named("quote_size"),
    Entry::named("pull_at"),
    Entry::named("z_widen"),
    Entry::named("z_pull"),
    Entry::named("z_over"),
    Entry::named("drift_cents"),
    Entry::named("latency_ms"),
    Entry::named("refresh_s"),
    Entry::named("max_order_size"),
    Entry::named("max_position_per_ticker"),
];
const SEED: [&Entry; 6] = [
    Entry::named("half_spread_cents"),
    Entry::named("skew_cents"),
    Entry::named("dynamic"),
    Entry::named("half_spread_min_cents"),
    Entry::named("half_spread_max_cents"),
    Entry::named("sigma_scale"),
];
const COHERENT: [&Entry; 7] = [
    Entry::named("risk_aversion"),
    Entry::named("fill_decay"),
    Entry::named("fill_rate"),
    Entry::named("horizon_h"),
    Entry::named("other"),
    Entry::named("longshots"),
    Entry::named("offset"),
];

/// Returns the card with the preset, the sliders, and what else there is to set.
pub(super) fn settings(card: Element, lab: Lab) -> Element {
    let named = memo(move || lab.config.with(|config| config.named().map(Preset::name)).unwrap_or(""));
    let is_coherent = memo(move || lab.config.with(|config| config.quoting.rules != Rules::Seed));
    let presets = move || {
        // Only where it is one of nobody's: it can't be chosen.
        let own = named.get().is_empty().then(|| item("", "Of your own"));
        own.into_iter().chain(Preset::ALL.map(|preset| item(preset.name(), preset.label()))).collect()
    };
    let choose = move |name: String| {
        if let Ok(preset) = name.parse() {
            lab.quote_as(preset);
        }
    };
    let all = |entries: &mut dyn Iterator<Item = &'static Entry>| {
        entries.map(|entry| setting(lab, entry)).collect::<Vec<_>>()
    };
    let own = move || {
        let entries: &[&'static Entry] = if is_coherent.get() { &COHERENT } else { &SEED };
        entries.iter().map(|entry| setting(lab, entry)).collect()
    };
    let net = el("strong").class("num").says(move || range(lab));
    card.child(Choice::of("preset", "Preset", presets, move || named.get().to_owned(), choose).build())
        .child(div("dials").shows(own))
        .children(all(&mut BOTH.into_iter()))
        .child(text("h2", "The exchange, assumed"))
        .child(setting(lab, Entry::named("fee")))
        .children(all(&mut SETTINGS.iter().filter(|entry| entry.is_assumed())))
        .child(text("h2", "The filter"))
        .child(setting(lab, Entry::named("calibration")))
        .child(
            el("p")
                .class("lab-now")
                .set("aria-hidden", "true")
                .child(text("span", "Net ").class("aside"))
                .child(net),
        )
}

/// Returns the control of a setting.
fn setting(lab: Lab, entry: &'static Entry) -> Element {
    let setting = entry.setting;
    let usual = Config::preset(Preset::Seed).value(entry);
    Control {
        setting,
        value: memo(move || lab.config.with(|config| config.value(entry))),
        usual: memo(move || usual.clone()),
        take: Rc::new(move |text| lab.set(setting.key, text)),
    }
    .build()
}
