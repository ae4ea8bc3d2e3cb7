//! Which recording and which contract, and what is odd about it.

use shared::format;

use super::state::Scene;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::{Choice, item};

/// Returns the card with the head of the page in it.
pub(super) fn head(card: Element, scene: Scene) -> Element {
    let names = move || {
        scene.list.with(|list| {
            let named = |(place, name): (usize, &String)| {
                let is_now = place == 0 && list.grows;
                item(
                    name.clone(),
                    if is_now { "This session, as it is heard".to_owned() } else { name.clone() },
                )
            };
            list.names.iter().enumerate().map(named).collect()
        })
    };
    let recording = Choice::of(
        "depth-recording",
        "Recording",
        names,
        move || scene.recording.get(),
        move |name| scene.choose(name),
    );
    let contracts = move || {
        scene.found.with(|found| {
            let named = |(ticker, frames): &(shared::market::Ticker, usize)| {
                item(ticker.to_string(), format!("{ticker}, {}", format::counted(*frames, "change")))
            };
            found.contracts.iter().map(named).collect()
        })
    };
    let contract = Choice::of(
        "depth-contract",
        "Contract",
        contracts,
        move || scene.contract.get(),
        move |ticker| scene.turn_to(ticker),
    );
    let follow = button("", "Follow the end", move || scene.turn_follow())
        .attr("aria-pressed", move || Some(scene.follows.get().to_string()));
    let problems = move || {
        let problems = scene.found.with(|found| found.problems.clone());
        if problems.is_empty() {
            return Vec::new();
        }
        let said = format!("What is odd in this recording: {}", problems.len());
        let list = el("ul").children(problems.iter().map(|problem| text("li", problem)).collect());
        vec![el("details").class("depth-problems").child(text("summary", &said)).child(list)]
    };
    card.child(div("depth-bar").child(recording.build()).child(contract.build()).child(follow))
        .child(
            text("p", "A recording (.ws.jsonl, .ws.jsonl.gz) is opened by the server: name it with --tapes.")
                .class("aside"),
        )
        .child(div("").shows(problems))
}
