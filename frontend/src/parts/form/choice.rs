//! A choice among words, and a flag.

use std::cell::RefCell;

use leptos::prelude::{event_target_checked, event_target_value};

use crate::parts::element::{Element, el, text};

/// One thing to choose.
#[derive(Clone, PartialEq)]
pub(crate) struct Item {
    /// What it is called in the program.
    pub(crate) value: String,
    /// What the person reads.
    pub(crate) label: String,
}

/// Returns one thing to choose.
pub(crate) fn item(value: impl Into<String>, label: impl Into<String>) -> Item {
    Item { value: value.into(), label: label.into() }
}

/// A choice among words.
pub(crate) struct Choice {
    /// The field's id, or a parameter's key as `data-parameter` of the whole; may be empty.
    pub(crate) id: &'static str,
    /// Its name.
    pub(crate) label: &'static str,
    /// Whether the name stands beside it, and not only in what is read out.
    pub(crate) is_named: bool,
    /// What it means, in a line; may be empty.
    pub(crate) meaning: &'static str,
    /// What there is to choose.
    pub(crate) items: Box<dyn Fn() -> Vec<Item>>,
    /// What is chosen.
    pub(crate) chosen: Box<dyn Fn() -> String>,
    /// Takes what the person chose.
    pub(crate) choose: Box<dyn Fn(String)>,
}

impl Choice {
    /// Returns a choice with its name beside it.
    pub(crate) fn of(
        id: &'static str,
        label: &'static str,
        items: impl Fn() -> Vec<Item> + 'static,
        chosen: impl Fn() -> String + 'static,
        choose: impl Fn(String) + 'static,
    ) -> Self {
        Self {
            id,
            label,
            is_named: true,
            meaning: "",
            items: Box::new(items),
            chosen: Box::new(chosen),
            choose: Box::new(choose),
        }
    }

    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { id, label, is_named, meaning, items, chosen, choose } = self;
        let select = el("select")
            .id(id)
            .title(meaning)
            .on("change", move |event: web_sys::Event| choose(event_target_value(&event)));
        let (node, listed) = (select.node().clone(), RefCell::new(Vec::new()));
        let select = select.follow(Box::new(move || {
            let (items, mut listed) = (items(), listed.borrow_mut());
            if *listed != items {
                node.set_text_content(None);
                for Item { value, label } in &items {
                    let option = text("option", label).set("value", value);
                    let _ = node.append_child(option.node());
                }
                *listed = items;
            }
            // After its options, which it must have to choose one.
            let _ = js_sys::Reflect::set(&node, &"value".into(), &chosen().into());
        }));
        if !is_named {
            return select.label(label);
        }
        el("label").class("choice").title(meaning).child(text("span", label)).child(select)
    }
}

/// Returns a flag with its name beside it.
pub(crate) fn flag(
    label: &'static str,
    meaning: &'static str,
    is_set: impl Fn() -> bool + 'static,
    set: impl Fn(bool) + 'static,
) -> Element {
    let input = el("input")
        .set("type", "checkbox")
        .prop("checked", move || is_set().into())
        .on("change", move |event: web_sys::Event| set(event_target_checked(&event)));
    el("label").class("flag").title(meaning).child(input).text(label)
}
