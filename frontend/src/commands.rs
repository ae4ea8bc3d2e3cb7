//! What can be done, as data: the keyboard, the list of keys and the palette are made of it.

use std::rc::Rc;

use leptos::prelude::*;
use shared::decimal;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::desk::Desk;
use crate::keys::{Keyboard, Sheet};
use crate::parts::download;
use crate::reactive::RwSignal;
use crate::route::Page;
use crate::theme::Theme;

/// Something that can be done: by its key, or by its name in the palette.
#[derive(Clone)]
pub(crate) struct Command {
    /// What it does, in a few words.
    pub(crate) name: String,
    /// The key, or two with a space between; none if it is found by its name alone.
    pub(crate) keys: String,
    is_enabled: Rc<dyn Fn() -> bool>,
    act: Rc<dyn Fn()>,
}

impl Command {
    /// Returns a command that can always be given.
    pub(crate) fn new(name: impl Into<String>, keys: impl Into<String>, act: impl Fn() + 'static) -> Self {
        Self { name: name.into(), keys: keys.into(), is_enabled: Rc::new(|| true), act: Rc::new(act) }
    }

    /// Returns it, for when `is_enabled` holds.
    pub(crate) fn when(self, is_enabled: impl Fn() -> bool + 'static) -> Self {
        Self { is_enabled: Rc::new(is_enabled), ..self }
    }

    /// Returns whether it can be given now.
    pub(crate) fn is_enabled(&self) -> bool {
        (self.is_enabled)()
    }

    /// Does it.
    pub(crate) fn run(&self) {
        (self.act)();
    }

    /// Returns whether its name holds every one of these words, whatever the case of their letters.
    pub(crate) fn is_called(&self, words: &str) -> bool {
        let name = self.name.to_ascii_lowercase();
        words.to_ascii_lowercase().split(' ').all(|word| name.contains(word))
    }
}

/// Returns what can be done now: on the page that is shown first, then anywhere.
pub(crate) fn all(desk: Desk, keyboard: Keyboard, theme: RwSignal<Theme>) -> Vec<Command> {
    let mut commands = desk.page_commands();
    commands.extend(Page::all().map(|page| {
        Command::new(format!("Go to {}", page.name), format!("g {}", page.letter), move || desk.visit(page))
            .when(move || !desk.is_on(page))
    }));
    let mut add = |command| commands.push(command);
    add(Command::new("Copy a link to what is shown", "c", move || download::copy_link(desk)));
    add(Command::new("Save what is shown", "w", move || desk.save_shown()).when(move || desk.can_save()));
    add(Command::new("Save the table as CSV", "e", || click("[data-export]"))
        .when(|| element::<HtmlElement>("[data-export]").is_some()));
    for (keys, way, steps) in
        [("[", "down", -1), ("]", "up", 1), ("{", "down ten steps", -10), ("}", "up ten steps", 10)]
    {
        add(Command::new(format!("Nudge the slider last touched {way}"), keys, move || nudge(steps))
            .when(|| slider().is_some()));
    }
    add(Command::new("Light or dark", "t", move || Theme::choose_other(theme)));
    add(Command::new("Search what can be done", "/", move || keyboard.show(Sheet::Palette)));
    add(Command::new("List the keys", "?", move || keyboard.show(Sheet::Help)));
    commands
}

/// Returns commands that step through a list, and one for each of it by its name.
pub(crate) fn steps(what: &str, names: Vec<String>, place: RwSignal<usize>) -> Vec<Command> {
    let count = names.len();
    let step = move |by: usize| {
        if count > 0 {
            place.update(|place| *place = (*place + by) % count);
        }
    };
    let mut commands = vec![
        Command::new(format!("Next {what}"), "j", move || step(1)),
        Command::new(format!("Previous {what}"), "k", move || step(count.saturating_sub(1))),
    ];
    let choose = |(i, name)| Command::new(format!("Show {name}"), "", move || place.set(i));
    commands.extend(names.into_iter().enumerate().map(choose));
    commands
}

/// Returns the command that puts the focus on a field.
pub(crate) fn focus(name: &str, selector: &'static str) -> Command {
    Command::new(name, "", move || {
        if let Some(field) = element::<HtmlElement>(selector) {
            // An element that takes no focus leaves it where it is.
            let _ = field.focus();
        }
    })
}

fn slider() -> Option<HtmlInputElement> {
    element("input[type=range][data-touched=true]")
}

/// Moves the slider last touched by some of its steps, as its own arrow keys would.
fn nudge(steps: i32) {
    let Some(slider) = slider() else { return };
    let number = |text: String| decimal::parse("slider", &text).unwrap_or(0.0);
    // The element itself keeps the value within its range and on its steps.
    slider.set_value(&decimal::text(number(slider.value()) + f64::from(steps) * number(slider.step()), 6));
    if let Ok(event) = web_sys::Event::new("input") {
        // Nobody cancels it.
        let _ = slider.dispatch_event(&event);
    }
}

fn element<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

fn click(selector: &str) {
    if let Some(element) = element::<HtmlElement>(selector) {
        element.click();
    }
}
