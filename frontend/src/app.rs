//! The frame around every page: top bar, theme, and the page itself.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::TapeList;

use crate::net;
use crate::pages::contract::ContractPage;
use crate::parts::state::{Empty, Failed, Loading, Remote};
use crate::theme::Theme;

/// The dashboard.
#[component]
pub(crate) fn App() -> impl IntoView {
    let theme = RwSignal::new(Theme::preferred());
    provide_context(theme);
    Effect::new(move |_| theme.get().apply());

    let tapes = RwSignal::new(Remote::<TapeList>::Loading);
    let load = Callback::new(move |()| {
        tapes.set(Remote::Loading);
        spawn_local(async move {
            tapes.set(match net::tapes().await {
                Ok(list) => Remote::Ready(list),
                Err(reason) => Remote::Failed(reason),
            });
        });
    });
    load.run(());

    let badge = move || {
        tapes.with(|tapes| match tapes {
            Remote::Ready(list) => list.mode.badge(),
            _ => "…",
        })
    };
    view! {
        <header class="top-bar">
            <span class="brand">"Tauroi"</span>
            <span class="mode-badge" data-mode=badge>{badge}</span>
            <span class="spacer"></span>
            <button type="button" class="quiet" id="theme" on:click=move |_| theme.update(|theme| *theme = theme.toggled())>
                {move || match theme.get() { Theme::Dark => "Light theme", Theme::Light => "Dark theme" }}
            </button>
        </header>
        <main>
            {move || match tapes.get() {
                Remote::Loading => view! { <Loading what="the contracts" /> }.into_any(),
                Remote::Failed(reason) => view! { <Failed reason=reason retry=load /> }.into_any(),
                Remote::Ready(list) if list.events.is_empty() => {
                    view! { <Empty>"No contract has a tape. Start the server with --tapes and a folder of recorded trades."</Empty> }.into_any()
                }
                Remote::Ready(list) => view! { <ContractPage list=list /> }.into_any(),
            }}
        </main>
    }
}
