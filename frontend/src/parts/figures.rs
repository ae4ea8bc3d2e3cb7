//! Figures: names with the numbers that a card is about.

use crate::parts::element::{Element, el, text};

/// One figure.
pub(crate) struct Figure {
    /// Its id; may be empty.
    pub(crate) id: &'static str,
    /// What it is.
    pub(crate) name: String,
    /// The number, as it is read.
    pub(crate) value: String,
    /// What else to know of it; may be empty.
    pub(crate) note: String,
}

/// Returns a figure without an id or a note.
pub(crate) fn figure(name: impl Into<String>, value: impl Into<String>) -> Figure {
    Figure { id: "", name: name.into(), value: value.into(), note: String::new() }
}

/// Returns the list of figures, which follows signals. The class says how it looks: `figures` is large and in a row,
/// `facts` small and in columns.
pub(crate) fn figures(class: &str, read: impl Fn() -> Vec<Figure> + 'static) -> Element {
    el("dl").class(class).shows(move || read().into_iter().map(shown).collect())
}

fn shown(Figure { id, name, value, note }: Figure) -> Element {
    let value = text("dd", &value).class("num").id(id);
    let figure = el("div").child(text("dt", &name)).child(value);
    if note.is_empty() { figure } else { figure.child(text("dd", &note).class("figure-note num")) }
}
