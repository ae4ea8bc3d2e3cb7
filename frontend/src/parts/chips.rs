//! Chips: a few things in a row, each taken away by a click.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Text;

use crate::parts::element::{Element, el};

/// More than these are counted, not listed.
const LISTED: usize = 6;

/// One chip: what it says, and what taking it away does.
pub(crate) struct Chip {
    /// What it says.
    pub(crate) text: String,
    /// Takes it away.
    pub(crate) drop: Rc<dyn Fn()>,
}

/// A chip that is on the page.
struct Shown {
    element: Element,
    text: Text,
    drop: Rc<RefCell<Rc<dyn Fn()>>>,
}

/// Returns the chips with their name; nothing where there are none. What changes is written where it stands.
pub(crate) fn chips(label: &'static str, read: impl Fn() -> Vec<Chip> + 'static) -> Element {
    let read: Box<dyn Fn() -> Vec<Chip>> = Box::new(read);
    let (outer, list, more) = (el("div"), el("ul").class("changes").label(label), el("li").class("more"));
    let (place, count) = (outer.node().clone(), more.blank());
    let shown = RefCell::new(Vec::<Shown>::new());
    outer.follow(Box::new(move || {
        let (all, mut shown) = (read(), shown.borrow_mut());
        let (rest, list) = (all.len().saturating_sub(LISTED), list.node());
        while shown.len() > all.len() {
            if let Some(gone) = shown.pop() {
                gone.element.node().remove();
            }
        }
        for (line, Chip { text, drop }) in all.into_iter().take(LISTED).enumerate() {
            if line == shown.len() {
                let chip = Shown::new(&drop);
                let _ = list.append_child(chip.element.node());
                shown.push(chip);
            }
            let Some(chip) = shown.get(line) else { continue };
            let text = format!("{text} ×");
            if chip.text.data() != text {
                chip.text.set_data(&text);
            }
            chip.drop.replace(drop);
        }
        more.node().remove();
        if rest > 0 {
            count.set_data(&format!("and {rest} more"));
            let _ = list.append_child(more.node());
        }
        if shown.is_empty() {
            list.remove();
        } else if !list.is_connected() {
            let _ = place.append_child(list);
        }
    }))
}

impl Shown {
    fn new(drop: &Rc<dyn Fn()>) -> Self {
        let drop = Rc::new(RefCell::new(Rc::clone(drop)));
        let clicked = Rc::clone(&drop);
        let chip = el("button").set("type", "button").class("chip").title("Take it away").click(move || {
            // Taking it away writes the chips anew: what is done must not be borrowed meanwhile.
            let act = Rc::clone(&clicked.borrow());
            act();
        });
        let text = chip.blank();
        Self { element: el("li").child(chip), text, drop }
    }
}
