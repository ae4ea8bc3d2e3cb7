//! Two settings against each other: every combination is run in the worker, and a click adopts one.

use std::sync::Arc;

use shared::Invalid;
use shared::backtest::{Config, SETTINGS};
use shared::exchange::FillModel;
use shared::format;
use shared::settings::Kind;

use super::state::Lab;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::{Choice, item};
use crate::reactive::{RwSignal, memo};
use crate::worker::found::{MODELS, SweepFound};

/// Returns the heat map and what is swept.
pub(super) fn sweep(lab: Lab) -> Element {
    let model = RwSignal::new(0_usize);
    let refused = memo(move || lab.why_no_sweep());
    let start = move || {
        let button = if lab.sweeping.get() {
            button("", "Stop", move || lab.stop()).id("sweep-stop")
        } else {
            button("", "Run", move || lab.start_sweep())
                .id("sweep-start")
                .prop("disabled", move || refused.with(Option::is_some).into())
        };
        vec![button]
    };
    let models = Choice::of(
        "sweep-model",
        "Filled by",
        || FillModel::ALL.map(|one| item(one.name(), one.name())).into(),
        move || FillModel::ALL.get(model.get()).map_or("", |one| one.name()).to_owned(),
        move |name| model.set(FillModel::ALL.iter().position(|one| one.name() == name).unwrap_or(0)),
    );
    let why = move || {
        let refused = refused.get();
        let told = |why: String| text("p", &why).class("aside").id("sweep-refused").set("role", "status");
        refused.map(told).into_iter().collect()
    };
    let hint = "Net of every combination, in dollars, all else as it is set when the sweep starts. A click adopts it.";
    div("sweep")
        .child(div("table-head").child(text("h2", "Sweep")).shows(start))
        .child(div("lab-bar").child(axis(lab, 0)).child(axis(lab, 1)).child(models.build()))
        .child(div("").shows(why))
        .child(text("p", hint).class("aside"))
        .child(div("").shows(move || found(lab, model.get())))
}

/// Returns the choice of a setting that is swept.
fn axis(lab: Lab, place: usize) -> Element {
    let numbers = || {
        let all = SETTINGS.iter().map(|entry| entry.setting);
        let numbers = all.filter(|setting| matches!(setting.kind, Kind::Number { .. }));
        numbers.map(|setting| item(setting.key, setting.label)).collect()
    };
    let (id, label) = if place == 0 { ("sweep-down", "Down") } else { ("sweep-across", "Across") };
    let chosen = move || lab.axes.with(|axes| axes[place].clone());
    Choice::of(id, label, numbers, chosen, move |key| lab.sweep_along(place, key)).build()
}

/// Returns what the sweep found under a fill model, by its place; nothing before there is anything.
fn found(lab: Lab, model: usize) -> Vec<Element> {
    let Some(found) = lab.sweep.get() else { return Vec::new() };
    let [down, across] = &found.values;
    let best = found.verdicts.get(model).map(|verdict| verdict[0] as usize);
    let of = |cell: usize| found.nets.get(MODELS * cell + model).copied();
    let nets = || (0..down.len() * across.len()).filter_map(of).filter(|net| !net.is_nan());
    let most = nets().fold(0.01, |most, net| f64::max(most, net.abs()));
    let head = |value: &String, scope: &str| text("th", value).class("num").set("scope", scope);
    let heads = across.iter().map(|value| head(value, "col"));
    let row = |(i, value): (usize, &String)| {
        let cell = |(j, other): (usize, &String)| {
            let place = i * across.len() + j;
            let adopts = Cell { found: Arc::clone(&found), value: value.clone(), other: other.clone() };
            cell(lab, of(place), most, best == Some(place), adopts)
        };
        el("tr").child(head(value, "row")).children(across.iter().enumerate().map(cell).collect())
    };
    let table = el("table")
        .class("heat")
        .id("heat")
        .child(el("thead").child(el("tr").child(el("th")).children(heads.collect())))
        .child(el("tbody").children(down.iter().enumerate().map(row).collect()));
    let region = div("table-scroll").set("tabindex", "0").set("role", "region");
    vec![
        region.label("Net of every combination").child(table),
        text("p", &verdict(lab, &found, model).unwrap_or_default()).class("aside").id("sweep-verdict"),
    ]
}

/// Returns what the best combination is worth, given how many were tried; nothing before all were.
fn verdict(lab: Lab, found: &SweepFound, model: usize) -> Option<String> {
    let [down, across] = &found.values;
    let &[best, probability, held_out] = found.verdicts.get(model)?;
    let (best, cells) = (best as usize, down.len() * across.len());
    let (i, j) = (down.get(best / across.len().max(1))?, across.get(best % across.len().max(1))?);
    let luck = if probability.is_nan() {
        "its Sharpe ratio can't be judged on so few days".to_owned()
    } else {
        format!(
            "the probability that its Sharpe ratio is more than the best of {cells} tries by luck is {}",
            format::percent(probability, 0)
        )
    };
    let held_out = if lab.chosen.with(|events| events.contains(' ')) {
        let made = format::dollars(held_out, 2);
        format!("Chosen anew on all other events, the choice made {made} on those held out.")
    } else {
        "With one event there is none to hold out.".to_owned()
    };
    Some(format!("Best, framed: {i} down, {j} across. Of {cells} tried, {luck}. {held_out}"))
}

/// What a cell adopts.
struct Cell {
    found: Arc<SweepFound>,
    value: String,
    other: String,
}

impl Cell {
    fn config(&self) -> Result<Config, Invalid> {
        let mut config = Config::from_text(&self.found.from)?;
        config.set(&self.found.axes[0], &self.value)?;
        config.set(&self.found.axes[1], &self.other)?;
        Ok(config)
    }
}

fn cell(lab: Lab, net: Option<f64>, most: f64, is_best: bool, adopts: Cell) -> Element {
    let Some(net) = net.filter(|net| !net.is_nan()) else { return el("td").class("num") };
    let (token, share) = if net < 0.0 { ("--ask", -net / most) } else { ("--bid", net / most) };
    let shade = format!("color-mix(in srgb, var({token}) {:.0}%, transparent)", 42.0 * share);
    let adopt = move || {
        if let Ok(config) = adopts.config() {
            lab.replace(config);
        }
    };
    el("td").class(if is_best { "num best" } else { "num" }).style("background-color", &shade).child(button(
        "row-name",
        &format::fixed(net, 1),
        adopt,
    ))
}
