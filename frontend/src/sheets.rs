//! What lies over the page: the list of keys, and the palette of everything that can be done.

use leptos::html::Dialog;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent};

use crate::commands::{self, Command};
use crate::desk::Desk;
use crate::keys::{self, Keyboard, Sheet};
use crate::reactive::{RwSignal, StoredValue, effect, memo};
use crate::theme::Theme;

/// Shows what was asked for.
#[component]
pub(crate) fn Sheets(
    /// The keyboard.
    keyboard: Keyboard,
) -> impl IntoView {
    let (desk, theme) = (expect_context::<Desk>(), expect_context::<RwSignal<Theme>>());
    move || {
        let commands = || commands::all(desk, keyboard, theme);
        keyboard.sheet.get().map(|sheet| match sheet {
            Sheet::Help => untrack(|| help(keyboard, commands())),
            Sheet::Palette => untrack(|| palette(keyboard, commands())),
        })
    }
}

/// Returns the browser's own dialog; `closed` hears that it was closed, by whatever means.
fn dialog(
    class: &'static str,
    label: &'static str,
    closed: impl Fn() + 'static,
    content: AnyView,
) -> AnyView {
    let node = NodeRef::<Dialog>::new();
    effect(move || {
        if let Some(dialog) = node.get() {
            // Fails only for one that is open already, or no longer in the page.
            let _ = dialog.show_modal();
        }
    });
    view! { <dialog class=class aria-label=label node_ref=node on:close=move |_| closed()>{content}</dialog> }
        .into_any()
}

fn help(keyboard: Keyboard, commands: Vec<Command>) -> AnyView {
    let rows: Vec<_> = commands
        .into_iter()
        .filter(|command| !command.keys.is_empty())
        .map(|command| view! { <dt><kbd>{command.keys}</kbd></dt><dd>{command.name}</dd> }.into_any())
        .collect();
    let switch = move |event| keyboard.switch(event_target_checked(&event));
    let content = view! {
        <h2>"Keys"</h2>
        <dl>{rows}</dl>
        <p><label><input type="checkbox" id="keys-on" prop:checked=move || keyboard.is_on.get() on:change=switch /> "Keys do this outside of fields"</label></p>
        <button type="button" on:click=|_| keys::close()>"Close"</button>
    };
    dialog("help", "Keys", move || keyboard.sheet.set(None), content.into_any())
}

fn palette(keyboard: Keyboard, commands: Vec<Command>) -> AnyView {
    let commands: Vec<_> = commands.into_iter().filter(Command::is_enabled).collect();
    let words = RwSignal::new(String::new());
    let marked = RwSignal::new(0_usize);
    let given = StoredValue::new(None::<Command>);
    let commands = StoredValue::new(commands);
    let found = memo(move || {
        let words = words.get();
        commands.with_value(|all| {
            (0..all.len())
                .filter(|place| all.get(*place).is_some_and(|one| one.is_called(&words)))
                .collect::<Vec<_>>()
        })
    });
    let give = move |place: usize| {
        let command = found.with_untracked(|found| found.get(place).copied());
        given.set_value(command.and_then(|place| commands.with_value(|all| all.get(place).cloned())));
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
            marked.update(|place| *place = (*place + by) % count);
        }
        if let Ok(Some(row)) = document().query_selector("#commands [aria-selected=true]") {
            row.scroll_into_view_with_bool(false);
        }
    };
    let rows = move || {
        let row = |(place, command): (usize, Command)| {
            view! {
                <li
                    role="option"
                    id=format!("command-{place}")
                    aria-selected=move || (marked.get() == place).to_string()
                    on:click=move |_: MouseEvent| give(place)
                >
                    <span>{command.name}</span><kbd>{command.keys}</kbd>
                </li>
            }
            .into_any()
        };
        let found = found.get();
        let named = commands
            .with_value(|all| found.iter().filter_map(|place| all.get(*place).cloned()).collect::<Vec<_>>());
        named.into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let content = view! {
        <input
            type="text"
            role="combobox"
            aria-label="What to do"
            aria-expanded="true"
            aria-controls="commands"
            aria-activedescendant=move || format!("command-{}", marked.get())
            autocomplete="off"
            autofocus=true
            placeholder="What to do"
            on:input=move |event| { marked.set(0); words.set(event_target_value(&event)); }
            on:keydown=pressed
        />
        <ul role="listbox" id="commands" aria-label="What can be done">{rows}</ul>
        <p class="aside" hidden=move || found.with(|found| !found.is_empty())>"Nothing is called that."</p>
    };
    let closed = move || {
        keyboard.sheet.set(None);
        if let Some(command) = given.update_value(Option::take).flatten() {
            command.run();
        }
    };
    dialog("help palette", "Commands", closed, content.into_any())
}
