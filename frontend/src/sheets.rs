//! What lies over the page: the list of keys, and the palette of everything that can be done.

use leptos::prelude::*;
use web_sys::{Event, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

use crate::commands::{self, Command};
use crate::desk::Desk;
use crate::keys::{self, Keyboard, Sheet};
use crate::parts::element::{Element, button, el, text};
use crate::reactive::{RwSignal, StoredValue, memo};
use crate::theme::Theme;

/// Shows what was asked for.
pub(crate) fn sheets(keyboard: Keyboard, desk: Desk, theme: RwSignal<Theme>) -> Element {
    let sheet = move || {
        let commands = untrack(|| commands::all(desk, keyboard, theme));
        match keyboard.sheet.get() {
            Some(Sheet::Help) => vec![help(keyboard, commands)],
            Some(Sheet::Palette) => vec![palette(keyboard, commands)],
            None => Vec::new(),
        }
    };
    el("div").shows(sheet)
}

/// Returns the browser's own dialog; `closed` hears that it was closed, by whatever means.
pub(crate) fn dialog(class: &str, label: &str, closed: impl Fn() + 'static) -> Element {
    let dialog = el("dialog").class(class).label(label).on("close", move |_: Event| closed());
    let node: HtmlDialogElement = dialog.node_as();
    // Once it is in the page; it fails only for one that is open already.
    queue_microtask(move || {
        let _ = node.show_modal();
    });
    dialog
}

fn help(keyboard: Keyboard, commands: Vec<Command>) -> Element {
    let with_keys = commands.iter().filter(|command| !command.keys.is_empty());
    let rows = with_keys
        .flat_map(|command| [el("dt").child(text("kbd", &command.keys)), text("dd", &command.name)])
        .collect();
    let switch = el("input").set("type", "checkbox").id("keys-on");
    let field: HtmlInputElement = switch.node_as();
    let switch = switch
        .prop("checked", move || keyboard.is_on.get().into())
        .on("change", move |_: Event| keyboard.switch(field.checked()));
    dialog("help", "Keys", move || keyboard.sheet.set(None))
        .child(text("h2", "Keys"))
        .child(el("dl").children(rows))
        .child(el("p").child(el("label").child(switch).text(" Keys do this outside of fields")))
        .child(button("", "Close", keys::close))
}

fn palette(keyboard: Keyboard, commands: Vec<Command>) -> Element {
    let all: Vec<Command> = commands.into_iter().filter(Command::is_enabled).collect();
    let words = RwSignal::new(String::new());
    let marked = RwSignal::new(0_usize);
    let given = StoredValue::new(None::<Command>);
    let all = StoredValue::new(all);
    // The places of what is called so.
    let found = memo(move || {
        words.with(|words| {
            let is_called = |(place, command): (usize, &Command)| command.is_called(words).then_some(place);
            all.with_value(|all| all.iter().enumerate().filter_map(is_called).collect::<Vec<_>>())
        })
    });
    let command = move |place: usize| all.with_value(|all| all.get(place).cloned());
    let give = move |row: usize| {
        let place = found.with_untracked(|found| found.get(row).copied());
        given.set_value(place.and_then(command));
        keys::close();
    };
    let pressed = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let by = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => count.saturating_sub(1),
            "Enter" => {
                event.prevent_default();
                if count > 0 {
                    give(marked.get_untracked());
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if count > 0 {
            marked.update(|row| *row = (*row + by) % count);
        }
        if let Ok(Some(row)) = document().query_selector("#commands [aria-selected=true]") {
            row.scroll_into_view_with_bool(false);
        }
    };
    let rows = move || {
        let row = |(row, command): (usize, Command)| {
            el("li")
                .set("role", "option")
                .id(&format!("command-{row}"))
                .attr("aria-selected", move || Some((marked.get() == row).to_string()))
                .child(text("span", &command.name))
                .child(text("kbd", &command.keys))
                .click(move || give(row))
        };
        let found = found.get();
        found.into_iter().filter_map(command).enumerate().map(row).collect()
    };
    let field = el("input").set("type", "text");
    let typed: HtmlInputElement = field.node_as();
    let field = field
        .set("role", "combobox")
        .label("What to do")
        .set("placeholder", "What to do")
        .set("aria-expanded", "true")
        .set("aria-controls", "commands")
        .set("autocomplete", "off")
        .set("autofocus", "")
        .attr("aria-activedescendant", move || Some(format!("command-{}", marked.get())))
        .on("input", move |_: Event| {
            marked.set(0);
            words.set(typed.value());
        })
        .on("keydown", pressed);
    let closed = move || {
        let command = given.update_value(Option::take).flatten();
        keyboard.sheet.set(None);
        if let Some(command) = command {
            command.run();
        }
    };
    let none = move || if found.with(Vec::is_empty) { "Nothing is called that." } else { "" }.to_owned();
    dialog("help palette", "Commands", closed)
        .child(field)
        .child(el("ul").set("role", "listbox").id("commands").label("What can be done").shows(rows))
        .child(el("p").class("aside").says(none))
}
