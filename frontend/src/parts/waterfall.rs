//! How a number comes about: step by step, each with its formula, and with a bar where the steps add up.

use crate::parts::element::{Element, el, text};

/// One step.
pub(crate) struct Step {
    /// What it is.
    pub(crate) name: String,
    /// The formula with the numbers in it, or what it means.
    pub(crate) formula: String,
    /// What comes out, as it is read.
    pub(crate) result: String,
    /// Where its bar begins and ends.
    pub(crate) bar: Option<(f64, f64)>,
    /// What it adds, for a test: the step's `data-amount`.
    pub(crate) amount: Option<f64>,
}

/// Returns a step without a bar.
pub(crate) fn step(name: impl Into<String>, formula: impl Into<String>, result: String) -> Step {
    Step { name: name.into(), formula: formula.into(), result, bar: None, amount: None }
}

/// Returns steps that add up: each with a bar that begins where the one before ends, and their sum as the last.
///
/// `parts` are names, formulas and amounts; `write` is how an amount reads, `write_first` how the first and the sum do.
pub(crate) fn adding_up(
    parts: impl Iterator<Item = (String, String, f64)>,
    total: (&str, &str),
    write_first: fn(f64) -> String,
    write: fn(f64) -> String,
) -> Vec<Step> {
    let mut at = 0.0;
    let mut steps = Vec::new();
    for (name, formula, amount) in parts {
        let is_first = steps.is_empty();
        let from = if is_first { amount } else { at };
        at += amount;
        let result = if is_first { write_first(amount) } else { write(amount) };
        steps.push(Step { name, formula, result, bar: Some((from, at)), amount: Some(amount) });
    }
    steps.push(step(total.0, total.1, write_first(at)));
    steps
}

/// Returns the list of steps; the last one is the number that is explained.
pub(crate) fn waterfall(steps: Vec<Step>) -> Element {
    let ends = || steps.iter().filter_map(|step| step.bar).flat_map(|(from, to)| [from, to]);
    let low = ends().fold(f64::INFINITY, f64::min);
    let width = (ends().fold(f64::NEG_INFINITY, f64::max) - low).max(1e-9);
    let share = |length: f64| format!("{}%", (1e4 * length / width).round() / 100.0);
    let has_bars = ends().next().is_some();
    let mut list = el("ol").class(if has_bars { "explanation waterfall" } else { "explanation" });
    for Step { name, formula, result, bar, amount } in &steps {
        let mut item = el("li").child(text("span", name).class("step-name")).child(text("code", formula));
        if let Some(amount) = amount {
            item = item.set("data-amount", &amount.to_string());
        }
        if has_bars {
            let mut way = el("span").class("step-way");
            if let Some((from, to)) = *bar {
                let class = match to - from {
                    0.0 => "step-bar",
                    rise if rise > 0.0 => "step-bar rise",
                    _ => "step-bar fall",
                };
                let bar = el("span").class(class).style("left", &share(from.min(to) - low));
                way = way.child(bar.style("width", &share((to - from).abs())));
            }
            item = item.child(way);
        }
        list = list.child(item.child(text("span", result).class("num")));
    }
    list
}
