//! What was traded.

use leptos::prelude::*;

/// The page.
#[component]
pub(crate) fn MarketPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
