//! What a page shows while its data is on the way, or when it didn't come.

use leptos::prelude::*;

/// Something that comes over the network.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Remote<T> {
    /// Asked for, not here yet.
    Loading,
    /// Here.
    Ready(T),
    /// Did not come: what went wrong, as the person should read it.
    Failed(String),
}

/// The shape of what comes.
#[component]
pub(crate) fn Loading(
    /// What is being loaded.
    what: &'static str,
) -> impl IntoView {
    view! { <div class="state loading" role="status">"Loading " {what} " …"</div> }
}

/// What failed, and the button to try again.
#[component]
pub(crate) fn Failed(
    /// What went wrong.
    reason: String,
    /// Tries again.
    retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="state failed" role="alert">
            <p>{reason}</p>
            <button type="button" on:click=move |_| retry.run(())>"Try again"</button>
        </div>
    }
}

/// Why there is nothing to see, and what to do.
#[component]
pub(crate) fn Empty(
    /// The text.
    children: Children,
) -> impl IntoView {
    view! { <div class="state empty">{children()}</div> }
}
