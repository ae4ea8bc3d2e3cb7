//! What can be turned: the histories, the day the page stands on, a release, and the way to What-if.

use leptos::prelude::*;
use shared::api::Origin;
use shared::format;
use shared::market::{EventTicker, Ticker, code};
use shared::scenario::Scenario;
use shared::units::{Date, Price};

use super::panels::{clock, date};
use super::studio::{Fitting, Studio};
use crate::desk::Desk;
use crate::pages::whatif;
use crate::parts::element::{Element, button, el, text};
use crate::parts::form::Range;
use crate::parts::opener::opener;
use crate::parts::state::{Remote, progress, refused};
use crate::reactive::memo;

/// Returns the card.
pub(super) fn controls(studio: Studio, desk: Desk) -> Element {
    let source = move || {
        let Some(loaded) = studio.ready() else { return Vec::new() };
        let kind = match loaded.origin {
            Some(Origin::Simulated) => "DEMO: invented artists, simulated listeners",
            Some(Origin::Recorded) => "Recorded, from the server",
            Some(Origin::Opened) | None => "Opened here",
        };
        let name = text("span", &loaded.name).id("source");
        vec![el("p").class("source").child(name).child(text("span", kind).class("aside"))]
    };
    let use_it = button("", "Use in What-if", move || use_in_whatif(desk, studio))
        .id("use-in-whatif")
        .prop("disabled", move || studio.event().is_none().into());
    el("section")
        .class("card controls nowcast-controls")
        .label("Controls")
        .shows(source)
        .child(opener(
            "listeners-file",
            "Open listeners",
            "or drop .csv or .csv.gz; read here, sent nowhere",
            move |files| studio.open_files(files),
        ))
        .child(as_of(studio))
        .shows(move || vec![fitting(studio)])
        .child(release(studio))
        .child(text("h2", "Publication clock"))
        .child(clock(studio))
        .child(use_it)
}

/// How far back the page stands.
fn as_of(studio: Studio) -> Element {
    let furthest = move || studio.ready().map_or(0, |loaded| loaded.furthest());
    let day = move || {
        let back = studio.back.get() as i32;
        studio.ready().map_or_else(String::new, |loaded| date(loaded.last.plus_days(-back)))
    };
    Range {
        key: "asof",
        label: "As of",
        meaning: "Walk back in time: nothing later is known",
        ends: Box::new(move || (f64::from(-furthest()), 0.0)),
        step: 1.0,
        value: Box::new(move || -studio.back.get()),
        said: memo(day),
        changed: memo(move || studio.back.get() > 0.0),
        turn: Box::new(move |days| studio.stand_back(-days as i32)),
    }
    .build()
}

/// A release tomorrow.
fn release(studio: Studio) -> Element {
    let said = move || match studio.release.get() {
        factor if factor > 1.0 => format!("×{}", format::shortest(factor)),
        _ => "none".to_owned(),
    };
    Range {
        key: "release",
        label: "Release tomorrow",
        meaning: "A release tomorrow by the chosen artist: by what factor it widens that day",
        ends: Box::new(|| (1.0, 6.0)),
        step: 0.5,
        value: Box::new(move || studio.release.get()),
        said: memo(said),
        changed: memo(move || studio.release.get() > 1.0),
        turn: Box::new(move |factor| studio.assume_release(factor)),
    }
    .build()
}

fn fitting(studio: Studio) -> Element {
    match studio.with(|state| state.fitting.clone()) {
        Fitting::Done => {
            let said = studio.with(|state| {
                let Some(known) = &state.known else { return String::new() };
                let prior = format::percent(known.nowcaster.parameters().prior_share(), 0);
                format!(
                    "Fitted to what was known on {}; {prior} of the bands rest on other artists' errors",
                    date(known.fitted)
                )
            });
            text("p", &said).class("aside").id("fitted")
        }
        Fitting::Running => text("p", "Fitting … ")
            .class("aside")
            .set("role", "status")
            .child(progress("Fitting", move || studio.fitted_share.get())),
        Fitting::Failed(reason) => refused(&format!("This can't be forecast: {reason}")),
    }
}

/// Opens the nowcast as a scenario: of the event that settles that day, where it has these artists.
fn use_in_whatif(desk: Desk, studio: Studio) {
    match scenario(desk, studio) {
        Ok(scenario) => {
            desk.open_scenario(scenario, studio.chosen.get_untracked());
            desk.visit(&whatif::PAGE);
        }
        Err(reason) => desk.warn(format!("The nowcast can't be used in What-if: {reason}.")),
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
