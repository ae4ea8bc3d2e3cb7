//! The tape, what the run gave, and what its range means.

use shared::exchange::FillModel;
use shared::format;

use super::state::{Lab, Stage};
use crate::desk::Desk;
use crate::parts::element::{Element, div, el, text};
use crate::parts::form::{Choice, item};
use crate::parts::open::open_tape;

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

/// Returns the card with the head of the page in it.
pub(super) fn head(card: Element, lab: Lab, desk: Desk) -> Element {
    let choices =
        move || lab.choices.get().into_iter().map(|choice| item(choice.events, choice.label)).collect();
    let choose = move |events: String| {
        let found =
            lab.choices.with_untracked(|all| all.iter().find(|choice| choice.events == events).cloned());
        if let Some(choice) = found {
            lab.choose(choice);
        }
    };
    let tape = Choice::of("lab-tape", "Tape", choices, move || lab.chosen.get(), choose);
    let ready = move || lab.stage.with(|stage| *stage == Stage::Ready);
    let ran = move || lab.ran.with(|ran| ran.as_ref().map(|ran| ran.config.clone()));
    let refused = move || {
        let refused = lab.refused.get();
        let told =
            |reason| text("p", &format!("Not run: {reason}")).class("state caution").set("role", "alert");
        refused.map(told).into_iter().collect()
    };
    let net = el("strong").class("num").id("net-range").attr("data-config", ran).says(move || range(lab));
    let result = div("lab-result")
        .prop("hidden", move || (!ready()).into())
        .child(
            el("p")
                .class("lab-range")
                .child(text("span", "Net, from pessimistic to optimistic").class("aside"))
                .child(net),
        )
        .child(el("p").class("aside").says(move || verdict(lab).to_owned()))
        .shows(refused);
    let tape_size = move || {
        let tape = lab.tape.get();
        let prints: f64 = tape.prints.iter().sum();
        let contracts = format::counted(tape.contracts.len(), "contract");
        format!("{} of {contracts}", format::counted(prints as usize, "print"))
    };
    let took = move || format::fixed(lab.found.with(|found| found.took), 1);
    let hash = move || {
        let current = ran();
        let report = lab.report.get().filter(|report| Some(&report.config) == current.as_ref());
        report.map(|report| report.hash.clone()).unwrap_or_default()
    };
    let fact = |name: &str, meaning: &str, value: Element| {
        div("").child(text("dt", name).title(meaning)).child(el("dd").child(value))
    };
    let took = el("span").child(el("span").class("num").id("lab-took").says(took)).text(" ms, 4 fill models");
    let facts = el("dl")
        .class("facts lab-facts")
        .prop("hidden", move || (!ready()).into())
        .child(fact("Tape", "", el("span").says(tape_size)))
        .child(fact("Rerun in the worker", "", took))
        .child(fact(
            "Result hash",
            "SHA-256 of the canonical report.json: the same natively, by tauroi backtest --link",
            el("code").id("lab-hash").says(hash),
        ));
    card.child(div("lab-tape").child(tape.build()).child(open_tape(desk)))
        .child(result)
        .child(facts)
        .child(words())
}

fn verdict(lab: Lab) -> &'static str {
    match (net(lab, 0), net(lab, 2)) {
        _ if lab
            .found
            .with(|found| !found.lines.is_empty() && found.lines.iter().all(|line| line.fills == 0.0)) =>
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
}

/// Returns what the range means, folded away.
fn words() -> Element {
    let models = FillModel::ALL.map(|model| {
        let meaning = format!(": {}.", super::meaning(model));
        el("li").child(text("strong", model.name())).text(&meaning)
    });
    el("details")
        .class("lab-words")
        .child(text("summary", "What the range means"))
        .child(text(
            "p",
            "A tape of prints says what traded, not who stood where in the queue. So no backtest on it has one answer. \
             The pessimistic end counts only prints strictly through our price: those we must have had, as ours was the \
             better price. The optimistic end counts every print at our price, as if nobody had stood before us. What \
             would have happened lies between; a profit that is there only at the optimistic end is not evidence. None \
             of the models knows how others would have answered our quotes.",
        ))
        .child(el("ul").children(models.into()))
}
