//! How a number comes about: step by step, each with its formula, and with a bar where the steps add up.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Text};

use crate::parts::element::{Element, el};

/// One step.
#[derive(PartialEq)]
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

/// A step that is on the page.
struct Shown {
    element: Element,
    /// Its name, its formula and its result.
    texts: [Text; 3],
    bar: web_sys::Element,
    step: Option<(Step, Option<[f64; 2]>)>,
}

/// Returns the list of steps; the last one is the number that is explained. What changes is written where it stands.
pub(crate) fn waterfall(read: impl Fn() -> Vec<Step> + 'static) -> Element {
    let read: Box<dyn Fn() -> Vec<Step>> = Box::new(read);
    let list = el("ol").class("explanation");
    let (node, lines) = (list.node().clone(), RefCell::new(Vec::<Shown>::new()));
    list.follow(Box::new(move || {
        let (steps, mut lines) = (read(), lines.borrow_mut());
        let ends = || steps.iter().filter_map(|step| step.bar).flat_map(|(from, to)| [from, to]);
        let low = ends().fold(f64::INFINITY, f64::min);
        let width = (ends().fold(f64::NEG_INFINITY, f64::max) - low).max(1e-9);
        let share = |length: f64| (1e4 * length / width).round() / 100.0;
        let _ = node.class_list().toggle_with_force("waterfall", ends().next().is_some());
        while lines.len() > steps.len() {
            if let Some(gone) = lines.pop() {
                gone.element.node().remove();
            }
        }
        for (place, step) in steps.into_iter().enumerate() {
            if place == lines.len() {
                lines.push(Shown::empty());
            }
            let Some(line) = lines.get_mut(place) else { continue };
            let _ = node.append_child(line.element.node());
            let bar = step.bar.map(|(from, to)| [share(from.min(to) - low), share((to - from).abs())]);
            line.show(step, bar);
        }
    }))
}

impl Shown {
    fn empty() -> Self {
        let [name, formula, result] = [el("span").class("step-name"), el("code"), el("span").class("num")];
        let texts = [name.blank(), formula.blank(), result.blank()];
        let bar = el("span");
        let way = el("span").class("step-way");
        let drawn = bar.node().clone();
        let element = el("li").child(name).child(formula).child(way.child(bar)).child(result);
        Self { element, texts, bar: drawn, step: None }
    }

    /// Shows a step, whose bar begins and is as wide as so many percent.
    fn show(&mut self, step: Step, bar: Option<[f64; 2]>) {
        let now = Some((step, bar));
        if self.step == now {
            return;
        }
        self.step = now;
        let Some((step, bar)) = &self.step else { return };
        for (text, said) in self.texts.iter().zip([&step.name, &step.formula, &step.result]) {
            if text.data() != *said {
                text.set_data(said);
            }
        }
        if let Some(amount) = step.amount {
            let _ = self.element.node().set_attribute("data-amount", &amount.to_string());
        }
        let class = match step.bar.map(|(from, to)| to - from) {
            None => "",
            Some(0.0) => "step-bar",
            Some(rise) if rise > 0.0 => "step-bar rise",
            Some(_) => "step-bar fall",
        };
        self.bar.set_class_name(class);
        if let Some([left, width]) = bar {
            let style = self.bar.unchecked_ref::<HtmlElement>().style();
            let _ = style.set_property("left", &format!("{left}%"));
            let _ = style.set_property("width", &format!("{width}%"));
        }
    }
}
