//! The sliders: the event's, and the chosen artist's; presets, undo, reset, and what changed.

use leptos::prelude::*;
use shared::decimal;
use shared::scenario::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario, artist_parameter, event_parameter};

use crate::desk::{Desk, Knob};
use crate::parts::slider::Slider;
use crate::parts::{artist, download};
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
        meaning: "Every artist diffuses: Black–Scholes",
        apply: |scenario| every(scenario, artist_parameter::LAMBDA, 0.0),
    },
    Preset {
        name: "Release season",
        meaning: "Twelve jumps a year, of six percent",
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
        meaning: "No correlation, and nobody unlisted wins",
        apply: |scenario| scenario.with(event_parameter::CORRELATION, 0.0).with(event_parameter::OTHER, 0.0),
    },
];

fn every(scenario: &Scenario, place: usize, value: f64) -> Scenario {
    (0..scenario.artists().len())
        .fold(scenario.clone(), |scenario, artist| scenario.with_artist(artist, place, value))
}

/// The column of sliders.
#[component]
pub(super) fn Controls(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = memo(move || names.with(|names| names.get(desk.artist.get()).cloned().unwrap_or_default()));
    let apply = move |event: web_sys::Event| {
        let picked = event_target_value(&event);
        if let (Some(preset), Some(scenario)) =
            (PRESETS.iter().find(|preset| preset.name == picked), desk.scenario.get_untracked())
        {
            desk.replace((preset.apply)(&scenario));
        }
    };
    view! {
        <section class="card controls" aria-label="Assumptions">
            <div class="control-row">
                <select id="preset" aria-label="Preset" on:change=apply>
                    <option value="">"Presets"</option>
                    {PRESETS.iter().map(|preset| view! { <option value=preset.name title=preset.meaning>{preset.name}</option> }.into_any()).collect::<Vec<_>>()}
                </select>
                <button type="button" id="undo" title="Take the last change back (u)" on:click=move |_| desk.undo()>"Undo"</button>
                <button type="button" id="reset" title="Back to what was opened (r)" on:click=move |_| desk.reset()>"Reset"</button>
                <button type="button" id="copy" title="Copy a link to these numbers (c)" on:click=move |_| download::copy_link(desk)>"Link"</button>
            </div>
            <Changes names=names />
            <h2>
                <span class="swatch" style:background-color=move || artist::css(artist::colour(desk.artist.get()))></span>
                <span id="chosen-artist">{move || chosen.get()}</span>
            </h2>
            // Another artist means other sliders: their values belong to the artist.
            {move || {
                let place = desk.artist.get();
                (0..ARTIST_PARAMETERS.len()).map(|i| view! { <Slider knob=Knob::Artist(place, i) /> }.into_any()).collect::<Vec<_>>()
            }}
            <h2>"All artists"</h2>
            {(0..EVENT_PARAMETERS.len()).map(|i| view! { <Slider knob=Knob::Event(i) /> }.into_any()).collect::<Vec<_>>()}
        </section>
    }
}

/// What was changed since the event was opened, each with its way back.
#[component]
fn Changes(
    /// The artists' names.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    /// More than these are counted, not listed.
    const LISTED: usize = 6;
    let desk = expect_context::<Desk>();
    let changes = memo(move || {
        let (Some(now), Some(opened)) = (desk.scenario.get(), desk.opened.get()) else { return Vec::new() };
        let artists = (0..now.artists().len())
            .flat_map(|a| (0..ARTIST_PARAMETERS.len()).map(move |i| Knob::Artist(a, i)));
        (0..EVENT_PARAMETERS.len())
            .map(Knob::Event)
            .chain(artists)
            .filter(|knob| knob.read(&now) != knob.read(&opened))
            .collect::<Vec<_>>()
    });
    let item = move |knob: Knob| {
        let parameter = knob.parameter();
        let whose = match knob {
            Knob::Event(_) => String::new(),
            Knob::Artist(place, _) => {
                names.with(|names| names.get(place).map(|name| format!("{name}: ")).unwrap_or_default())
            }
        };
        let read = |scenario: Option<Scenario>| {
            scenario
                .map(|scenario| decimal::text(knob.read(&scenario), parameter.decimals))
                .unwrap_or_default()
        };
        let text =
            format!("{whose}{} {} → {}", parameter.label, read(desk.opened.get()), read(desk.scenario.get()));
        let back = move |_| {
            if let Some(opened) = desk.opened.get_untracked() {
                desk.turn(knob, knob.read(&opened));
            }
        };
        view! { <li><button type="button" class="chip" title="Take this change back" on:click=back>{text} " ×"</button></li> }.into_any()
    };
    view! {
        {move || {
            let changes = changes.get();
            let more = changes.len().saturating_sub(LISTED);
            (!changes.is_empty()).then(|| view! {
                <ul class="changes" aria-label="What changed">
                    {changes.into_iter().take(LISTED).map(item).collect::<Vec<_>>()}
                    {(more > 0).then(|| view! { <li class="more">"and " {more} " more"</li> }.into_any())}
                </ul>
            }.into_any())
        }}
    }
}
