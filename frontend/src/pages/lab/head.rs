//! The tape, what the run gave, and what its range means.

use leptos::prelude::*;
use shared::exchange::FillModel;
use shared::format;

use super::state::{Lab, Stage};
use crate::parts::open::OpenTape;

fn net(lab: Lab, model: usize) -> Option<f64> {
    lab.found.with(|found| found.lines.get(model).map(|line| line.net))
}

/// Returns net from the pessimistic to the optimistic fill model.
pub(super) fn range(lab: Lab) -> String {
    match (net(lab, 0), net(lab, 2)) {
        (Some(a), Some(b)) => {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            format!("{} to {}", format::dollars(low, 2), format::dollars(high, 2))
        }
        _ => "–".to_owned(),
    }
}

/// The head of the page.
#[component]
pub(super) fn Head() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let choose = move |event: web_sys::Event| {
        let events = event_target_value(&event);
        let found =
            lab.choices.with_untracked(|all| all.iter().find(|choice| choice.events == events).cloned());
        if let Some(choice) = found {
            lab.choose(choice);
        }
    };
    let options = move || {
        lab.choices
            .get()
            .into_iter()
            .map(|choice| {
                let is_chosen = lab.chosen.get() == choice.events;
                view! { <option value=choice.events selected=is_chosen>{choice.label}</option> }.into_any()
            })
            .collect::<Vec<_>>()
    };
    let verdict = move || {
        match (net(lab, 0), net(lab, 2)) {
            _ if lab.found.with(|found| {
                !found.lines.is_empty() && found.lines.iter().all(|line| line.fills == 0.0)
            }) =>
            {
                "No print met these quotes, under any assumption: quote closer to fair, or quote more."
            }
            (Some(a), Some(b)) if a > 0.0 && b > 0.0 => "It earns even where only proven fills count.",
            (Some(a), Some(b)) if a <= 0.0 && b <= 0.0 => "It loses under every assumption about the queue.",
            (Some(_), Some(_)) => {
                "Whether it earns depends on who stood first in the queue: this tape can't tell."
            }
            _ => "",
        }
        .to_owned()
    };
    let ready = move || lab.stage.with(|stage| *stage == Stage::Ready);
    let figures = move || {
        let tape = lab.tape.get();
        let prints: f64 = tape.prints.iter().sum();
        let contracts = format::counted(tape.contracts.len(), "contract");
        format!("{} of {contracts}", format::counted(prints as usize, "print"))
    };
    let took = move || format::fixed(lab.found.with(|found| found.took), 1);
    let hash = move || {
        let current = lab.ran.with(|ran| ran.as_ref().map(|ran| ran.config.clone()));
        let report = lab.report.get().filter(|report| Some(&report.config) == current.as_ref());
        report.map(|report| report.hash.clone()).unwrap_or_default()
    };
    view! {
        <div class="lab-tape">
            <label class="lab-choice">
                <span>"Tape"</span>
                <select id="lab-tape" on:change=choose>{options}</select>
            </label>
            <OpenTape />
        </div>
        <div class="lab-result" hidden=move || !ready()>
            <p class="lab-range">
                <span class="aside">"Net, from pessimistic to optimistic"</span>
                <strong class="num" id="net-range" data-config=move || lab.ran.with(|ran| ran.as_ref().map(|ran| ran.config.clone()))>{move || range(lab)}</strong>
            </p>
            <p class="aside">{verdict}</p>
            {move || lab.refused.get().map(|reason| view! { <p class="state caution" role="alert">"Not run: " {reason}</p> }.into_any())}
        </div>
        <dl class="lab-facts" hidden=move || !ready()>
            <div><dt>"Tape"</dt><dd>{figures}</dd></div>
            <div><dt>"Rerun in the worker"</dt><dd><span class="num" id="lab-took">{took}</span>" ms, 4 fill models"</dd></div>
            <div>
                <dt title="SHA-256 of the canonical report.json: the same natively, by tauroi backtest --link">"Result hash"</dt>
                <dd><code id="lab-hash">{hash}</code></dd>
            </div>
        </dl>
        <details class="lab-words">
            <summary>"What the range means"</summary>
            <p>
                "A tape of prints says what traded, not who stood where in the queue. So no backtest on it has one answer. \
                 The pessimistic end counts only prints strictly through our price: those we must have had, as ours was the better \
                 price. The optimistic end counts every print at our price, as if nobody had stood before us. What would have \
                 happened lies between; a profit that is there only at the optimistic end is not evidence. None of the models \
                 knows how others would have answered our quotes."
            </p>
            <ul>
                {Vec::from(FillModel::ALL.map(|model| view! { <li><strong>{model.name()}</strong>": " {super::meaning(model)} "."</li> }.into_any()))}
            </ul>
        </details>
    }
}
