//! Chips: a few things in a row, each taken away by a click.

use crate::parts::element::{Element, button, el, text};

/// More than these are counted, not listed.
const LISTED: usize = 6;

/// One chip: what it says, and what taking it away does.
pub(crate) struct Chip {
    /// What it says.
    pub(crate) text: String,
    /// Takes it away.
    pub(crate) drop: Box<dyn Fn()>,
}

/// Returns the chips with their name; nothing where there are none.
pub(crate) fn chips(label: &'static str, read: impl Fn() -> Vec<Chip> + 'static) -> Element {
    el("div").shows(move || {
        let all = read();
        if all.is_empty() {
            return Vec::new();
        }
        let more = all.len().saturating_sub(LISTED);
        let mut list = el("ul").class("changes").label(label);
        for Chip { text, drop } in all.into_iter().take(LISTED) {
            let chip = button("chip", &format!("{text} ×"), drop).title("Take it away");
            list = list.child(el("li").child(chip));
        }
        if more > 0 {
            list = list.child(text("li", &format!("and {more} more")).class("more"));
        }
        vec![list]
    })
}
