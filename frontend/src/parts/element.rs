//! Elements of the page as values, built by functions that are compiled once.
//!
//! Leptos' `view!` compiles the way an element is built anew for every shape of element and every closure in it. Here a
//! closure is kept behind a pointer, and there is one way to build. What follows signals does so through Leptos' own
//! effects, and an element goes wherever Leptos takes a view: [`view`] makes it one.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, Node, Text};

/// What keeps a part of an element true: an effect, with the children that it has put there.
type Follower = RenderEffect<Vec<Element>>;

/// An element of the page, with what follows signals in it and what hears its events: both end when it is dropped.
pub(crate) struct Element {
    node: web_sys::Element,
    followers: Vec<Follower>,
    listeners: Vec<(String, Listener)>,
    children: Vec<Element>,
}

/// What hears an event.
type Listener = Closure<dyn FnMut(web_sys::Event)>;

impl Drop for Element {
    fn drop(&mut self) {
        // A listener that runs just now is freed when it ends. Left there, it would keep what it has captured, and that
        // the element.
        for (event, listener) in &self.listeners {
            let listener = listener.as_ref().unchecked_ref();
            let _ = self.node.remove_event_listener_with_callback(event, listener);
        }
    }
}

/// Returns a new element.
pub(crate) fn el(tag: &str) -> Element {
    match document().create_element(tag) {
        Ok(node) => Element { node, followers: Vec::new(), listeners: Vec::new(), children: Vec::new() },
        Err(_) => unreachable!("every tag here is a valid name"),
    }
}

/// Returns a new element of a class.
pub(crate) fn div(class: &str) -> Element {
    el("div").class(class)
}

/// Returns a new element that holds text.
pub(crate) fn text(tag: &str, text: &str) -> Element {
    el(tag).text(text)
}

/// Returns a button that does something.
pub(crate) fn button(class: &str, name: &str, act: impl Fn() + 'static) -> Element {
    el("button").set("type", "button").class(class).text(name).click(act)
}

impl Element {
    /// Returns the node itself.
    pub(crate) fn node(&self) -> &web_sys::Element {
        &self.node
    }

    /// Returns the node as what its tag makes it.
    pub(crate) fn node_as<T: JsCast>(&self) -> T {
        self.node.clone().unchecked_into()
    }

    /// Sets an attribute.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        // Refused only for names that no attribute can have.
        let _ = self.node.set_attribute(name, value);
        self
    }

    /// Sets the classes; no attribute where there are none.
    pub(crate) fn class(self, names: &str) -> Self {
        if names.is_empty() { self } else { self.set("class", names) }
    }

    /// Sets the id; none where it is empty.
    pub(crate) fn id(self, id: &str) -> Self {
        if id.is_empty() { self } else { self.set("id", id) }
    }

    /// Sets what it says on hovering; nothing where it is empty.
    pub(crate) fn title(self, title: &str) -> Self {
        if title.is_empty() { self } else { self.set("title", title) }
    }

    /// Makes it a region, with its name for who can't see it.
    pub(crate) fn label(self, name: &str) -> Self {
        self.set("aria-label", name)
    }

    /// Adds text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.append(&document().create_text_node(text));
        self
    }

    /// Adds a text of no length and returns it: what is written to it later moves less than a new one would.
    pub(crate) fn blank(&self) -> Text {
        let node = document().create_text_node("");
        self.append(&node);
        node
    }

    /// Adds a child.
    pub(crate) fn child(mut self, child: Element) -> Self {
        self.append(&child.node);
        self.children.push(child);
        self
    }

    /// Adds children.
    pub(crate) fn children(self, children: Vec<Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Keeps an attribute as `value` says; none where it says nothing.
    pub(crate) fn attr(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        self.boxed_attr(name, Box::new(value))
    }

    fn boxed_attr(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let node = self.node.clone();
        self.follow(Box::new(move || {
            let _ = match value() {
                Some(value) => node.set_attribute(name, &value),
                None => node.remove_attribute(name),
            };
        }))
    }

    /// Keeps a property as `value` says: what a person changes too, such as what is typed or checked.
    pub(crate) fn prop(self, name: &'static str, value: impl Fn() -> JsValue + 'static) -> Self {
        self.boxed_prop(name, Box::new(value))
    }

    fn boxed_prop(self, name: &'static str, value: Box<dyn Fn() -> JsValue>) -> Self {
        let node = self.node.clone();
        self.follow(Box::new(move || {
            let _ = js_sys::Reflect::set(&node, &name.into(), &value());
        }))
    }

    /// Keeps a class as `is` says.
    pub(crate) fn class_if(self, name: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        let is: Box<dyn Fn() -> bool> = Box::new(is);
        let node = self.node.clone();
        self.follow(Box::new(move || {
            let _ = node.class_list().toggle_with_force(name, is());
        }))
    }

    /// Sets a style by its name: the content policy forbids the attribute.
    pub(crate) fn style(self, name: &str, value: &str) -> Self {
        set_style(&self.node, name, value);
        self
    }

    /// Keeps a style as `value` says.
    pub(crate) fn style_of(self, name: &'static str, value: impl Fn() -> String + 'static) -> Self {
        let value: Box<dyn Fn() -> String> = Box::new(value);
        let node = self.node.clone();
        self.follow(Box::new(move || set_style(&node, name, &value())))
    }

    /// Adds text that follows signals.
    pub(crate) fn says(self, text: impl Fn() -> String + 'static) -> Self {
        self.boxed_says(Box::new(text))
    }

    fn boxed_says(self, text: Box<dyn Fn() -> String>) -> Self {
        let node = self.blank();
        self.follow(Box::new(move || node.set_data(&text())))
    }

    /// Adds children that are built anew whenever a signal that `build` read changes.
    pub(crate) fn shows(self, build: impl Fn() -> Vec<Element> + 'static) -> Self {
        self.boxed_shows(Box::new(build))
    }

    fn boxed_shows(mut self, build: Box<dyn Fn() -> Vec<Element>>) -> Self {
        // They stand before a text of no length, which `:empty` takes for nothing.
        let end = self.blank();
        self.followers.push(RenderEffect::new(move |before: Option<Vec<Self>>| {
            drop_all(before);
            let children = build();
            if let Some(parent) = end.parent_node() {
                for child in &children {
                    let _ = parent.insert_before(&child.node, Some(&end));
                }
            }
            children
        }));
        self
    }

    /// Adds a child as [`Element::shows`] does, whose signals and memos outlive it by what was going on when it went: what
    /// heard of a change in the same moment may still read them.
    pub(crate) fn shows_in_turn(self, build: impl Fn() -> Element + 'static) -> Self {
        let (parent, shown) = (Owner::current().unwrap_or_default(), RefCell::new(None::<Owner>));
        self.shows(move || {
            let owner = parent.child();
            let child = owner.with(&build);
            if let Some(before) = shown.replace(Some(owner)) {
                set_timeout(move || drop(before), Duration::ZERO);
            }
            vec![child]
        })
    }

    /// Does something on an event.
    pub(crate) fn on<E: JsCast>(self, event: &str, mut act: impl FnMut(E) + 'static) -> Self {
        self.boxed_on(event, Box::new(move |event: web_sys::Event| act(event.unchecked_into())))
    }

    fn boxed_on(mut self, event: &str, act: Box<dyn FnMut(web_sys::Event)>) -> Self {
        let listener = Closure::wrap(act);
        let _ = self.node.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        self.listeners.push((event.to_owned(), listener));
        self
    }

    /// Does something on a click.
    pub(crate) fn click(self, act: impl Fn() + 'static) -> Self {
        self.boxed_on("click", Box::new(move |_| act()))
    }

    fn append(&self, node: &Node) {
        // A new node can be put anywhere.
        let _ = self.node.append_child(node);
    }

    /// Does something now, and again whenever a signal that it read changes.
    pub(crate) fn follow(mut self, act: Box<dyn Fn()>) -> Self {
        self.followers.push(RenderEffect::new(move |_| {
            act();
            Vec::new()
        }));
        self
    }
}

fn set_style(node: &web_sys::Element, name: &str, value: &str) {
    let style = node.unchecked_ref::<HtmlElement>().style();
    // Refused only for styles that there are not.
    let _ = style.set_property(name, value);
}

fn drop_all(elements: Option<Vec<Element>>) {
    for element in elements.iter().flatten() {
        element.node.remove();
    }
}

/// An element that Leptos builds when it comes to it.
pub(crate) struct Built(Box<dyn FnOnce() -> Element + Send>);

/// Returns the element as a view of Leptos.
pub(crate) fn view(build: impl FnOnce() -> Element + Send + 'static) -> AnyView {
    Built(Box::new(build)).into_any()
}

impl Render for Built {
    type State = Element;

    fn build(self) -> Self::State {
        (self.0)()
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl Mountable for Element {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&Node>) {
        let _ = parent.insert_before(&self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.node.insert_before_this(child)
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        vec![self.node.clone()]
    }
}

impl AddAnyAttr for Built {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self::Output<NewAttr> {
        self
    }
}

/// There is no server that renders: only `build` is ever called.
impl RenderHtml for Built {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Self::State {
        self.build()
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
