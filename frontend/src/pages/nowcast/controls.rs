//! What can be turned: the histories, the day the page stands on, a release, and the way to What-if.

use leptos::prelude::*;
use shared::api::Origin;
use shared::decimal;
use shared::format;
use shared::market::{EventTicker, Ticker, code};
use shared::scenario::Scenario;
use shared::units::{Date, Price};

use super::open::OpenListeners;
use super::panels::{Clock, date};
use super::studio::{Fitting, Studio};
use crate::desk::Desk;
use crate::pages::whatif;
use crate::parts::slider::touched;
use crate::parts::state::Remote;

/// The card.
#[component]
pub(super) fn NowcastControls() -> impl IntoView {
    let (desk, studio) = (expect_context::<Desk>(), expect_context::<Studio>());
    let source = move || {
        studio.ready().map_or_else(|| ().into_any(), |loaded| {
            let kind = match loaded.origin {
                Some(Origin::Simulated) => "DEMO: invented artists, simulated listeners",
                Some(Origin::Recorded) => "Recorded, from the server",
                Some(Origin::Opened) | None => "Opened here",
            };
            view! { <p class="source"><span id="source">{loaded.name.clone()}</span><span class="aside">{kind}</span></p> }.into_any()
        })
    };
    let furthest = move || studio.ready().map_or(0, |loaded| loaded.furthest());
    let as_of = move || {
        studio
            .ready()
            .map_or_else(String::new, |loaded| date(loaded.last.plus_days(-(studio.back.get() as i32))))
    };
    let fitting = move || {
        match studio.with(|state| state.fitting.clone()) {
        Fitting::Done => {
            let fitted = studio.with(|state| state.known.as_ref().map(|known| date(known.fitted))).unwrap_or_default();
            view! { <p class="aside" id="fitted">"Fitted to what was known on " {fitted}</p> }.into_any()
        }
        Fitting::Running => view! {
            <p class="aside" role="status">"Fitting … " <progress max="1" prop:value=move || studio.fitted_share.get().to_string() aria-label="Fitting"></progress></p>
        }
        .into_any(),
        Fitting::Failed(reason) => view! { <p class="state failed" role="alert">"This can't be forecast: " {reason}</p> }.into_any(),
    }
    };
    let walk = move |event: web_sys::Event| {
        if let Ok(days) = decimal::parse("asof", &event_target_value(&event)) {
            studio.stand_back(-days as i32);
        }
    };
    let release = move |event: web_sys::Event| {
        if let Ok(factor) = decimal::parse("release", &event_target_value(&event)) {
            studio.release.set(factor);
            studio.evaluate();
        }
    };
    let release_text = move || match studio.release.get() {
        factor if factor > 1.0 => format!("×{}", format::shortest(factor)),
        _ => "none".to_owned(),
    };
    view! {
        <section class="card controls nowcast-controls" aria-label="Controls">
            {source}
            <OpenListeners />
            <div class="slider" class:changed=move || { studio.back.get() > 0.0 } data-parameter="asof" title="Walk back in time: nothing later is known">
                <label for="asof">"As of"</label>
                <output class="slider-number" for="asof" id="asof-day">{as_of}</output>
                <input
                    type="range" id="asof" step="1" max="0"
                    min=move || (-furthest()).to_string()
                    prop:value=move || decimal::text(-studio.back.get(), 0)
                    aria-valuetext=as_of
                    on:input=walk on:focus=touched on:pointerdown=touched
                />
            </div>
            {fitting}
            <div class="slider" class:changed=move || { studio.release.get() > 1.0 } data-parameter="release" title="A release tomorrow by the chosen artist: by what factor it widens that day">
                <label for="release">"Release tomorrow"</label>
                <output class="slider-number" for="release">{release_text}</output>
                <input
                    type="range" id="release" step="0.5" min="1" max="6"
                    prop:value=move || format::shortest(studio.release.get())
                    aria-valuetext=release_text
                    on:input=release on:focus=touched on:pointerdown=touched
                />
            </div>
            <h2>"Publication clock"</h2>
            <Clock />
            <button type="button" id="use-in-whatif" disabled=move || studio.event().is_none() on:click=move |_| use_in_whatif(desk, studio)>
                "Use in What-if"
            </button>
        </section>
    }
}

/// Opens the nowcast as a scenario: of the event that settles that day, where it has these artists.
fn use_in_whatif(desk: Desk, studio: Studio) {
    match scenario(desk, studio) {
        Ok(scenario) => {
            desk.open_scenario(scenario, studio.chosen.get_untracked());
            desk.visit(&whatif::PAGE);
        }
        Err(reason) => desk.say(format!("The nowcast can't be used in What-if: {reason}.")),
    }
}

fn scenario(desk: Desk, studio: Studio) -> Result<Scenario, String> {
    let event = untrack(|| studio.event()).ok_or("it isn't computed yet")?;
    let settles = Date::from_unix_days(event.settlement.unix_days()).ok_or("it settles on no day")?;
    let names = studio.names.get_untracked();
    let listed = desk.list.with_untracked(|list| match list {
        Remote::Ready(list) => {
            let has_one = |e: &&shared::api::EventSummary| {
                e.settles == Some(settles) && e.contracts.iter().any(|c| names.contains(&c.name))
            };
            list.events.iter().find(has_one).cloned()
        }
        _ => None,
    });
    let ticker: EventTicker = match &listed {
        Some(event) => event.event.clone(),
        None => EventTicker::top_monthly(settles),
    };
    let mut contracts: Vec<(Ticker, Option<Price>)> = Vec::new();
    for name in &names {
        let known = listed.iter().flat_map(|event| &event.contracts).find(|c| c.name == *name);
        let contract = match known {
            Some(contract) => (contract.ticker.clone(), Some(contract.last)),
            None => {
                let is_taken = |code: &str| contracts.iter().any(|(ticker, _)| ticker.outcome() == code);
                let text = format!("{ticker}-{}", code(name, &is_taken));
                (text.parse().map_err(|e: shared::Invalid| e.to_string())?, None)
            }
        };
        contracts.push(contract);
    }
    Scenario::of_nowcast(ticker, &event, contracts).map_err(|invalid| invalid.to_string())
}
