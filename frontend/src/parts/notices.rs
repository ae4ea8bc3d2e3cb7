//! What the page says to the person: several at once, the newest on top, each until it is dismissed.

use std::cell::RefCell;

use leptos::prelude::*;

use crate::parts::element::{Element, button, div, text};
use crate::reactive::RwSignal;

/// The most that are kept.
const KEPT: usize = 6;

/// Something that the page says.
#[derive(Clone, PartialEq)]
pub(crate) struct Notice {
    number: u32,
    text: String,
    /// Whether it tells of something that went wrong: then it stays until it is dismissed.
    is_failure: bool,
}

/// What the page says, the newest first.
#[derive(Clone, Copy)]
pub(crate) struct Notices {
    said: RwSignal<Vec<Notice>>,
    last: RwSignal<u32>,
}

impl Notices {
    /// Says nothing yet.
    pub(crate) fn new() -> Self {
        Self { said: RwSignal::default(), last: RwSignal::default() }
    }

    /// Says something; what was said already comes to the top.
    pub(crate) fn say(self, text: String, is_failure: bool) {
        let number = self.last.get_untracked() + 1;
        self.last.set(number);
        self.said.update(|said| {
            said.retain(|notice| notice.text != text);
            said.insert(0, Notice { number, text, is_failure });
            if said.len() > KEPT {
                // The oldest that is no failure goes first, but not the one that is being said.
                let place = said.iter().rposition(|notice| !notice.is_failure);
                let place = place.filter(|place| *place > 0).unwrap_or(KEPT);
                said.drain(place..=place);
            }
        });
    }

    /// Takes the newest away.
    pub(crate) fn dismiss(self) {
        self.said.update(|said| {
            said.drain(..said.len().min(1));
        });
    }

    fn drop(self, number: u32) {
        self.said.update(|said| said.retain(|notice| notice.number != number));
    }
}

/// The notices.
pub(crate) fn notice_list(notices: Notices) -> Element {
    let list = div("notices").set("aria-live", "polite");
    let (node, on_page) = (list.node().clone(), RefCell::new(Vec::<(u32, Element)>::new()));
    // Each is put there once: built anew it would be read out again, and its time would start over.
    list.follow(Box::new(move || {
        let said = notices.said.get();
        let mut on_page = on_page.borrow_mut();
        on_page.retain(|(number, element)| {
            let stays = said.iter().any(|notice| notice.number == *number);
            if !stays {
                element.node().remove();
            }
            stays
        });
        for notice in said.into_iter().rev() {
            if on_page.iter().all(|(number, _)| *number != notice.number) {
                let number = notice.number;
                let element = shown(notices, notice);
                let _ = node.prepend_with_node_1(element.node());
                on_page.push((number, element));
            }
        }
    }))
}

fn shown(notices: Notices, Notice { number, text: said, is_failure }: Notice) -> Element {
    let notice = div(if is_failure { "notice failure" } else { "notice" })
        .child(text("span", &said))
        .child(button("quiet", "Dismiss", move || notices.drop(number)));
    if is_failure {
        return notice.set("role", "alert");
    }
    // The style sheet counts the time, and stops while the notice is pointed at or has the focus. Where nobody saw the
    // page meanwhile, it stays.
    notice.on("animationend", move |_: web_sys::Event| {
        if !document().hidden() {
            notices.drop(number);
        }
    })
}
