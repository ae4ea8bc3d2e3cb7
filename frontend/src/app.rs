//! The frame around every page: top bar, navigation, messages, the list of keys, the footer.

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::host;
use crate::keys::{Keyboard, Sheet};
use crate::parts::drop;
use crate::parts::element::view;
use crate::parts::notices::NoticeList;
use crate::parts::open::ReadingBar;
use crate::parts::state::{Failed, Loading, Remote, empty};
use crate::reactive::{RwSignal, memo};
use crate::route::Page;
use crate::sheets::Sheets;
use crate::theme::Theme;

/// The dashboard.
#[component]
pub(crate) fn App() -> impl IntoView {
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
    view! {
        <a class="skip" href="#main">"Skip to the page"</a>
        <TopBar keyboard=keyboard />
        <NoticeList notices=desk.notices />
        {move || desk.gone.get().map(|reason| view! {
            <p class="gone" role="status">{reason} " This goes away when the server is back."</p>
        }.into_any())}
        <ReadingBar reading=desk.reading />
        <main id="main" class:over=move || hanging.get()>
            <h1 class="unseen">{move || format!("Tauroi: {}", desk.page.get().name)}</h1>
            {move || match state.get() {
                Remote::Loading => view! { <Loading what="the events" /> }.into_any(),
                Remote::Failed(reason) => {
                    view! { <Failed reason=reason retry=Callback::new(move |()| desk.load()) /> }.into_any()
                }
                Remote::Ready(false) => {
                    view(|| empty("No event has a tape. Drop a file of trades here, or start the server with --tapes and a folder of them."))
                }
                Remote::Ready(true) => (desk.page.get().view)(),
            }}
        </main>
        <Footer />
        <Sheets keyboard=keyboard />
    }
}

#[component]
fn TopBar(
    /// The keyboard.
    keyboard: Keyboard,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let theme = expect_context::<RwSignal<Theme>>();
    let badge = move || {
        if desk.gone.with(Option::is_some) {
            return "OFFLINE".to_owned();
        }
        desk.list
            .with(|list| match list {
                Remote::Ready(list) => list.mode.badge(),
                Remote::Loading => "…",
                Remote::Failed(_) => "OFFLINE",
            })
            .to_owned()
    };
    let link = move |page: &'static Page| {
        let here = move || (desk.page.get() == page).then_some("page");
        let visit = move |event: web_sys::MouseEvent| {
            // With a key held down the browser opens the link elsewhere.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                desk.visit(page);
            }
        };
        let title = format!("{} (g {})", page.name, page.letter);
        view! { <a href=page.path aria-current=here title=title on:click=visit>{page.name}</a> }.into_any()
    };
    let chosen =
        memo(move || desk.scenario.with(|s| s.as_ref().map(|s| s.event().to_string())).unwrap_or_default());
    let events = move || {
        desk.list.with(|list| match list {
            Remote::Ready(list) => list.events.iter().map(|event| event.event.to_string()).collect(),
            _ => Vec::new(),
        })
    };
    let choose = move |event: web_sys::Event| {
        let ticker = event_target_value(&event);
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
    let settles = move || settles().unwrap_or_default();
    view! {
        <header class="top-bar">
            <span class="brand">"Tauroi"</span>
            <span class="mode-badge" data-mode=badge>{badge}</span>
            <nav aria-label="Pages">{Page::all().map(link).collect::<Vec<_>>()}</nav>
            <select id="event" aria-label="Event" hidden=elsewhere on:change=choose prop:value=move || chosen.get()>
                {move || events().into_iter().map(|ticker| {
                    let is_chosen = ticker == chosen.get();
                    let text = ticker.clone();
                    view! { <option value=ticker selected=is_chosen>{text}</option> }.into_any()
                }).collect::<Vec<_>>()}
            </select>
            <span class="settles">{settles}</span>
            <span class="spacer"></span>
            <button type="button" class="quiet" id="theme" title="Light or dark (t)" on:click=move |_| Theme::choose_other(theme)>
                {move || match theme.get() { Theme::Dark => "Light", Theme::Light => "Dark" }.to_owned()}
            </button>
            <button type="button" class="quiet" title="Keys (?)" on:click=move |_| keyboard.show(Sheet::Help)>
                "Keys"
            </button>
        </header>
    }
}

/// How long the last change took, and how sure the integration is.
#[component]
fn Footer() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let error = move || match desk.outcome.get() {
        Some(Ok(found)) => format!("{:.0e}", found.error_estimate),
        _ => "–".to_owned(),
    };
    let problems = move || {
        desk.list.with(|list| match list {
            Remote::Ready(list) => list.problems.clone(),
            _ => Vec::new(),
        })
    };
    view! {
        <footer>
            <span>"Last change computed in " <span class="num" id="took">{move || format::fixed(desk.took.get(), 1)}</span> " ms, in this browser"</span>
            <span>"integration error " <span class="num">{error}</span></span>
            {move || {
                let problems = problems();
                (!problems.is_empty()).then(|| view! {
                    <details class="caution">
                        <summary>{problems.len()} " skipped"</summary>
                        <ul>{problems.into_iter().map(|problem| view! { <li>{problem}</li> }.into_any()).collect::<Vec<_>>()}</ul>
                    </details>
                }.into_any())
            }}
        </footer>
    }
}
