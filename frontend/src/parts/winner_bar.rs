//! Who wins: a bar of shares that sum to all there is, each an artist's.

use std::cell::RefCell;
use std::rc::Rc;

use shared::format;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Text};

use crate::parts::artist;
use crate::parts::element::{Element, div, el};

/// Shares thinner than the first have no room for their label, and thinner than the second none on a phone: fractions of
/// the bar.
const LABELLED: [(&str, f64); 2] = [("labelled", 0.07), ("roomy", 0.19)];

/// One share of a bar.
#[derive(Clone, PartialEq)]
pub(crate) struct Share {
    /// Whose it is.
    pub(crate) name: String,
    /// How much, as a fraction.
    pub(crate) share: f64,
    /// The token of its colour.
    pub(crate) colour: &'static str,
}

/// Returns shares by artists: `rest` is whoever isn't listed, last.
pub(crate) fn shares(
    names: &[String],
    shares: impl Iterator<Item = f64>,
    colour: impl Fn(usize) -> usize,
    rest: Option<f64>,
) -> Vec<Share> {
    let of = |(place, share)| Share {
        name: names.get(place).cloned().unwrap_or_default(),
        share,
        colour: artist::colour(colour(place)),
    };
    let other = rest.map(|share| Share { name: "OTHER".to_owned(), share, colour: artist::OTHER });
    shares.enumerate().map(of).chain(other).collect()
}

/// A bar of shares.
pub(crate) struct Bar {
    /// Its id; may be empty.
    pub(crate) id: &'static str,
    /// Its class besides.
    pub(crate) class: &'static str,
    /// What it shows, for who can't see it.
    pub(crate) label: &'static str,
    /// The shares.
    pub(crate) shares: Box<dyn Fn() -> Vec<Share>>,
    /// Does what a click on a share is for, by its place.
    pub(crate) choose: Rc<dyn Fn(usize)>,
    /// Which is pointed at, here or in another view.
    pub(crate) pointed: Rc<dyn Fn() -> Option<usize>>,
    /// Hears which is pointed at here.
    pub(crate) point: Rc<dyn Fn(Option<usize>)>,
}

impl Bar {
    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { id, class, label, shares, choose, pointed, point } = self;
        let bar = div("winner-bar").id(id).set("role", "group").label(label);
        let _ = class.is_empty() || bar.node().class_list().add_1(class).is_ok();
        let node = bar.node().clone();
        let segments = Rc::new(RefCell::new(Vec::<Segment>::new()));
        let marked = Rc::clone(&segments);
        bar.follow(Box::new(move || {
            let (shares, mut segments) = (shares(), segments.borrow_mut());
            while segments.len() > shares.len() {
                if let Some(gone) = segments.pop() {
                    gone.element.node().remove();
                }
            }
            for (place, share) in shares.into_iter().enumerate() {
                if place == segments.len() {
                    segments.push(Segment::empty(place, &choose, &point));
                    let _ = node.append_child(segments[place].element.node());
                }
                segments[place].show(share);
            }
        }))
        .follow(Box::new(move || {
            let pointed = pointed();
            for (place, segment) in marked.borrow().iter().enumerate() {
                let classes = segment.element.node().class_list();
                let _ = classes.toggle_with_force("pointed", pointed == Some(place));
            }
        }))
    }
}

/// A share that is on the page.
struct Segment {
    element: Element,
    name: Text,
    text: Text,
    shown: Option<Share>,
}

impl Segment {
    fn empty(place: usize, choose: &Rc<dyn Fn(usize)>, point: &Rc<dyn Fn(Option<usize>)>) -> Self {
        let (name, text) = (el("span").class("segment-name"), el("span").class("segment-share num"));
        let (name_node, text_node) = (name.blank(), text.blank());
        let choose = Rc::clone(choose);
        let mut element = el("button")
            .set("type", "button")
            .class("segment")
            .child(name)
            .text(" ")
            .child(text)
            .click(move || choose(place));
        for (event, is_here) in
            [("pointerenter", true), ("pointerleave", false), ("focus", true), ("blur", false)]
        {
            let point = Rc::clone(point);
            element = element.on(event, move |_: web_sys::Event| point(is_here.then_some(place)));
        }
        Self { element, name: name_node, text: text_node, shown: None }
    }

    fn show(&mut self, share: Share) {
        if self.shown.as_ref() == Some(&share) {
            return;
        }
        let node = self.element.node();
        let probability = format::probability(share.share);
        let said = format!("{} {probability}", share.name);
        for (name, value) in
            [("title", &said), ("aria-label", &said), ("data-share", &share.share.to_string())]
        {
            let _ = node.set_attribute(name, value);
        }
        let style = node.unchecked_ref::<HtmlElement>().style();
        let _ = style.set_property("width", &format!("{}%", 100.0 * share.share));
        let _ = style.set_property("background-color", &artist::css(share.colour));
        for (class, least) in LABELLED {
            let _ = node.class_list().toggle_with_force(class, share.share >= least);
        }
        self.name.set_data(&share.name);
        self.text.set_data(&probability);
        self.shown = Some(share);
    }
}
