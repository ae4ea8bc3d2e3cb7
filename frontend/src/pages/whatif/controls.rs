//! The sliders: the event's, and the chosen artist's; presets, undo, reset, and what changed.

use std::rc::Rc;

use shared::decimal;
use shared::scenario::{
    ARTIST_PARAMETERS, EVENT_PARAMETERS, Parameter, Scenario, artist_parameter, event_parameter,
};

use crate::desk::{Desk, Knob};
use crate::parts::chips::{Chip, chips};
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::{Choice, Dial, item};
use crate::parts::{artist, download, edge};
use crate::reactive::{Memo, memo};

/// A way to change several parameters at once.
struct Preset {
    name: &'static str,
    meaning: &'static str,
    apply: fn(&Scenario) -> Scenario,
}

const PRESETS: [Preset; 4] = [
    Preset {
        name: "No jumps",
        meaning: "every artist diffuses, as Black–Scholes has it",
        apply: |scenario| every(scenario, artist_parameter::LAMBDA, 0.0),
    },
    Preset {
        name: "Release season",
        meaning: "twelve jumps a year, of six percent",
        apply: |scenario| {
            every(&every(scenario, artist_parameter::LAMBDA, 12.0), artist_parameter::SIG_J, 0.06)
        },
    },
    Preset {
        name: "Viral month",
        meaning: "TikTok velocity at its peak for everybody, gamma 0.6",
        apply: |scenario| {
            every(&scenario.with(event_parameter::TIKTOK_GAMMA, 0.6), artist_parameter::VELOCITY, 1.0)
        },
    },
    Preset {
        name: "Independent",
        meaning: "no correlation, and nobody unlisted wins",
        apply: |scenario| scenario.with(event_parameter::CORRELATION, 0.0).with(event_parameter::OTHER, 0.0),
    },
];

fn every(scenario: &Scenario, place: usize, value: f64) -> Scenario {
    (0..scenario.artists().len())
        .fold(scenario.clone(), |scenario, artist| scenario.with_artist(artist, place, value))
}

/// Returns the column of sliders.
pub(super) fn controls(desk: Desk, names: Memo<Vec<String>>) -> Element {
    let presets = || {
        let all =
            PRESETS.iter().map(|preset| item(preset.name, format!("{}: {}", preset.name, preset.meaning)));
        std::iter::once(item("", "Presets")).chain(all).collect()
    };
    let apply = move |picked: String| {
        let preset = PRESETS.iter().find(|preset| preset.name == picked);
        if let Some((preset, scenario)) = preset.zip(desk.scenario.get_untracked()) {
            desk.replace((preset.apply)(&scenario));
        }
    };
    let mut preset = Choice::of("preset", "Preset", presets, String::new, apply);
    preset.is_named = false;
    let row = div("control-row")
        .child(preset.build())
        .child(button("", "Undo", move || desk.undo()).id("undo").title("Take the last change back (u)"))
        .child(button("", "Reset", move || desk.reset()).id("reset").title("Back to what was opened (r)"))
        .child(
            button("", "Link", move || download::copy_link(desk))
                .id("copy")
                .title("Copy a link to these numbers (c)"),
        );
    let chosen = move || names.with(|names| names.get(desk.artist.get()).cloned().unwrap_or_default());
    let advice = move || match desk.outcome.get() {
        Some(Ok(found)) => found.rows.get(desk.artist.get()).map(edge::in_words).unwrap_or_default(),
        _ => String::new(),
    };
    let colour = move || artist::css(artist::colour(desk.artist.get()));
    let head = el("h2")
        .child(el("span").class("swatch").style_of("background-color", colour))
        .child(el("span").id("chosen-artist").says(chosen));
    el("section")
        .class("card controls")
        .label("Assumptions")
        .child(row)
        .child(chips("What changed", move || changes(desk, names)))
        .child(head)
        .child(el("p").class("advice").id("advice").says(advice))
        // Another artist means other sliders: their values belong to the artist.
        .child(div("dials").shows(move || {
            let place = desk.artist.get();
            (0..ARTIST_PARAMETERS.len()).map(|i| slider(desk, Knob::Artist(place, i))).collect()
        }))
        .child(text("h2", "All artists"))
        .children((0..EVENT_PARAMETERS.len()).map(|i| slider(desk, Knob::Event(i))).collect())
}

/// Returns the slider of a parameter.
fn slider(desk: Desk, knob: Knob) -> Element {
    let &Parameter { key, label, unit, meaning, range, step, decimals, .. } = knob.parameter();
    let read = move |scenario: &Option<Scenario>| scenario.as_ref().map_or(f64::NAN, |s| knob.read(s));
    let value = memo(move || desk.scenario.with(read));
    let turn = move |text: &str, typed: bool| match decimal::parse(key, text) {
        Ok(value) if !typed || value >= range.0 && value <= range.1 => {
            desk.turn(knob, value);
            true
        }
        _ => {
            if typed {
                let (low, high) = (decimal::text(range.0, decimals), decimal::text(range.1, decimals));
                desk.warn(format!("{label} takes a number from {low} to {high}."));
            }
            false
        }
    };
    Dial {
        key,
        label,
        unit,
        meaning,
        ends: range,
        step,
        text: memo(move || decimal::text(value.get(), decimals)),
        changed: memo(move || value.get() != desk.opened.with(read)),
        turn: Rc::new(turn),
        restore: Box::new(move || desk.turn(knob, desk.opened.with_untracked(read))),
    }
    .build()
}

/// Returns what was changed since the event was opened, each with its way back.
fn changes(desk: Desk, names: Memo<Vec<String>>) -> Vec<Chip> {
    let (Some(now), Some(opened)) = (desk.scenario.get(), desk.opened.get()) else { return Vec::new() };
    let artists =
        (0..now.artists().len()).flat_map(|a| (0..ARTIST_PARAMETERS.len()).map(move |i| Knob::Artist(a, i)));
    let knobs = (0..EVENT_PARAMETERS.len()).map(Knob::Event).chain(artists);
    let chip = |knob: Knob| {
        let parameter = knob.parameter();
        let whose = match knob {
            Knob::Event(_) => String::new(),
            Knob::Artist(place, _) => {
                names.with(|names| names.get(place).map(|name| format!("{name}: ")).unwrap_or_default())
            }
        };
        let (before, after) = (knob.read(&opened), knob.read(&now));
        let read = |value: f64| decimal::text(value, parameter.decimals);
        Chip {
            text: format!("{whose}{} {} → {}", parameter.label, read(before), read(after)),
            drop: Rc::new(move || desk.turn(knob, before)),
        }
    };
    knobs.filter(|knob| knob.read(&now) != knob.read(&opened)).map(chip).collect()
}
