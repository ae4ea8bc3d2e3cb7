//! What an event is worth when its assumptions move.

mod cards;
mod charts;
mod controls;
mod explanation;
mod slow;
mod table;

use leptos::prelude::*;

use crate::desk::Desk;
use crate::parts::winner_bar::WinnerBar;
use crate::reactive::memo;
use crate::route::{Audience, Page};
use cards::Cards;
use charts::Charts;
use controls::Controls;
use explanation::WhatIfExplanation;
use table::WhatIfTable;

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "What-if",
    path: "whatif",
    letter: 'w',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: false,
    open: Desk::of_scenario,
    view: || view! { <WhatIfPage /> }.into_any(),
};

/// The page.
#[component]
fn WhatIfPage() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let names = memo(move || desk.names());
    let failure = move || match desk.outcome.get() {
        Some(Err(reason)) => Some(
            view! { <p class="state failed" role="alert">"This can't be priced: " {reason}</p> }.into_any(),
        ),
        _ => None,
    };
    view! {
        <div class="whatif">
            <section class="card headline-card" aria-label="Who wins">
                <WinnerBar names=names />
                {failure}
            </section>
            <Cards names=names />
            <Controls names=names />
            <section class="whatif-main">
                <section class="card" aria-label="Table"><WhatIfTable names=names /></section>
                <Charts names=names />
                <WhatIfExplanation names=names />
            </section>
        </div>
    }
}
