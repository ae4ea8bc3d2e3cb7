//! The frame around every page: top bar, navigation, messages, the list of keys, the footer.

use leptos::prelude::*;
use shared::api::{Mode, Origin};
use shared::format;

use crate::desk::Desk;
use crate::host;
use crate::keys::{Keyboard, Sheet};
use crate::parts::drop;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::{Choice, item};
use crate::parts::notices::notice_list;
use crate::parts::open::reading_bar;
use crate::parts::state::{Remote, empty, failed, loading};
use crate::reactive::{RwSignal, memo};
use crate::route::Page;
use crate::saving;
use crate::sheets::sheets;
use crate::theme::Theme;

/// Returns the dashboard.
pub(crate) fn app() -> Element {
    let theme = Theme::follow();
    provide_context(theme);
    let desk = Desk::open();
    provide_context(desk);
    desk.start();
    let hanging = drop::listen(move |files| desk.take_files(files));
    let keyboard = Keyboard::open();
    keyboard.listen(desk, theme);
    host::started();

    let state = memo(move || {
        // A scenario from a link is shown whether the server answers or not, and histories come on their own.
        if desk.page.get().needs_no_events || desk.scenario.with(Option::is_some) {
            return Remote::Ready(true);
        }
        desk.list.with(|list| match list {
            Remote::Loading => Remote::Loading,
            Remote::Ready(list) => Remote::Ready(!list.events.is_empty()),
            Remote::Failed(reason) => Remote::Failed(reason.clone()),
        })
    });
    let shown = move || match state.get() {
        Remote::Loading => loading("Loading the events …"),
        Remote::Failed(reason) => failed(&reason, move || desk.load()),
        Remote::Ready(false) => empty(
            "No event has a tape. Drop a file of trades here, or start the server with --tapes and a folder of them.",
        ),
        Remote::Ready(true) => {
            let page = desk.page.get();
            // What a page reads as it is built is its own to follow.
            untrack(|| (page.view)())
        }
    };
    let gone = move || {
        let said = |reason: String| format!("{reason} This goes away when the server is back.");
        let told = |reason| text("p", &said(reason)).class("gone").set("role", "status");
        let out = desk.me.with(|me| me.as_ref().is_some_and(|me| me.signs_in && me.role.is_none()));
        if out {
            return vec![signed_out()];
        }
        desk.gone.get().map(told).into_iter().collect()
    };
    div("")
        .id("app")
        .child(text("a", "Skip to the page").class("skip").set("href", "#main"))
        .child(top_bar(desk, keyboard, theme))
        .child(notice_list(desk.notices))
        .child(div("").shows(gone))
        .child(reading_bar(desk.reading))
        .child(
            el("main")
                .id("main")
                .class_if("over", move || hanging.get())
                .child(el("h1").class("unseen").says(move || format!("Tauroi: {}", desk.page.get().name)))
                .child(div("page").shows_in_turn(shown)),
        )
        .child(footer(desk))
        .child(sheets(keyboard, desk, theme))
        .child(saving::sheet(desk))
}

/// Says that whoever looks was signed out, and where they sign in without losing the page.
fn signed_out() -> Element {
    let link = text("a", "Sign in").set("href", "sign-in").set("target", "_blank").set("rel", "noopener");
    let said = "You were signed out: what is on the page still works, and nothing new comes. ";
    el("p").class("gone").set("role", "status").text(said).child(link)
}

/// Returns the way to one's own account, where people sign in.
fn account(desk: Desk) -> Element {
    let email = memo(move || desk.me.with(|me| me.as_ref().and_then(|me| me.email.clone())));
    el("a")
        .id("account")
        .set("href", "account")
        .title("Your account: passphrase, authenticator, sessions")
        .prop("hidden", move || email.with(Option::is_none).into())
        .says(move || email.get().unwrap_or_default())
}

/// Returns the mode, the way to every page, the event, and what is always at hand.
fn top_bar(desk: Desk, keyboard: Keyboard, theme: RwSignal<Theme>) -> Element {
    let badge = move || {
        if desk.gone.with(Option::is_some) {
            return "OFFLINE".to_owned();
        }
        desk.list
            .with(|list| match list {
                // What nobody trades on is told apart by where it comes from.
                Remote::Ready(list) if list.mode == Mode::Demo => {
                    match desk.event().map(|event| event.origin) {
                        Some(Origin::Recorded) => "RECORDED",
                        Some(Origin::Opened) => "OPENED",
                        _ => list.mode.badge(),
                    }
                }
                Remote::Ready(list) => list.mode.badge(),
                Remote::Loading => "…",
                Remote::Failed(_) => "OFFLINE",
            })
            .to_owned()
    };
    let badge = memo(badge);
    let link = move |page: &'static Page| {
        let visit = move |event: web_sys::MouseEvent| {
            // With a key held down the browser opens the link elsewhere.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                desk.visit(page);
            }
        };
        text("a", page.name)
            .set("href", page.path)
            .title(&format!("{} (g {})", page.name, page.letter))
            .attr("aria-current", move || (desk.page.get() == page).then(|| "page".to_owned()))
            .on("click", visit)
    };
    let chosen =
        memo(move || desk.scenario.with(|s| s.as_ref().map(|s| s.event().to_string())).unwrap_or_default());
    let events = move || {
        desk.list.with(|list| match list {
            Remote::Ready(list) => {
                list.events.iter().map(|event| item(event.event.as_str(), event.event.as_str())).collect()
            }
            _ => Vec::new(),
        })
    };
    let choose = move |ticker: String| {
        let found = desk.list.with_untracked(|list| match list {
            Remote::Ready(list) => list.events.iter().find(|event| event.event.as_str() == ticker).cloned(),
            _ => None,
        });
        if let Some(event) = found {
            desk.open_event(&event);
        }
    };
    let elsewhere = move || !desk.page.get().is_of_event;
    let settles = move || {
        if elsewhere() {
            return None;
        }
        let event = desk.event()?;
        let last = event.contracts.iter().map(|contract| contract.last_at).max()?;
        let (settles, days) = (event.settles?, event.settles?.days_since(last.date()));
        let (_, month, day) = settles.year_month_day();
        let unit = if days == 1 { "day" } else { "days" };
        Some(format!("Settles on {month:02}-{day:02}, {days} {unit} after the last trade"))
    };
    let event =
        Choice { is_named: false, ..Choice::of("event", "Event", events, move || chosen.get(), choose) };
    let other = move || match theme.get() {
        Theme::Dark => "Light",
        Theme::Light => "Dark",
    };
    el("header")
        .class("top-bar")
        .child(text("span", "Tauroi").class("brand"))
        .child(
            el("span")
                .class("mode-badge")
                .attr("data-mode", move || Some(badge.get()))
                .says(move || badge.get()),
        )
        .child(el("nav").label("Pages").children(Page::all().map(link).collect()))
        .child(event.build().prop("hidden", move || elsewhere().into()))
        .child(el("span").class("settles").says(move || settles().unwrap_or_default()))
        .child(el("span").class("spacer"))
        .child(account(desk))
        .child(
            button("quiet", "", move || Theme::choose_other(theme))
                .id("theme")
                .title("Light or dark (t)")
                .says(move || other().to_owned()),
        )
        .child(button("quiet", "Keys", move || keyboard.show(Sheet::Help)).title("Keys (?)"))
}

/// Returns how long the last change took, how sure the integration is, and what was left out of the files.
fn footer(desk: Desk) -> Element {
    let error = move || match desk.outcome.get() {
        Some(Ok(found)) => format!("{:.0e}", found.error_estimate),
        _ => "–".to_owned(),
    };
    let skipped = move || {
        let problems = desk.list.with(|list| match list {
            Remote::Ready(list) => list.problems.clone(),
            _ => Vec::new(),
        });
        if problems.is_empty() {
            return Vec::new();
        }
        let lines = problems.iter().map(|problem| text("li", problem)).collect();
        vec![
            el("details")
                .class("caution")
                .child(text("summary", &format!("{} skipped", problems.len())))
                .child(el("ul").children(lines)),
        ]
    };
    let number = || el("span").class("num");
    let took = number().id("took").says(move || format::fixed(desk.took.get(), 1));
    el("footer")
        .child(text("span", "Last change computed in ").child(took).text(" ms, in this browser"))
        .child(text("span", "integration error ").child(number().says(error)))
        .shows(skipped)
}
