//! What was traded: the event's contracts, the chosen one's tape, and files of trades that are opened here.

mod charts;
mod contracts;
mod latest;
mod tape;

use leptos::prelude::*;

use crate::desk::Desk;
use crate::parts::open::OpenTape;
use crate::parts::state::{Empty, Failed, Loading, Remote};
use crate::reactive::memo;
use crate::route::{Audience, Page};
use charts::TapeCharts;
use contracts::{Assumed, Contracts, EventFigures};
use latest::Latest;
use tape::Shown;

/// Its row of the table.
pub(crate) static PAGE: Page = Page {
    name: "Market",
    path: "market",
    letter: 'm',
    audience: Audience::Everyone,
    is_of_event: true,
    needs_no_events: false,
    open: Desk::of_scenario,
    view: || view! { <MarketPage /> }.into_any(),
};

/// The page.
#[component]
fn MarketPage() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let names = memo(move || desk.names());
    let shown = Shown::follow(desk);
    let tape = move || {
        match shown.state.get() {
        Remote::Loading => view! { <Loading what="the tape" /> }.into_any(),
        Remote::Failed(reason) => {
            view! { <Failed reason=reason retry=Callback::new(move |()| shown.retry(desk)) /> }.into_any()
        }
        Remote::Ready(false) => view! {
            <Empty>"No tape of this contract is on the server. Choose an event above, or open a file of its trades."</Empty>
        }
        .into_any(),
        Remote::Ready(true) => view! { <TapeCharts shown=shown /> }.into_any(),
    }
    };
    let has_prints = memo(move || shown.state.get() == Remote::Ready(true));
    view! {
        <div class="market">
            <section class="card market-head" aria-label="The event">
                <EventFigures />
                <OpenTape />
                <Assumed />
            </section>
            <section class="card market-contracts" aria-label="Contracts"><Contracts names=names /></section>
            <section class="card market-tape" aria-label="Tape">
                <h1 id="tape-name" data-ticker=move || shown.ticker()>{move || shown.heading(desk, &names.get())}</h1>
                {tape}
            </section>
            <section class="card market-latest" aria-label="Latest prints" hidden=move || !has_prints.get()>
                <Latest shown=shown />
            </section>
        </div>
    }
}
