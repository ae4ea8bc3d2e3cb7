//! The frame around every page: top bar, navigation, messages, the list of keys, the footer.

use leptos::prelude::*;
use shared::format;

use crate::desk::Desk;
use crate::keys;
use crate::pages::lab::{Lab, LabPage};
use crate::pages::market::MarketPage;
use crate::pages::nowcast::{NowcastPage, Studio};
use crate::pages::whatif::WhatIfPage;
use crate::parts::drop;
use crate::parts::element::view;
use crate::parts::notices::NoticeList;
use crate::parts::open::{self, ReadingBar};
use crate::parts::state::{Failed, Loading, Remote, empty};
use crate::reactive::{RwSignal, effect, memo};
use crate::route::Page;
use crate::theme::Theme;

/// The dashboard.
#[component]
pub(crate) fn App() -> impl IntoView {
    let theme = RwSignal::new(Theme::preferred());
    provide_context(theme);
    effect(move || theme.get().apply());
    let desk = Desk::open();
    provide_context(desk);
    let studio = Studio::open(desk);
    provide_context(studio);
    let lab = Lab::open(desk);
    provide_context(lab);
    let hanging = drop::listen(move |files| match desk.page.get_untracked() {
        Page::Nowcast => studio.open_files(files),
        _ => open::open(desk, files),
    });
    let help = RwSignal::new(false);
    let turn_light = Callback::new(move |()| theme.update(|theme| *theme = theme.toggled()));
    keys::listen(desk, (studio, lab), help, turn_light);

    let state = memo(move || {
        // A scenario from a link is shown whether the server answers or not, and histories come on their own.
        if desk.page.get() == Page::Nowcast || desk.scenario.with(Option::is_some) {
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
        <TopBar turn_light=turn_light help=help />
        <NoticeList notices=desk.notices />
        <ReadingBar reading=desk.reading />
        <main id="main" class:over=move || hanging.get()>
            <h1 class="unseen">{move || format!("Tauroi: {}", desk.page.get().name())}</h1>
            {move || match state.get() {
                Remote::Loading => view! { <Loading what="the events" /> }.into_any(),
                Remote::Failed(reason) => {
                    view! { <Failed reason=reason retry=Callback::new(move |()| desk.load()) /> }.into_any()
                }
                Remote::Ready(false) => {
                    view(|| empty("No event has a tape. Drop a file of trades here, or start the server with --tapes and a folder of them."))
                }
                Remote::Ready(true) => match desk.page.get() {
                    Page::WhatIf => view! { <WhatIfPage /> }.into_any(),
                    Page::Market => view! { <MarketPage /> }.into_any(),
                    Page::Lab => view! { <LabPage /> }.into_any(),
                    Page::Nowcast => view! { <NowcastPage /> }.into_any(),
                },
            }}
        </main>
        <Footer />
        {move || help.get().then(|| view! {
            <div class="help" role="dialog" aria-label="Keys">
                <h2>"Keys"</h2>
                <dl>
                    {Vec::from(keys::KEYS.map(|(key, does)| view! { <dt><kbd>{key}</kbd></dt><dd>{does}</dd> }.into_any()))}
                </dl>
                <button type="button" on:click=move |_| help.set(false)>"Close"</button>
            </div>
        }.into_any())}
    }
}

#[component]
fn TopBar(
    /// Changes the theme.
    turn_light: Callback<()>,
    /// Whether the list of keys is shown.
    help: RwSignal<bool>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let theme = expect_context::<RwSignal<Theme>>();
    let badge = move || {
        desk.list
            .with(|list| match list {
                Remote::Ready(list) => list.mode.badge(),
                Remote::Loading => "…",
                Remote::Failed(_) => "OFFLINE",
            })
            .to_owned()
    };
    let link = move |(page, letter): (Page, char)| {
        let here = move || (desk.page.get() == page).then_some("page");
        view! {
            <a
                href=page.path()
                aria-current=here
                title=format!("{} (g {letter})", page.name())
                on:click=move |event| { event.prevent_default(); desk.visit(page); }
            >
                {page.name()}
            </a>
        }
        .into_any()
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
    // The lab's tape is chosen on its page.
    let in_lab = move || desk.page.get() == Page::Lab;
    let settles = move || {
        if in_lab() {
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
            <nav aria-label="Pages">{Vec::from(Page::ALL.map(link))}</nav>
            <select id="event" aria-label="Event" hidden=in_lab on:change=choose prop:value=move || chosen.get()>
                {move || events().into_iter().map(|ticker| {
                    let is_chosen = ticker == chosen.get();
                    let text = ticker.clone();
                    view! { <option value=ticker selected=is_chosen>{text}</option> }.into_any()
                }).collect::<Vec<_>>()}
            </select>
            <span class="settles">{settles}</span>
            <span class="spacer"></span>
            <button type="button" class="quiet" id="theme" title="Light or dark (t)" on:click=move |_| turn_light.run(())>
                {move || match theme.get() { Theme::Dark => "Light", Theme::Light => "Dark" }.to_owned()}
            </button>
            <button type="button" class="quiet" title="Keys (?)" aria-expanded=move || help.get().to_string() on:click=move |_| help.update(|shown| *shown = !*shown)>
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
